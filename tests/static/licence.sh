# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Every file says its licence in its first lines, the one of its directory.
set -euo pipefail
. tests/guest/lib.sh

# Files that cannot carry a line, and the licences' own texts.
exempt() { [[ $1 == LICENSES/* || $1 == debian/changelog || $1 == debian/source/format || $1 == *.json || $1 == *.jsonl || $1 == tests/conformance/results/* || $1 == tests/fuzz/corpus/* || $1 == *.svg || $1 == *.png ]]; }

wanted_licence() {
	case $1 in
	kernel/core/*) echo "GPL-2.0-only OR LGPL-2.1-or-later" ;;
	kernel/* | tests/fault/* | tests/property/* | tests/unmovable/*) echo "GPL-2.0-only" ;;
	lib/*) echo "LGPL-2.1-or-later" ;;
	*) echo "GPL-2.0-or-later" ;;
	esac
}

licence() {
	sed -nE '1,3s/.*SPDX-License-Identifier:[[:space:]]*([^*]*[^*[:space:]>-]).*/\1/p' "$1" | head -n 1
}

while read -r file; do
	[[ -f $file ]] || continue
	exempt "$file" && continue
	is "licence of $file" "$(licence "$file")" "$(wanted_licence "$file")"
done < <(git -c safe.directory="$PWD" ls-files)
done_testing
