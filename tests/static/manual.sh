# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# docs/troubleshoot.md has an entry for each finding of "daxplug check" and for each reason of a
# failure, and for no other word, and quotes the text that a message has for the reason; daxplug(8)
# lists the same findings about the machine; tests use each option that the manual uses; every relative
# link in a Markdown file has a target; the table of contents has every document.
set -euo pipefail
. tests/guest/lib.sh

MANUAL=docs/troubleshoot.md
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# literals PATTERN FILE...: prints the texts that the first group of a pattern matches, even across lines.
literals() {
	local pattern=$1
	shift
	perl -0777 -ne 'print "$1\n" while /'"$pattern"'/g' "$@" | sort -u
}

# findings FILE...: prints the findings in source files.
findings() {
	literals '\bfind(?:ings_add)?\([^,;{}"]+,\s*"([a-z-]+)"' "$@"
}

# listed: prints the findings about the machine in the manual page.
listed() {
	sed -n '/^\.Sh FINDINGS/,/^\.Sh ENVIRONMENT/s/^\.It Sy //p' man/daxplug.8 | tr -d '\\,' | xargs -n 1 | sort -u
}

# Prints the reasons of the driver and of the library. kernel/core/reason.c also has an array of texts
# for the log, whose entries are not single words.
reasons() {
	sed -n '/words\[/,/^};/p' kernel/core/reason.c | literals '\] = "([a-z_]+)"'
	literals '\[DAXPLUG_REASON_\w+\]\s*=\s*\{\s*"([a-z_]+)"' lib/names.c
}

# Prints "REASON<tab>TEXT" for each reason for which messages of the command have a text.
reason_texts() {
	perl -0777 -ne 'print "$1\t$2\n" while /\[DAXPLUG_REASON_\w+\]\s*=\s*\{\s*"([a-z_]+)",\s*"([^"]+)"/g' lib/names.c
}

# quotes REASON TEXT: succeeds if the row of the reason quotes the text.
quotes() {
	sed -n '/^## Reasons/,/^## Findings/p' "$MANUAL" | grep -E "^\| [^|]*\`$1\`[^|]* \|" | grep -F -e "*$2*" > /dev/null
}

# entries FROM TO: prints the words that the tables between two headings explain, one or more in a row.
entries() {
	# shellcheck disable=SC2016 # Markdown
	sed -n "/^## $1/,/^## $2/p" "$MANUAL" | grep -oE '^\| `[a-z_-]+`(, `[a-z_-]+`)* \|' | grep -oE '[a-z_-]+' | sort -u
}

# explained WORD FROM TO
explained() { entries "$2" "$3" | grep -qxF -e "$1"; }

# options: prints "VERB OPTION" for each option that the manual uses.
options() {
	grep -ohE 'daxplug (list|show|check|plug|unplug|replug|reclaim|monitor|apply|metrics)( [^`|&;#]*)?' \
		README.md docs/*.md | perl -ne '
		my ($verb) = /^daxplug (\w+)/;
		print "$verb $_\n" for /(?<= )(--[a-z-]+|-[a-z])\b/g' | sort -u
}

# is_tested VERB OPTION: a test calls the command with it, by its name or by a variable or function.
is_tested() {
	git -c safe.directory="$PWD" grep -qE -e "\\b$1\\b.* $2\\b" -- tests lab/guest
}

# paths: prints the files and directories of this repository that the manual names, except those that a
# command writes.
paths() {
	perl -ne 's/> \S+|<!--.*?-->|`cli\/show: .*?`//g; print "$1\n" while m{(?<![\w/.~-])((?:bench|cli|contrib|lab|man|packaging|tests)/[\w./@-]*\w)}g' \
		README.md CONTRIBUTING.md docs/*.md | sort -u
}

findings lib/*.c cli/*.c > "$WORK/findings"
reasons | sort -u > "$WORK/reasons"
ok "there are findings to look for" test "$(wc -l < "$WORK/findings")" -gt 50
is "daxplug(8) lists the findings about the machine" "$(listed)" "$(findings cli/*.c)"
ok "there are reasons to look for" test "$(wc -l < "$WORK/reasons")" -gt 30
while read -r word; do
	ok "the finding $word has an entry" explained "$word" "Findings about devices" "End"
done < "$WORK/findings"
while read -r word; do
	ok "the reason $word has an entry" explained "$word" "Reasons" "Findings"
done < "$WORK/reasons"
ok "there are texts of reasons to look for" test "$(reason_texts | wc -l)" -gt 30
while IFS=$'\t' read -r reason text; do
	ok "the text of the reason $reason is quoted: $text" quotes "$reason" "$text"
done < <(reason_texts)
is "every finding with an entry exists" \
	"$(entries "Findings about devices" "End" | comm -23 - "$WORK/findings")" ''
is "every reason with an entry exists" \
	"$(entries "Reasons" "Findings" | comm -23 - "$WORK/reasons")" ''

options > "$WORK/options"
ok "there are options to look for" test "$(wc -l < "$WORK/options")" -gt 10
while read -r verb option; do
	ok "a test uses $verb $option" is_tested "$verb" "$option"
done < "$WORK/options"

ok "there are paths to look for" test "$(paths | wc -l)" -gt 30
is "every path exists" "$(paths | while read -r path; do [[ -e $path ]] || echo "$path"; done)" ''

mapfile -t documents < <(git -c safe.directory="$PWD" ls-files '*.md')
ok "every relative link has a target" perl tests/static/helpers/links.pl "${documents[@]}"

while read -r file; do
	ok "the table of contents has $file" grep -qF "(${file##*/})" docs/README.md
done < <(git -c safe.directory="$PWD" ls-files 'docs/*.md' | grep -v README)

mkdir "$WORK/links"
printf '# One two\n[a](#one-two) [b](other.md)\n' > "$WORK/links/good.md"
# shellcheck disable=SC2016 # Markdown
printf '# Other\n[c](good.md#one-three) [d](missing.md) `[e](code)`\n' > "$WORK/links/other.md"
is "a link without a target is detected" \
	"$(perl tests/static/helpers/links.pl "$WORK"/links/*.md | sed 's/^[^:]*: //')" \
	"$(printf '%s\n' 'good.md#one-three: no such heading' 'missing.md: no such file')"
done_testing
