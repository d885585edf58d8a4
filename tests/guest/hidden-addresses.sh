# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Only root can read physical addresses and page frame numbers from the driver's files. Other users
# can read how a transition failed, but not the address of the memory.
# vm: -s 1G
. "$LAB/tests/guest/helpers/stranded.sh"
load_fault

NAME=$(name_of "$(($(< "$DAX/mapping0/start")))" "$SIZE")
FAILURE=$DAX/kmem/last_failure

# as_user COMMAND...: runs a command without any capability.
as_user() {
	setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all "$@"
}

keys() { tr ' ' '\n' | sed -n 's/=.*//p' | xargs; }

# without KEY...: prints the words of the input except those with these keys.
without() { tr ' ' '\n' | grep -vE "^($(IFS='|'; echo "$*"))=" | xargs; }

is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"

# --- the address of a refused block ---
fault what=offline block="$MIDDLE" err=16 times=1
is "an unplug that fails" "$(attempt unplugged)" EBUSY
no_fault
is "mode of last_failure" "$(stat -c %a "$FAILURE")" 444
is "root reads the address" "$(keys < "$FAILURE")" "wanted error reason block address"
is "a user does not read the address" "$(as_user cat "$FAILURE" | xargs)" "$(without address < "$FAILURE")"

# --- the page frame number of an unmovable page ---
is "unplugged" "$(attempt unplugged)" "done"
is "online_kernel" "$(attempt online_kernel)" "done"
if insmod "$LAB/modules/unmovable.ko" block="$LAST" kind=reserved; then
	is "an unplug that fails at a page" "$(attempt unplugged)" EBUSY
	is "root reads address and page" "$(keys < "$FAILURE" | grep -ow 'address pfn')" "address pfn"
	is "a user reads neither" "$(as_user cat "$FAILURE" | xargs)" "$(without address pfn < "$FAILURE")"
	rmmod unmovable
else
	skip "an unmovable page" "no page could be allocated in memory$LAST"
fi
if [[ $(attempt unplugged) == "done" ]]; then
	is "online_movable" "$(attempt online_movable)" "done"
fi

# --- stranded memory ---
is "unbind" "$(unbind)" "done"
is "the stranded range is listed" "$(stranded)" "$NAME"
is "root reads its start" "$(($(< "$STRANDED/$NAME/start")))" "$((16#${NAME%-*}))"
# The name of the range reveals no more than the names of its memory blocks, which any user can read.
ok "a user does not read start" eval "! as_user cat '$STRANDED/$NAME/start'"
is "mode of start" "$(stat -c %a "$STRANDED/$NAME/start")" 400
done_testing
