# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Each measurement of bench/ that works on a small device succeeds and prints durations as JSON.
# vm: -s 1G -t 400 -a memory_hotplug.memmap_on_memory=1
# full
. "$LAB/tests/guest/helpers/device.sh"

MEASURED=/tmp/measured

# run NAME [PERCENT]
run() { bash "$LAB/bench/$1.sh" 1 "${@:2}" > "$MEASURED"; }

# lines CONDITION: prints the number of measurements that meet CONDITION.
lines() { jq -c "select($1)" < "$MEASURED" | wc -l; }
has() { (($(lines "$1") > 0)); }

NAMES=(plug bind hold "in-use 10")
if [[ -e $DAX/memmap_on_memory ]]; then
	NAMES+=(memmap)
else
	skip "memmap runs" "Linux $KERNEL cannot keep the page structs of a device on the device"
fi
for name in "${NAMES[@]}"; do
	# shellcheck disable=SC2086 # the percentage is a word of its own
	ok "$name runs" run $name
	is "$name: nothing failed" "$(lines '.failed')" 0
	ok "$name: the kernel's own driver was measured" has '.who == "stock" and .ms > 0'
	is "$name: daxplug's driver was measured as often" "$(lines '.who == "ours"')" "$(lines '.who == "stock"')"
done

# part WHAT: prints the µs of a part.
part() { jq "select(.what == \"$1\").ms * 1000 | floor" < "$MEASURED"; }
core_is_a_part() { (($(part "$1: the kernel's core") > 0 && $(part "$1: the kernel's core") < $(part "$1: all"))); }

measure_parts() {
	local what
	ok "parts runs" run parts
	for what in plug unplug; do
		ok "parts: the core is a part of a $what" core_is_a_part "$what"
		ok "parts: a $what has parts" test "$(lines ".what | startswith(\"$what: of that\")")" -gt 0
		is "parts: each part of a $what was seen" \
			"$(lines "(.what | startswith(\"$what: of that\")) and .ms == 0")" 0
	done
}

if [[ -e /sys/kernel/tracing/set_ftrace_filter ]]; then
	measure_parts
else
	skip "parts runs" "this kernel does not trace functions"
fi

# --- a failed run is recorded ---
without_online() { sed 's/policy online_movable/policy offline/' "$LAB/bench/bind.sh" | bash -s 1 > "$MEASURED"; }
ok "bind runs with a policy that onlines no block" without_online
is "the failures of that run are recorded" "$(lines '.failed')" 4
done_testing
