# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Each shell script of the repository passes shellcheck.
set -euo pipefail
. tests/guest/lib.sh

is_shell() {
	[[ $1 == *.sh ]] || head -n 1 "$1" | grep -qE '^#!.*(bash|sh)$'
}

while read -r file; do
	if [[ -f $file ]] && is_shell "$file"; then
		ok "shellcheck of $file" shellcheck -x "$file"
	fi
done < <(git -c safe.directory="$PWD" ls-files)
done_testing
