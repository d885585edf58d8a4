# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Without room for the page structs of a device it cannot be plugged. It can as soon
# as there is room: the core, which cannot undo half of that, has not been asked.
# vm: -s 32G
# full
. "$LAB/tests/guest/helpers/device.sh"
HUGE=/proc/sys/vm/nr_hugepages
NEEDED=$((SIZE / 64 / 1024)) # kB, 64 bytes for each page

available() { sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo; }

is "unplugged" "$(attempt unplugged)" "done"
# On the node of ordinary memory, a part that leaves some but not enough.
echo $((($(available) - NEEDED / 2) / 2048)) > "$HUGE"
note "$(available) kB are available, $NEEDED needed"
before=$(snapshot)
is "online_movable" "$(attempt online_movable)" ENOMEM
is_unchanged "everything is as before" "$before"
is "the reason" "$(tr ' ' '\n' < "$DAX/kmem/last_failure" | sed -n 's/^reason=//p')" no_memory

echo 0 > "$HUGE"
is "with room it is possible" "$(attempt online_movable)" "done"
is_all "with room" online_movable 'online Movable'
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "in the end"
done_testing
