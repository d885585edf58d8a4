# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The guest's own machine, by QEMU's monitor: devices come and go, for example.

# machine COMMAND...: gives the monitor one command as a person would type it,
# and prints its answer, which is nothing where all went well without a result.
# Fails, and says so, if there is no answer.
machine() {
	local fd line ask turn id=$BASHPID.$SRANDOM answer=''
	# shellcheck disable=SC2016 # for jq
	ask='{execute: "human-monitor-command", arguments: {"command-line": $line}, id: $id}'
	exec {turn}> /run/monitor.turn
	# The port can be opened once; whoever had it may not have let go quite yet.
	flock "$turn"
	until { exec {fd}<> "${MONITOR:?there is no port to the monitor}"; } 2> /dev/null; do sleep 0.1; done
	printf '%s\n' '{"execute": "qmp_capabilities"}' >&"$fd" # an error but for the first time
	jq -nc --arg line "$*" --arg id "$id" "$ask" >&"$fd"
	while IFS= read -r -t $((10 * SLOW)) -u "$fd" line; do
		[[ $line == *"\"$id\""* ]] || continue # an event, or what another waited for in vain
		answer=$line
		break
	done
	exec {fd}>&- {turn}>&-
	[[ $answer ]] || { echo "no answer from the monitor to: $*"; return 1; }
	jq -r '.return // .error.desc' <<< "$answer" | tr -d '\r' | sed '/^$/d'
}

# machine_does COMMAND...: one that has no result; succeeds if that does.
machine_does() {
	local answer
	answer=$(machine "$@") && [[ ! $answer ]] && return
	note "$*: $answer"
	return 1
}
