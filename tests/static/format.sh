# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Each C file is formatted as .clang-format says.
set -euo pipefail
. tests/guest/lib.sh

command -v clang-format > /dev/null || skip_all "clang-format is not installed"
while read -r file; do
	[[ ! -f $file ]] || ok "format of $file" clang-format --dry-run --Werror "$file"
done < <(git -c safe.directory="$PWD" ls-files '*.c' '*.h')
done_testing
