# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 13 -s 1G -a memhp_default_state=online_movable
# The service that releases a device unplugs all of its memory; if a page keeps a block online, the
# service fails and every block is online again; a second agent waits or is refused while another is
# at work; the journal has each result and the requester.
. "$LAB/tests/machine/lib.sh"

SERVICE="daxplug-release@dax0.0.service"
RESULT=39f030a4019646378ea2ce9fe503fcb4

# field NAME [MATCH]: prints a field of the last result in the journal.
field() { journalctl -b -n 1 -o export "MESSAGE_ID=$RESULT" ${2+"$2"} | sed -n "s/^DAXPLUG_$1=//p"; }

# recorded DESCRIPTION OUTCOME REASON UNIT
recorded() {
	journalctl --sync
	is "$1: the journal has the device and the action" "$(field DEVICE) $(field ACTION)" "dax0.0 unplug"
	is "$1: the outcome and the reason" "$(field OUTCOME) $(field REASON)" "$2 $3"
	is "$1: the requester's user and unit" "$(field REQUESTER_UID) $(field REQUESTER_UNIT)" "0 $4"
	note "$(journalctl -b -n 1 -o cat MESSAGE_ID=$RESULT)"
}

time_limit() { echo "DAXPLUG_TIMEOUT=$1" > /etc/default/daxplug-release; }
is_gone() { is "$1: no memory of the device is left" "$(online_blocks)" 0; }
mode() { daxplug list --noheadings --raw --output mode dax0.0; }
is_over() { [[ $(systemctl show --value --property=ActiveState "$SERVICE") == inactive ]]; }
is_at_work() { daxplug list --json dax0.0 | grep -qE '"worker": *[0-9]'; }

# hold: holds an unmovable page of the device until $HOLDER is killed.
hold() {
	perl "$LAB/guest/hold" io "$(< "$DAX/target_node")" > /run/hold &
	HOLDER=$!
	disown
	ok "a page is held" eventually grep -q holding /run/hold
}

cat > /etc/daxplug.conf << 'END'
[expander]
kind = hmem
state = online_movable
END
cp "$LAB/contrib/systemd/daxplug-release@.service" /etc/systemd/system/
systemctl daemon-reload

# --- a release ---

ok "the memory is plugged" daxplug apply
ok "all of the memory is online" has_memory
ok "a release" systemctl start $SERVICE
is_gone "a release"
is "a release: the device has no driver" "$(mode)" disabled
recorded "a release" "done" '' $SERVICE
is "a release: the requester is systemd" "$(field REQUESTER_PID)" 1

# --- a release that fails ---

ok "the memory is plugged again" daxplug apply
ok "all of the memory is online again" has_memory
hold
time_limit 5s
ok "held: the release fails" eval "! systemctl start $SERVICE"
ok "held: every block is online" has_memory
recorded "held" rolled-back timeout $SERVICE
ok "held: the service's status is that of the command" eval \
	"journalctl -b -u $SERVICE | grep -q 'status=5'"

# result: as docs/agents.md prints it.
result() {
	journalctl -n 1 -o verbose --output-fields=DAXPLUG_EXIT_STATUS,DAXPLUG_REASON,MESSAGE \
		-u daxplug-release@dax0.0.service MESSAGE_ID=39f030a4019646378ea2ce9fe503fcb4
}
is "held: the journal has the exit status and the reason" \
	"$(result | grep -oE 'DAXPLUG_(EXIT_STATUS|REASON)=.*' | sort | xargs)" "DAXPLUG_EXIT_STATUS=5 DAXPLUG_REASON=timeout"
ok "held: the journal has the message" grep -qE '^ *MESSAGE=dax0\.0: ' <(result)

# --- a second agent meanwhile ---

time_limit 300s
systemctl start --no-block $SERVICE
ok "a second agent sees that another is at work" eventually is_at_work
daxplug unplug --release --no-wait --json dax0.0 > /run/told 2>&1
note "status $?"
ok "a second agent that does not wait is refused" grep -qE '"reason": *"locked"' /run/told
recorded "told" refused locked lab.service
daxplug unplug --release --timeout 300s --json dax0.0 > /run/waited 2>&1 &
SECOND=$!
kill $HOLDER
ok "the release ends when the page is unpinned" eventually is_over
wait "$SECOND" && status=0 || status=$?
is "the second agent, which waited, succeeds" "$status" 0
ok "the second agent has nothing to do" grep -qE '"outcome": *"unchanged"' /run/waited
journalctl --sync
is "the release succeeded" "$(field OUTCOME "DAXPLUG_REQUESTER_UNIT=$SERVICE")" "done"
is_gone "both"
is "both: the device has no driver" "$(mode)" disabled
done_testing
