# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# An unplug moves pages that are in use. If the kernel cannot read one of them because of a
# hardware fault, the page is remembered, whatever becomes of the unplug.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/poison.sh"
load_fault

grep -q ' folio_mc_copy$' /proc/kallsyms || skip_all "Linux $KERNEL moves pages without heeding faults"

# faulty_page: the page frame number of the page that could not be copied.
faulty_page() { log_since copy 'fault: step copy at' | sed -n 's/.* at \(0x[0-9a-f]*\): refused$/\1/p' | head -n 1; }

is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
# shellcheck disable=SC2016 # perl's variables
numactl --membind="$NODE" perl -e '$| = 1; my $data = "x" x (64 << 20); print "ready\n"; sleep 1000' > /tmp/process &
PROCESS=$!
ok "a process uses the device's memory" wait_until grep -q ready /tmp/process

mark_log copy
fault what=copy err=133 times=1
result=$(attempt unplugged)
note "unplugged: $result"
is "one page could not be copied" "$(< "$FAULT/hits")" 1
no_fault
page=$(($(faulty_page) / 4096))
note "page $page: $(dmesg | grep 'Memory failure' | tail -n 3)"
if [[ $result != "done" ]]; then
	ok "it is marked" is_poisoned "$page"
	kill "$PROCESS"
	is "unplugged without the process" "$(attempt unplugged)" "done"
fi
is "remembered" "$(< "$DAX/kmem/pages_poisoned")" 1
mark_log plugged
is "online_movable" "$(attempt online_movable)" "done"
ok "it is marked again" is_poisoned "$page"
is "it was not free in between" "$(used_since plugged)" 0
done_testing
