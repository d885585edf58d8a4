# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Measures how long the kernel-wide hotplug locks are held, in total and at the longest,
# with kprobes where the kernel takes and drops them; the same for both drivers.
# Tasks that use the files of memory blocks and processors wait for device_hotplug_lock;
# readers of the memory layout wait for mem_hotplug_lock, the inner one.
# Sourced by the measurements that need it.

TRACING=/sys/kernel/tracing

set_probes() {
	cat > "$TRACING/kprobe_events" <<- EOF
		r:hold/outer_lock lock_device_hotplug
		r:hold/outer_try lock_device_hotplug_sysfs error=\$retval:s32
		p:hold/outer_unlock unlock_device_hotplug
		r:hold/inner_lock mem_hotplug_begin
		p:hold/inner_unlock mem_hotplug_done
	EOF
	echo 8192 > "$TRACING/buffer_size_kb"
	echo 1 > "$TRACING/events/hold/enable"
	trap 'remove_probes; rm -f "$ERRORS"' EXIT
}

remove_probes() {
	echo 0 > "$TRACING/events/hold/enable"
	: > "$TRACING/kprobe_events"
}

# Prints "LOCK TOTAL LONGEST" in ms for each lock. A task whose trylock fails holds no
# lock.
holds() {
	awk '
		function took(lock) { since[lock] = stamp }
		function dropped(lock) {
			if (!(lock in since)) return
			ms = (stamp - since[lock]) * 1000
			delete since[lock]
			total[lock] += ms
			if (ms > longest[lock]) longest[lock] = ms
		}
		{ stamp = 0
		  for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+\.[0-9]+:$/) { stamp = $i + 0; event = $(i + 1); break } }
		event == "outer_lock:" || event == "outer_try:" && /error=0$/ { took("device_hotplug_lock") }
		event == "outer_unlock:" { dropped("device_hotplug_lock") }
		event == "inner_lock:" { took("mem_hotplug_lock") }
		event == "inner_unlock:" { dropped("mem_hotplug_lock") }
		END { for (lock in total) printf "%s %.3f %.3f\n", lock, total[lock], longest[lock] }' "$TRACING/trace"
}

report() { # ROUND WHO WAY WHAT
	local lock total longest
	(($1 > 0)) || return 0
	while read -r lock total longest; do
		record "$1" "$2" "$3" "$4: $lock held" "{\"ms\": $total}"
		record "$1" "$2" "$3" "$4: $lock held at the longest" "{\"ms\": $longest}"
	done < <(holds)
}

# measure_held: like measure, and records how long the locks were held.
measure_held() { # ROUND WHO WAY WHAT WANTED COMMAND
	: > "$TRACING/trace"
	measure "$@" || return
	report "${@:1:4}"
}
