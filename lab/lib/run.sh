# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Runs a guest to its end and judges the result.

# run_guest RUN: starts QEMU with ARGS and prints the output that the guest writes to its ports.
run_guest() {
	local run=$1 readers=()
	[[ -p $run/out.in ]] || mkfifo "$run"/{out,err}.{in,out}
	pass_on < "$run/err.out" >&2 &
	readers=($!)
	pass_on < "$run/out.out" &
	readers+=($!)
	if [[ $INTERACTIVE ]]; then
		run_qemu <&0
	else
		run_qemu < /dev/null > "$run/qemu" 2>&1
		cat "$run/qemu" >&2
	fi
	# Frees a reader that still waits for QEMU to open the other end.
	: <> "$run/err.out" <> "$run/out.out"
	wait "${readers[@]}" || true
}

# Copies its input to its output; discards the rest if nothing reads its output any more, because the
# guest would block.
pass_on() { cat 2> /dev/null || cat > /dev/null; }

# Runs QEMU in the background, because bash runs traps between commands only. The kernel kills QEMU
# when this process ends.
run_qemu() {
	exec {input}<&0
	setpriv --pdeathsig KILL timeout --foreground -k 5 "$TIMEOUT" \
		setpriv --pdeathsig KILL "${QEMU[@]}" "${ARGS[@]}" <&"$input" &
	QEMU_PID=$!
	trap stop_qemu EXIT
	QEMU_STATUS=0
	wait "$QEMU_PID" || QEMU_STATUS=$?
	trap remove_temporary EXIT
	restore_terminal
}

stop_qemu() {
	kill "$QEMU_PID" 2> /dev/null || true
	restore_terminal
	remove_temporary
}

restore_terminal() { [[ ! $TERMINAL_SETTINGS ]] || stty "$TERMINAL_SETTINGS" 2> /dev/null || true; }

# conclude RUN LOG: exits with the status of the run.
conclude() {
	local run=$1 log=$2 found status=''
	[[ ! -s $run/status ]] || status=$(< "$run/status")
	if [[ ! $ALLOW_SPLATS ]] && found=$(splats "$log" "$CRASH"); then
		printf '%s\n' "$found" >&2
		die_with "$EXIT_SPLAT" "a fault in the kernel log (status of the script: ${status:-none}): $log"
	fi
	! has_known_report "$log" ||
		say "lockdep reported the core (a known report, see tests/guest/known-report.sh), and is off from there on: $log"
	((QEMU_STATUS != 124)) || die_with "$EXIT_TIMEOUT" "timed out after $TIMEOUT seconds: $log"
	if [[ ! $status ]]; then
		tail -n 5 "$log" >&2
		die_with "$EXIT_NO_STATUS" "the guest ended without a status: $log"
	fi
	grep -aqF "lab: script ended: $status" "$log" ||
		die_with "$EXIT_NO_STATUS" "the kernel log is cut short, so that a fault may be missing from it: $log"
	[[ $status != set-up ]] || die_with "$EXIT_SETUP" "the guest could not be set up: see above and $log"
	exit "$status"
}
