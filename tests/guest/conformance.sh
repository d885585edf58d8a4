# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# daxplug's driver keeps every promise that tests/conformance/run checks; the kernel's own
# breaks only those listed here. The suite uses persistent memory only with --pmem.
# vm: -s 1G -t 600 -a log_buf_len=4M
# vm: -v nvdimm -s 512M
# driver: ours
# driver-full: stock-7.3
. "$LAB/tests/guest/helpers/device.sh"
RUN=$LAB/tests/conformance/run

# The promises that Linux 7.3's own driver breaks. If it keeps one of them, this test fails, so
# that the list stays true.
STOCK_BREAKS=(
	truth.mixed truth.offline truth.counts ebusy.offline ebusy.mixed
	nothing.plug nothing.half why.errno why.log why.file
	during.read during.block during.writer during.timeout during.unbind guard.blocks
	poll.transition poll.block uevent.done uevent.failure bind.choice unbind.online
)

# The promises that the kmem of upstream/ does not make: it has no kmem/ directory, no poll and no
# parameter, and a writer to a block's own file and a second writer to state wait for
# device_hotplug_lock.
SERIES_BREAKS=(
	truth.counts why.file during.block during.writer during.timeout guard.blocks
	poll.transition poll.block uevent.failure bind.choice
)

# run_status ARG...: runs the suite and prints its exit status; its output is in /tmp/tap.
run_status() {
	local status=0
	"$RUN" "$@" > /tmp/tap 2> /tmp/tap.err || status=$?
	printf '%d\n' "$status"
}

breaks() {
	local broken="${STOCK_BREAKS[*]}"
	[[ $DRIVER == stock ]] || return
	[[ $KERNEL != series-* ]] || broken="${SERIES_BREAKS[*]}"
	[[ " $broken " == *" $1 "* ]]
}

refuses_persistent_memory() {
	local before
	before=$(snapshot)
	is "persistent memory is refused" "$(run_status dax0.0)" 2
	ok "the message names --pmem" grep -q -- --pmem /tmp/tap.err
	is_unchanged "nothing has changed" "$before"
	is "with --pmem the suite uses persistent memory" "$(run_status --pmem --only truth.mixed --only plug.movable dax0.0)" 0
	is_unchanged "the suite leaves the device as it found it" "$before"
}

# complaints_of ID: prints the suite's notes on a broken promise.
complaints_of() { sed -n "/^not ok [0-9]* - $1:/,/^ok/{/^# /s///p}" /tmp/tap; }

keeps_its_promises() {
	local id result status
	status=$(run_status --risky dax0.0)
	cat /tmp/tap.err >&2
	sed 's/^/# /' /tmp/tap
	is "each promise has a result" \
		"$(sed -nE 's/^(not )?ok [0-9]+ - ([^:]+):.*/\2/p' /tmp/tap)" "$("$RUN" --list | cut -d' ' -f1)"
	while IFS=$'\t' read -r id result; do
		if [[ $DRIVER == stock && $result == skipped:* ]]; then
			skip "$id" "${result#skipped: }"
		elif breaks "$id"; then
			is "$id: the kernel's own driver still breaks it" "$result" 'not ok'
		else
			is "$id is kept" "$result" ok
			[[ $result == ok ]] || note "$(complaints_of "$id")"
		fi
	done < <(sed -nE 's/^((not )?ok) [0-9]+ - ([^:]+):.*# SKIP (.*)/\3\tskipped: \4/p; t
		s/^((not )?ok) [0-9]+ - ([^:]+):.*/\3\t\1/p' /tmp/tap)
	if [[ $DRIVER == stock ]]; then
		is "memory that the kernel's own driver has lost is reported" "$status" 3
	elif (($(count 'online Normal'))); then
		is "memory in a kernel zone, which the kernel uses, is reported" "$status" 3
	else
		is "the suite leaves the device as it found it" "$status" 0
	fi
}

case $DEVICE in
nvdimm)
	[[ $DRIVER == ours ]] || skip_all "the kernel's own driver is tested with soft-reserved memory"
	refuses_persistent_memory
	;;
*) keeps_its_promises ;;
esac
done_testing
