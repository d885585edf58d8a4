# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The driver does not take over parts of a range that the kernel's own driver has added as a whole,
# because removing a part would crash the kernel, even if the device has the same size as before.
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

# The second half becomes another device, and dax0.0 gets the same amount of memory behind it.
is "the device shrinks to half" "$(resize dax0.0 $((1 << 29)))" "done"
is "another device is created" "$(write_file "$(realpath "$DAX")/../dax_region/create" 1)" "done"
ok "the other device appears" wait_until test -e /sys/bus/dax/devices/dax0.1/size
is "the other device gets the other half" "$(resize dax0.1 $((1 << 29)))" "done"
is "the device grows to 1 GiB again" "$(resize dax0.0 $((1 << 30)))" "done"
first=("${BLOCKS[@]}")
find_blocks
is "the device has two ranges" "$(cat "$DAX"/mapping[0-9]*/start | wc -l)" 2
is "the device has the same number of blocks as before" "${#BLOCKS[@]}" "${#first[@]}"

mark_log resized
load_ours
ok "the log says that the range is not taken over" log_since resized 'mapping0: .*not taken over'
is "the first range is not taken over" "$(cat "$DAX/kmem/blocks_present")" $((${#BLOCKS[@]} / 2))
is "unplugged" "$(attempt unplugged)" "done"
is "the second range is gone" "$(count absent)" $((${#BLOCKS[@]} / 2))
is "the first range is as before" "$(count 'online*')" $((${#BLOCKS[@]} / 2))
is "a plug that needs the first range is refused" "$(attempt online_movable)" EBUSY
is "the refused plug changes nothing" "$(count absent)" $((${#BLOCKS[@]} / 2))
done_testing
