# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The guest's own machine, by QEMU's monitor: devices come and go, for example.

# machine COMMAND...: gives the monitor one command as a person would type it,
# and prints its answer, which is nothing where all went well without a result.
machine() {
	local fd line ask
	# shellcheck disable=SC2016 # for jq
	ask='{execute: "human-monitor-command", arguments: {"command-line": $line}, id: "asked"}'
	exec {fd}<> "${MONITOR:?there is no port to the monitor}"
	printf '%s\n' '{"execute": "qmp_capabilities"}' >&"$fd" # an error but for the first time
	jq -nc --arg line "$*" "$ask" >&"$fd"
	while IFS= read -r -t 10 -u "$fd" line; do
		[[ $line == *'"asked"'* ]] || continue
		jq -r '.return // .error.desc' <<< "$line" | tr -d '\r' | sed '/^$/d'
		break
	done
	exec {fd}>&-
}
