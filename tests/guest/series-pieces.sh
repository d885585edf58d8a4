# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# With the patches of upstream/, memory that was added as a whole and is mapped by 1 GiB
# pages can be removed in pieces. On an x86 kernel without them the first access to the
# rest of the memory is fatal.
# vm: -s 3G
# driver: stock-series
. "$LAB/tests/guest/helpers/device.sh"

GIB=$((1 << 30))
PIECE=/sys/module/piece/parameters

# A whole GiB within the device.
start=$(((($(< "$DAX/mapping0/start") + GIB - 1) / GIB) * GIB))
first=$((start / BLOCK))
last=$(((start + GIB) / BLOCK - 1))

by_gib() { awk '/^DirectMap1G/ { print $2 / 1048576 }' /proc/meminfo; }
remove() { write_file "$PIECE/remove" "$(($1 * BLOCK)),$((($2 - $1 + 1) * BLOCK))"; }

is "unbind" "$(unbind)" "done"
mapped=$(by_gib)
ok "1 GiB of memory is added" insmod "$LAB/modules/piece.ko" node="$NODE" start="$start" size="$GIB"
if (($(by_gib) != mapped + 1)); then
	skip "memory is removed in pieces" "this kernel or processor does not map memory by 1 GiB pages"
	done_testing
fi
is "the first block is removed" "$(remove "$first" "$first")" "done"
is "its mapping has been split" "$(by_gib)" "$mapped"
is "the last block goes online" "$(switch "$last" online_movable)" "done"
mkdir -p /run/filled
mount -t tmpfs -o "mpol=bind:$NODE,size=128M" filled /run/filled
ok "the last block can be filled" dd if=/dev/urandom of=/run/filled/file bs=1M count=64 status=none
sum=$(sha256sum < /run/filled/file)
is "the blocks between are removed" "$(remove $((first + 1)) $((last - 1)))" "done"
is "the content of the last block is intact" "$(sha256sum < /run/filled/file)" "$sum"
umount /run/filled
is "the last block goes offline" "$(switch "$last" offline)" "done"
is "the last block is removed" "$(remove "$last" "$last")" "done"
is "bind" "$(bind)" "done"
is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
done_testing
