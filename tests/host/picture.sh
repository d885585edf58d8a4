# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lab/picture draws the selected part of a terminal's output, and fails if there is none.
REPO=$(dirname "$(dirname "$(dirname "$(realpath "$0")")")")
. "$REPO/tests/guest/lib.sh"

story() { printf '== first ==\nnot this\n== race ==\n# a <remark> & more\n$ command\noutput\n-> done\n== next ==\n'; }
drawn() { story | "$REPO/lab/picture" "$@" | sed -n 's/^<text .*class="\([a-z]*\)">\(.*\)<\/text>$/\1: \2/p'; }

is "from one line to another" "$(drawn -v from='== race' -v to='== next')" 'title: == race ==
remark: # a &lt;remark&gt; &amp; more
command: $ command
output: output
outcome: -&gt; done'
is "without limits: the whole output" "$(drawn | wc -l)" 8
is "a long line is broken" "$(printf '%0150d\n' 0 | "$REPO/lab/picture" | grep -c '^<text')" 2
is_xml() { story | "$REPO/lab/picture" | python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.stdin)'; }
ok "the picture is well-formed XML" is_xml
status=0
story | "$REPO/lab/picture" -v from=nowhere > /dev/null 2>&1 || status=$?
is "a text that no line contains is an error" "$status" 1
done_testing
