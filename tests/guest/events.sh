# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval and perl
# The driver reports changes by poll on state, a uevent for each transition, counters and tracepoints.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"
load_fault

kmem() { cat "$DAX/kmem/$1"; }
counter() { awk -v name="$2" '$1 == name { print $2 }' "$DAX/kmem/$1"; }

# begin_poll SECONDS: reads the state, then waits for a change; /tmp/polled has the result.
begin_poll() {
	rm -f /tmp/polled /tmp/polling
	perl -e 'use IO::Poll qw(POLLPRI POLLERR);
		my ($file, $seconds) = @ARGV;
		open(my $state, "<", $file) or die; my $before = <$state>;
		open(my $flag, ">", "/tmp/polling"); close($flag);
		my $poll = IO::Poll->new; $poll->mask($state => POLLPRI | POLLERR);
		my $woken = $poll->poll($seconds);
		open(my $out, ">", "/tmp/polled.new"); print $out $woken > 0 ? "woken\n" : "slept\n"; close($out);
		rename("/tmp/polled.new", "/tmp/polled");' "$DAX/state" "$1" &
	wait_until test -e /tmp/polling
}

polled() {
	wait_until test -s /tmp/polled
	cat /tmp/polled
}

begin_poll 1
is "poll sleeps while nothing changes" "$(polled)" slept
begin_poll 10
is "unplugged" "$(attempt unplugged)" "done"
is "poll wakes at a transition" "$(polled)" woken
is "plugged" "$(attempt online_movable)" "done"
begin_poll 10
is "a block is switched" "$(switch "$LAST" offline)" "done"
is "poll wakes when a block is switched by its file" "$(polled)" woken
is "the state is mixed then" "$(state)" mixed

# follow: repeatedly reads the state and polls for a change; /tmp/followed has the last result.
follow() {
	rm -f /tmp/followed /tmp/following
	perl -e 'use IO::Poll qw(POLLPRI POLLERR);
		my ($file, $seconds) = @ARGV;
		open(my $state, "<", $file) or die;
		my ($end, $text) = "slept";
		my $poll = IO::Poll->new; $poll->mask($state => POLLPRI | POLLERR);
		while (1) {
			sysseek($state, 0, 0);
			if (!defined sysread($state, $text, 64)) { $end = "$!"; last }
			open(my $flag, ">", "/tmp/following"); close($flag);
			last if $poll->poll($seconds) <= 0;
		}
		open(my $out, ">", "/tmp/followed"); print $out "$end\n";' "$DAX/state" $((10 * SLOW)) &
	FOLLOWER=$!
	wait_until test -e /tmp/following
}

followed() {
	wait_until has_ended "$FOLLOWER"
	errno_name "$(< /tmp/followed)"
}

is "online_movable" "$(switch_all online_movable > /tmp/answer; state)" online_movable
# The file remains for a moment, and can be read again.
follow
fault what=files delay_ms=200 times=0
is "unbound" "$(unbind)" "done"
is "a process that polls state gets ENODEV" "$(followed)" ENODEV
no_fault
is "bound" "$(bind)" "done"
follow
caught unplugged unbind
is "unbound in the middle of an unplug" "$ANSWER $RESULT" "done ECANCELED"
is "a process that polls state gets ENODEV then too" "$(followed)" ENODEV
is "bound" "$(bind)" "done"
is "mixed again" "$(switch "$LAST" offline) $(state)" "done mixed"

