# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bench/table marks results of a processor that clears and copies byte by byte, and prints them
# beside the usual results only where the two differ. The tables in the documents match the results.
set -euo pipefail
. tests/guest/lib.sh

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# result ERMS MS: prints a line of JSON as bench/lib.sh does; with ERMS null, as in old results.
result() {
	jq -cn --argjson erms "$1" --argjson ms "$2" '{kernel: "6.12", who: "ours", way: "state", what: "plug",
		size: 1073741824, block: 134217728, ranges: 1, emulated: true, boot: "\($erms)", round: 1, ms: $ms} +
		if $erms == null then {} else {erms: $erms} end'
}

# rows: prints "WHAT SECONDS" of each row of the table.
rows() { bench/table "$WORK/results" | tail -n +3 | awk -F ' *[|] *' '{ print $4, $6 }' | paste -sd ';'; }

result false 400 > "$WORK/results"
is "a usual result" "$(rows)" "plug 0.4 / 0.4 / 0.4"
result true 900 >> "$WORK/results"
is "both results if they differ" "$(rows)" "plug 0.4 / 0.4 / 0.4;plug (byte by byte) 0.9 / 0.9 / 0.9"
{ result false 400; result true 420; } > "$WORK/results"
is "the usual result alone if they do not differ" "$(rows)" "plug 0.4 / 0.4 / 0.4"
result null 900 > "$WORK/results"
is "a result without a recorded processor counts as ERMS" "$(rows)" "plug (byte by byte) 0.9 / 0.9 / 0.9"

# drained_result WHO WHAT MS: prints a line of JSON as bench/drain.sh does.
drained_result() {
	jq -cn --arg who "$1" --arg what "drain, anon$2" --argjson ms "$3" '{kernel: "6.12", who: $who, way: "state",
		what: $what, size: 1073741824, block: 134217728, ranges: 1, emulated: true, erms: false,
		boot: "b", round: 1, live: 104857600, ms: $ms}'
}
{
	drained_result stock '' 4000
	drained_result ours '' 2000
	drained_result stock ': device_hotplug_lock held' 3000
	drained_result ours ': device_hotplug_lock held' 300
	drained_result ours ': memcpy() of the same size' 50
} > "$WORK/results"
is "a drain: one line for each case" "$(bench/drained "$WORK/results" | tail -n +3)" \
	"| 6.12 | anon | 4 → 2 | 2 | 25 → 50 | 3 → 0.3 | 10 % | failed → failed |  | 0.05 |  |"
is "the rate at which memory leaves a device" "$(rows | grep -o '50 MiB/s')" "50 MiB/s"
is "a part's share of the whole" \
	"$(bench/table "$WORK/results" | awk -F ' *[|] *' '$4 ~ /memcpy/ { print $7 }')" "2.5 %"

ok "the tables in the documents are up to date" bench/report -n
done_testing
