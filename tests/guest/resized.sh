# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the kernel's own driver has added at one go is not taken over in parts, which the
# kernel would not survive, though the device is as large as it was.
# full
# vm: -s 1536M
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/stock.sh"

resize() { write_file "/sys/bus/dax/devices/$1/size" "$2"; }

rmmod kmem
is "a device of 1 GiB" "$(resize dax0.0 $((1 << 30)))" "done"
find_blocks
load_stock
online_all
unload_stock

# Its second half becomes another device's, and it has as much behind that.
is "half of it" "$(resize dax0.0 $((1 << 29)))" "done"
is "another device" "$(write_file "$(realpath "$DAX")/../dax_region/create" 1)" "done"
ok "is there" wait_until test -e /sys/bus/dax/devices/dax0.1/size
is "of the other half" "$(resize dax0.1 $((1 << 29)))" "done"
is "all of it again" "$(resize dax0.0 $((1 << 30)))" "done"
first=("${BLOCKS[@]}")
find_blocks
is "in two ranges" "$(cat "$DAX"/mapping[0-9]*/start | wc -l)" 2
is "of as many blocks" "${#BLOCKS[@]}" "${#first[@]}"

mark_log resized
load_ours
ok "the log says so" log_since resized 'mapping0: .*not taken over'
is "the first is not taken over" "$(cat "$DAX/kmem/blocks_present")" $((${#BLOCKS[@]} / 2))
is "unplugged" "$(attempt unplugged)" "done"
is "the second is gone" "$(count absent)" $((${#BLOCKS[@]} / 2))
is "the first is as it was" "$(count 'online*')" $((${#BLOCKS[@]} / 2))
is "a plug cannot have it" "$(attempt online_movable)" EBUSY
is "and changes nothing" "$(count absent)" $((${#BLOCKS[@]} / 2))
done_testing
