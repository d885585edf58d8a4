# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# "make html" renders each document and manual page, and each link in the result has a target.
set -euo pipefail
. tests/guest/lib.sh

for tool in pandoc mandoc; do
	command -v "$tool" > /dev/null || skip_all "$tool is not installed"
done

OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT

ok "make html succeeds" make html HTML="$OUT/html"
mapfile -t documents < <(git -c safe.directory="$PWD" ls-files '*.md' 'man/*.[1-9]')
ok "there are documents" test "${#documents[@]}" -gt 10
for file in "${documents[@]}"; do
	case $file in
	.github/*) continue ;;
	*.md) page=${file%.md}.html ;;
	*) page=$file.html ;;
	esac
	ok "$file is there, with a title" grep -q '<title>..*</title>' "$OUT/html/$page"
done
mapfile -t pages < <(find "$OUT/html" -name '*.html' | sort)
ok "every link has a target" perl tests/static/helpers/links.pl "${pages[@]}"
is "no link leads to a source file" "$(grep -ohE 'href="[^":]*(\.md|man/[a-z.]*\.[1-9])[#"]' "${pages[@]}")" ''
is "a second run replaces the first" "$(touch "$OUT/html/old"; make html HTML="$OUT/html" > /dev/null; ls "$OUT/html/old" 2>&1 || true)" \
	"ls: cannot access '$OUT/html/old': No such file or directory"
mkdir "$OUT/other"
touch "$OUT/other/mine"
is "a directory with other files is left alone" "$(make html HTML="$OUT/other" > /dev/null 2>&1 || ls "$OUT/other")" mine
done_testing
