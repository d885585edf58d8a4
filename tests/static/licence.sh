# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Each file names the licence of its directory in its first lines.
set -euo pipefail
. tests/guest/lib.sh

# Succeeds for files that cannot contain a comment, for the texts of the licences, and for
# patches, which have the licence of the file that they change.
exempt() {
	case $1 in
	LICENSES/* | debian/changelog | debian/source/format | upstream/*.patch | upstream/*.cover | *.json | *.jsonl | *.svg | *.png) return 0 ;;
	tests/conformance/results/* | tests/fuzz/corpus/*) return 0 ;;
	esac
	return 1
}

wanted_licence() {
	case $1 in
	kernel/core/*) echo "GPL-2.0-only OR LGPL-2.1-or-later" ;;
	kernel/* | upstream/* | tests/fault/* | tests/property/* | tests/unmovable/*) echo "GPL-2.0-only" ;;
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
