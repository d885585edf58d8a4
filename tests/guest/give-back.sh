# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# daxplug unplug --release, cxl disable-region and cxl destroy-region release a CXL expander without
# --force and leave nothing of its memory behind.
# full
# vm: -v cxl -s 512M -t 240
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/devices.sh"
. "$LAB/tests/guest/helpers/command.sh"
REGION=region${DAX##*/dax}
REGION=${REGION%.0}
NAME=${DAX##*/}

# The device asks for its page structs on its own memory, and the kernel does not put them there.
if [[ -e $DAX/memmap_on_memory ]]; then
	is "the device asks for its page structs" "$(< "$DAX/memmap_on_memory")" 1
	is "JSON: they are elsewhere" "$(daxplug show --json "$NAME" | jq '.[0].memmap_on_memory')" false
	ok "show: they are elsewhere" eval "daxplug show $NAME | grep -q 'memmap on memory  *no'"
fi

run "plug" 0 plug "$NAME"
run "unplug --release" 0 unplug --release "$NAME"
is "the device has no driver" "$(bound_to)" ''
ok "cxl disable-region, without --force" cxl disable-region "$REGION"
ok "cxl destroy-region" cxl destroy-region "$REGION"
ok "the device is gone" test ! -e "$DAX"
is "no memory of it is left" "$(memory_named 'System RAM (kmem)')" 0
create_region "a new region" mem0
run "a new region: plug" 0 plug "${DAX##*/}"
done_testing
