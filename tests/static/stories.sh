# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A test runs each story of docs/stories.md: the test contains each line of the story's code.
set -euo pipefail
. tests/guest/lib.sh

# lines_of TEST: prints the lines of code of its story, without comments. A story is a section; its
# link to the test may be before or after the code.
lines_of() {
	awk -v link="(../$1)" '
		function story() { if (index(text, link)) printf "%s", code; text = code = "" }
		/^## / { story() }
		/^```/ { inside = !inside; next }
		inside && !/^#/ && NF { sub(/ +# .*/, ""); code = code $0 "\n" }
		!inside { text = text $0 }
		END { story() }' docs/stories.md
}

# missing_from TEST: prints the lines of the story that the test does not contain.
missing_from() {
	while IFS= read -r line; do
		grep -qF -e "$line" "$1" || printf '%s\n' "$line"
	done < <(lines_of "$1")
}

for test in tests/machine/story-*.sh; do
	ok "$test has a story with code" test "$(lines_of "$test" | wc -l)" -gt 2
	is "$test runs all code of its story" "$(missing_from "$test")" ''
done
is "each story has a test" "$(grep -c '^\(.* \)\?\[Test\](' docs/stories.md)" "$(grep -c '^## ' docs/stories.md)"
done_testing
