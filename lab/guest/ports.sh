# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Finds the guest's ports to the host, and runs SCRIPT with its output on them.

find_ports() {
	local dir name
	for dir in /sys/class/virtio-ports/*; do
		read -r name < "$dir/name"
		case $name in
		out) OUTPUT_PORT=/dev/${dir##*/} ;;
		err) ERROR_PORT=/dev/${dir##*/} ;;
		status) STATUS_PORT=/dev/${dir##*/} ;;
		monitor) MONITOR=/dev/${dir##*/} ;;
		esac
	done
	export MONITOR
}

# Runs SCRIPT with pipes instead of the ports, because a port can be opened only once and SCRIPT may
# open /dev/stderr.
run_script() {
	local status
	rm -f /run/out /run/err
	mkfifo /run/out /run/err
	carry "$OUTPUT_PORT" < /run/out &
	local out=$!
	carry "$ERROR_PORT" < /run/err &
	local err=$!
	setsid bash "$SCRIPT" "${ARGUMENTS[@]}" < /dev/null > /run/out 2> /run/err &
	local pid=$!
	wait "$pid"
	status=$?
	kill -KILL -- "-$pid" 2> /dev/null
	# Processes that SCRIPT started by setsid may still hold the pipes.
	{ sleep 2; kill "$out" "$err"; } 2> /dev/null &
	wait "$out" "$err"
	return "$status"
}

# carry PORT: copies its input to PORT, and tries again if PORT disappears for a while.
carry() { until cat > "$1"; do sleep 0.1; done 2> /dev/null; }
