# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Puts tables that commands print into documents.

# write_into DOCUMENT COMMAND TABLE: puts TABLE between the document's lines "<!-- COMMAND -->" and
# "<!-- end -->".
write_into() {
	local text mark="<!-- $2 -->"
	if ! awk -v mark="$mark" '$0 == mark { open = 1 } open && $0 == "<!-- end -->" { found = 1; exit } END { exit !found }' "$1"; then
		echo "$2: $1 has no line $mark with <!-- end --> after it" >&2
		return 1
	fi
	text=$(TABLE=$3 awk -v mark="$mark" '
		$0 == "<!-- end -->" { skip = 0 }
		!skip { print }
		$0 == mark { print ENVIRON["TABLE"]; skip = 1 }' "$1")
	printf '%s\n' "$text" > "$1"
}
