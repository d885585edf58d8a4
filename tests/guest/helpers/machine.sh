# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Gives commands to QEMU's monitor, for example to add devices to this guest and remove them.

# machine COMMAND...: gives the monitor one command and prints its answer, which is empty after a
# success without a result. Fails, with a message, if there is no answer.
machine() {
	local fd line ask turn id=$BASHPID.$SRANDOM answer=''
	# shellcheck disable=SC2016 # for jq
	ask='{execute: "human-monitor-command", arguments: {"command-line": $line}, id: $id}'
	exec {turn}> /run/monitor.turn
	# Only one process can open the port, and the previous one may not have closed it yet.
	flock "$turn"
	until { exec {fd}<> "${MONITOR:?there is no port to the monitor}"; } 2> /dev/null; do sleep 0.1; done
	printf '%s\n' '{"execute": "qmp_capabilities"}' >&"$fd" # fails, except the first time
	jq -nc --arg line "$*" --arg id "$id" "$ask" >&"$fd"
	while IFS= read -r -t $((10 * SLOW)) -u "$fd" line; do
		[[ $line == *"\"$id\""* ]] || continue # an event, or the late answer to another id
		answer=$line
		break
	done
	exec {fd}>&- {turn}>&-
	[[ $answer ]] || { echo "no answer from the monitor to: $*"; return 1; }
	jq -r '.return // .error.desc' <<< "$answer" | tr -d '\r' | sed '/^$/d'
}

# machine_does COMMAND...: gives a command that prints nothing on success; fails if the command does.
machine_does() {
	local answer
	answer=$(machine "$@") && [[ ! $answer ]] && return
	note "$*: $answer"
	return 1
}
