# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Only root reads physical addresses and page frame numbers from the driver's files. Other users
# read how a transition failed, and not where the memory lies.
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

# without KEY...: the words of the input, less those with these keys.
without() { tr ' ' '\n' | grep -vE "^($(IFS='|'; echo "$*"))=" | xargs; }

is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"

# --- a refused block has an address ---
fault what=offline block="$MIDDLE" err=16 times=1
is "an unplug that fails" "$(attempt unplugged)" EBUSY
no_fault
is "mode of last_failure" "$(stat -c %a "$FAILURE")" 444
is "root reads the address" "$(keys < "$FAILURE")" "wanted error reason block address"
is "a user does not read the address" "$(as_user cat "$FAILURE" | xargs)" "$(without address < "$FAILURE")"

# --- a page that cannot be moved has a number ---
mkdir -p /tmp/store
is "unplugged" "$(attempt unplugged)" "done"
is "online_kernel" "$(attempt online_kernel)" "done"
if insmod "$LAB/modules/unmovable.ko" block="$LAST" kind=reserved; then
	is "an unplug that fails at a page" "$(attempt unplugged)" EBUSY
	is "root reads address and page" "$(keys < "$FAILURE" | grep -ow 'address pfn')" "address pfn"
	is "a user reads neither" "$(as_user cat "$FAILURE" | xargs)" "$(without address pfn < "$FAILURE")"
	rmmod unmovable
else
	skip "a page that cannot be moved" "none could be allocated in memory$LAST"
fi
if [[ $(attempt unplugged) == "done" ]]; then
	is "online_movable" "$(attempt online_movable)" "done"
fi

# --- stranded memory ---
is "unbind" "$(unbind)" "done"
is "the stranded range is listed" "$(stranded)" "$NAME"
is "root reads its start" "$(($(< "$STRANDED/$NAME/start")))" "$((16#${NAME%-*}))"
# The name reveals no more than those of its memory blocks, which any user may read.
ok "a user does not read start" eval "! as_user cat '$STRANDED/$NAME/start'"
is "mode of start" "$(stat -c %a "$STRANDED/$NAME/start")" 400
done_testing
