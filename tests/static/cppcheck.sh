# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# cppcheck finds nothing in the C code that is compiled for the host.
set -euo pipefail
. tests/guest/lib.sh

command -v cppcheck > /dev/null || skip_all "cppcheck is not installed"
for dir in lib cli packaging kernel/core kernel/compat/layout tests/unit tests/lib tests/storm; do
	ok "cppcheck of $dir" cppcheck --quiet --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability --std=c11 -D_GNU_SOURCE -I lib -I kernel "$dir"
done
done_testing