udevadm monitor --kernel --property > /tmp/uevents 2> /dev/null &
MONITOR=$!
wait_until grep -q KERNEL /tmp/uevents
# uevents WORD: the values of WORD in the DAX device's uevents so far.
uevents() { awk -v word="$1" 'BEGIN { RS = ""; FS = "\n" }
	/SUBSYSTEM=dax/ && /ACTION=change/ { for (i = 1; i <= NF; i++) if (index($i, word "=") == 1) print substr($i, length(word) + 2) }' /tmp/uevents; }
has_uevents() { (($(uevents DAX_STATE | wc -l) == $1)); }

is "unplugged" "$(attempt unplugged)" "done"
ok "one uevent for a transition" wait_until has_uevents 1
is "the uevent has the state" "$(uevents DAX_STATE)" unplugged
is "the uevent has the former state" "$(uevents DAX_PREV_STATE)" mixed
ok "the uevent has the duration" eval '[[ $(uevents DAX_DURATION_MS) =~ ^[0-9]+$ ]]'
is "the uevent has no error" "$(uevents DAX_ERROR)$(uevents DAX_REASON)$(uevents DAX_BLOCK)" ""

fault what=online block="$MIDDLE" err=16 times=-1
is "a plug is refused" "$(attempt online_movable)" EBUSY
ok "one uevent for the failure" wait_until has_uevents 2
is "the uevent has the error" "$(uevents DAX_ERROR)" -EBUSY
is "the uevent has the reason" "$(uevents DAX_REASON)" refused
is "the uevent has the block" "$(uevents DAX_BLOCK)" "memory$MIDDLE"
is "the uevent has the unchanged state" "$(uevents DAX_STATE | tail -n 1)" unplugged
kill "$MONITOR"

is "last_failure has the failure" "$(kmem last_failure | cut -d' ' -f1-4)" \
	"wanted=online_movable error=-EBUSY reason=refused block=memory$MIDDLE"
is "the failure is counted by its reason" "$(counter transitions_failed refused)" 1
no_fault
done_before=$(kmem transitions_done)
is "plugged" "$(attempt online_movable)" "done"
is "a success clears last_failure" "$(kmem last_failure)" ""
is "the success is counted" "$(kmem transitions_done)" "$((done_before + 1))"

is "blocks_total" "$(kmem blocks_total)" "${#BLOCKS[@]}"
is "blocks_present" "$(kmem blocks_present)" "${#BLOCKS[@]}"
is "blocks_online" "$(kmem blocks_online)" "${#BLOCKS[@]}"
is "blocks_movable" "$(kmem blocks_movable)" "${#BLOCKS[@]}"
is "a block is taken offline" "$(switch "$FIRST" offline)" "done"
is "one block less is online and movable" "$(kmem blocks_online) $(kmem blocks_movable)" \
	"$((${#BLOCKS[@]} - 1)) $((${#BLOCKS[@]} - 1))"
is "the block is put into a kernel zone" "$(switch "$FIRST" online_kernel)" "done"
is "the block is online, not movable" "$(kmem blocks_online) $(kmem blocks_movable)" \
	"${#BLOCKS[@]} $((${#BLOCKS[@]} - 1))"

# Counts are live during a transition.
fault what=offline hold=1 times=1 skip=2
begin_write it unplugged
ok "an unplug is half-way" wait_until is_held
is "two blocks are offline already" "$(kmem blocks_online)" "$((${#BLOCKS[@]} - 2))"
let_go
end_write it
is "the unplug succeeds" "$RESULT" "done"
no_fault

TRACING=/sys/kernel/tracing
# traced_us EVENT FIELD: the sum of a field in µs.
traced_us() { sed -nE "s/.* $1: .* $2=([0-9]+).*/\1/p" $TRACING/trace | awk '{ us += $1 } END { print us + 0 }'; }

echo 1 > $TRACING/events/dax_kmem/enable
is "plugged under tracing" "$(attempt online_movable)" "done"
echo 0 > $TRACING/events/dax_kmem/enable
is "the begin is traced" "$(grep -c 'transition_begin: device=dax0.0 before=unplugged wanted=online_movable' $TRACING/trace)" 1
is "each switch of a block is traced" "$(grep -c 'block_switch: device=dax0.0 block=memory[0-9]* to=online_movable error=0' $TRACING/trace)" "${#BLOCKS[@]}"
is "the end is traced" "$(grep -c 'transition_end: device=dax0.0 wanted=online_movable error=0' $TRACING/trace)" 1
# No other task wants the hotplug lock here, so no time went into waiting for it.
is "steps, gaps and the driver's own time add up to the duration" \
	"$(($(traced_us block_switch us) + $(traced_us range_change us) + $(traced_us transition_end gaps_us) + $(traced_us transition_end own_us)))" \
	"$(traced_us transition_end us)"
ok "the driver's own time is not zero" test "$(traced_us transition_end own_us)" -gt 0
done_testing
