# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Memory in use survives an unplug that moves it to other nodes, and an unplug that fails.
# vm: -s 1G
# driver: ours
# driver-full: stock-7.3
. "$LAB/tests/guest/helpers/device.sh"
load_fault

on_node() { awk -v node="N$NODE=" '{ for (i = 1; i <= NF; i++) if (index($i, node) == 1) pages += substr($i, length(node) + 1) } END { print pages + 0 }' "$1"; }
checksum() { sha256sum < "$1" | cut -d ' ' -f 1; }

# Memory on the device's node that may move to other nodes.
is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
mkdir /tmp/live
mount -t tmpfs -o size=100M,mpol=prefer:"$NODE" live /tmp/live
head -c 32M /dev/urandom > /tmp/live/file
before=$(checksum /tmp/live/file)
ok "a file is in the device's memory" test "$(files_there)" -ge $((30 << 10))

# A process that has memory on the node and checks its content when it is told to.
mkfifo /tmp/ask /tmp/answer
# shellcheck disable=SC2016 # perl's variables
numactl --preferred="$NODE" perl -e 'open(my $random, "<", "/dev/urandom"); read($random, my $data, 8 << 20);
	my $sum = unpack("%32N*", $data);
	print "ready\n"; $| = 1; print "\n";
	open(my $ask, "<", "/tmp/ask"); my $line = <$ask>;
	open(my $answer, ">", "/tmp/answer");
	print $answer ($sum == unpack("%32N*", $data) && length($data) == (8 << 20) ? "intact\n" : "damaged\n");' > /tmp/process &
PROCESS=$!
ok "a process is up" wait_until grep -q ready /tmp/process
ok "the process has memory of the device" eval "(($(on_node /proc/$PROCESS/numa_maps) * 4 >= 8 * 1024))"

# An unplug that fails at its last block has moved nearly everything.
fault what=offline "skip=$((${#BLOCKS[@]} - 1))" err=16 times=1
is "an unplug that fails" "$(attempt unplugged)" EBUSY
no_fault
is "the file is intact" "$(checksum /tmp/live/file)" "$before"
is "plugged as before" "$(count 'online Movable')" "${#BLOCKS[@]}"

head -c 32M /dev/urandom > /tmp/live/file
before=$(checksum /tmp/live/file)
ok "another file is in the device's memory" test "$(files_there)" -ge $((30 << 10))
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "unplugged"
is "the file is intact" "$(checksum /tmp/live/file)" "$before"
echo > /tmp/ask
is "the process' memory is intact" "$(< /tmp/answer)" intact

# --- again, with a copy ---
is "online_movable" "$(attempt online_movable)" "done"
cp /tmp/live/file /tmp/live/copy
ok "a copy is in the device's memory" test "$(files_there)" -ge $((30 << 10))
is "the copy equals the file" "$(checksum /tmp/live/copy)" "$before"
is "unplugged" "$(attempt unplugged)" "done"
is "the copy is intact" "$(checksum /tmp/live/copy)" "$before"
done_testing
