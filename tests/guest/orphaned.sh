# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Memory whose device was removed while the memory was online: the command lists it, names it if an
# unplug finds no device, and removes it.
# full
# vm: -v nvdimm -s 512M
# driver: ours
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/command.sh"

is "unplugged" "$(attempt unplugged)" "done"
is "plugged" "$(attempt online_movable)" "done"
ok "the region is taken away" eval 'echo region0 > /sys/bus/nd/drivers/nd_region/unbind'
ok "the device is gone" test ! -e "$DAX"
is "its memory is online" "$(count 'online Movable')" "${#BLOCKS[@]}"

range=$(basename "$(echo "$KMEM"/stranded/*-*)")
ok "list has the range $range" eval "daxplug list | grep -q '^$range '"
run "unplug all" 3 unplug all
says "which command removes the memory, for all" "daxplug reclaim all"
run "unplug --node" 3 unplug --node "$NODE"
says "which command removes the memory, for --node" "daxplug reclaim all"
run "reclaim another range" 3 reclaim 0-ffff
run "reclaim" 0 reclaim "$range"
is "no block is left" "$(count absent)" "${#BLOCKS[@]}"
run "reclaim again" 0 reclaim all
ok "the region comes back" eval 'echo region0 > /sys/bus/nd/drivers/nd_region/bind'
ok "the device comes back" wait_until test -e "$DAX/size"
done_testing
