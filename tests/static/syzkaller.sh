# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The syzkaller description of the driver's files has each writable file and each word of a state, and
# uses no name that it does not define.
set -euo pipefail
. tests/guest/lib.sh

TEXT=tests/syzkaller/dev_dax_kmem.txt

# Types and names of syzkaller itself.
BUILT_IN='array|buffer|const|fd|flags|fmt|glob|in|int8|int32|int64|intptr|out|packed|ptr|string|stringnoz|varlen|dec|hex|seek_whence'

BODY=$(grep -v '^#' "$TEXT")

# body_has PATTERN
body_has() { grep -qE "$1" <<< "$BODY"; }

resources() { sed -nE 's/^resource (\w+)\[.*/\1/p' <<< "$BODY"; }

# defined: prints each resource, union, structure and list.
defined() { { resources; sed -nE 's/^(\w+) [[{]$/\1/p; s/^(\w+) = .*/\1/p' <<< "$BODY"; } | sort; }

# used: prints each name of a type: after the name of an argument or a field, in brackets, or as a
# result.
used() {
	sed -E 's/"[^"]*"//g; s/bytesize\[buf\]//; s/^include .*//; s/^\w+ = .*//' <<< "$BODY" |
		grep -oE '([(] ?|, )\w+ [a-z]\w*|^	\w+	+[a-z]\w*|\[[a-z]\w*|, [a-z]\w*[],[]|\) [a-z]\w*$' |
		grep -oE '[a-z]\w*[],[]?$' | tr -d '][,' | grep -vxE "$BUILT_IN" | sort -u
}

# list NAME: prints the words of a list.
list() { sed -nE "s/^$1 = (.*)/\1/p" <<< "$BODY" | grep -oE '"[^"]*"' | tr -d '"'; }

# written_files: prints the writable files of the device, of stranded memory and of the module.
written_files() {
	sed -nE 's/^static DEVICE_ATTR_RW\((\w+)\);/\1/p; s/.* = __ATTR_WO\((\w+)\);/\1/p' kernel/user/*.c
	git grep -hE '^(module|subsys)_param(_cb)?\(.*, 06[04]{2}\)' -- kernel | sed -E 's/^\w+\((\w+),.*/\1/'
}

is "each writable file is opened" "$(written_files | sort -u | while read -r file; do
	body_has "^openat\\$.*/$file\"" || echo "$file"
done)" ''
is "the words of state" "$(list dax_states | sort)" \
	"$(sed -nE 's/^\t\[DAX_STATE_[A-Z_]+\] = "(\w+)",/\1/p' kernel/core/state.c | sort)"
is "the same with a newline" "$(list dax_state_lines)" "$(list dax_states | sed 's/$/\\n/')"
is "each name that is used is defined" "$(comm -13 <(defined) <(used))" ''
is "each resource is opened, and used" "$(resources | while read -r fd; do
	body_has "\) $fd\$" && body_has "\(fd $fd, " || echo "$fd"
done)" ''
is "each call is defined once" "$(grep -oE '^\w+\$\w+' <<< "$BODY" | sort | uniq -d)" ''
done_testing
