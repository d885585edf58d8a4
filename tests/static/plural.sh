# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A message with a number is correct for one as well: no noun after a number has a fixed plural, unless
# it is counted out of others ("1 of 8 memory blocks") or there are always several.
set -euo pipefail
. tests/guest/lib.sh

NOUNS='(block|page|range|file|device|processe|bind|finding)s\b'
SEVERAL='all %u devices together|%u blocks per character'

# fixed_plurals: prints the lines "FILE:LINE:TEXT" of standard input whose text is wrong for one.
fixed_plurals() {
	grep -E "%[a-z]*[ud] ([a-z]+ )?$NOUNS" | grep -vE "of (its )?%[a-z]*[ud] |$SEVERAL" || true
}

sources() { git -c safe.directory="$PWD" grep -n '%[a-z]*[ud] ' -- 'lib/*.c' 'cli/*.c' 'kernel/*.c'; }

ok "there are numbers in messages" test "$(sources | wc -l)" -gt 20
is "no message has a fixed plural" "$(sources | fixed_plurals)" ''
is "a fixed plural is detected" "$(echo '"%u memory blocks stay"' | fixed_plurals)" '"%u memory blocks stay"'
is "a number out of others is correct" "$(echo '"%u of %u memory blocks stay"' | fixed_plurals)" ''
done_testing
