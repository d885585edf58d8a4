# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The records that a change writes to the journal, and monitor --since on an artificial journal.
# Part of cli.sh.

REMOTE=/lib/systemd/systemd-journal-remote

# journal_entry SECONDS NAME=VALUE...: prints an entry in the format of "journalctl -o export".
journal_entry() {
	printf '__REALTIME_TIMESTAMP=%d000000\n__MONOTONIC_TIMESTAMP=%d000000\n' "$1" "$1"
	printf '_BOOT_ID=0123456789abcdef0123456789abcdef\n'
	printf '%s\n' "${@:2}" ''
}

make_journal() {
	mkdir -p "$ROOT/var/log/journal"
	{
		journal_entry 1000000000 PRIORITY=6 SYSLOG_IDENTIFIER=daxplug _UID=0 DAXPLUG_DEVICE=dax0.0 \
			DAXPLUG_ACTION=plug DAXPLUG_OUTCOME=done DAXPLUG_STATE=online_movable \
			'MESSAGE=plug dax0.0: done'
		journal_entry 1000000001 _KERNEL_SUBSYSTEM=dax _KERNEL_DEVICE=+dax:dax1.0 \
			'MESSAGE=kmem dax1.0: unplugged: 8 memory blocks'
		journal_entry 1000000002 SYSLOG_IDENTIFIER=other 'MESSAGE=something else'
		journal_entry 1000000002 SYSLOG_IDENTIFIER=daxplug _UID=1000 DAXPLUG_DEVICE=dax0.0 \
			DAXPLUG_ACTION=plug DAXPLUG_OUTCOME=done 'MESSAGE=a forgery'
		journal_entry 1000000003 PRIORITY=4 SYSLOG_IDENTIFIER=daxplug _UID=0 DAXPLUG_DEVICE=dax0.0 \
			DAXPLUG_ACTION=unplug DAXPLUG_OUTCOME=rolled-back DAXPLUG_REASON=pinned \
			'MESSAGE=unplug dax0.0: rolled-back'
	} | "$REMOTE" -o "$ROOT/var/log/journal/it.journal" - > /dev/null 2>&1
}

new_root ours-6.12-mixed
since() { on monitor --no-follow --json --since "$@"; }
status_of since @0 > /dev/null
if said 'built without'; then
	skip "monitor --since" "built without libsystemd"
elif [[ ! -x $REMOTE ]]; then
	skip "monitor --since" "no systemd-journal-remote on this machine"
else
	make_journal
	is "monitor --since: the records of the journal" "$(since @0 | jq -r '.event + " " + .chardev' | xargs)" \
		"result dax0.0 kernel dax1.0 result dax0.0"
	is "monitor --since: a failure" "$(since @0 | tail -n 1 | jq -r '.action + " " + .outcome + " " + .reason')" \
		"unplug rolled-back pinned"
	is "monitor --since: of a device" "$(since @0 dax1.0 | jq -r .event)" kernel
	is "monitor --since: from then on" "$(since 2001-09-09T01:46:42Z | wc -l)" 1
	is "monitor --since: with a time zone" "$(since 2001-09-09T03:46:41+02:00 | wc -l)" 2
	is "monitor --since: with a fraction" "$(since 2001-09-09T01:46:40.5Z | wc -l)" 2
	is "monitor --since: local time" "$(TZ=UTC since '2001-09-09 01:46:41' | wc -l)" 2
	is "monitor --since: a while ago" "$(since '1h ago' | wc -l)" 0
	is "monitor --since, as text" "$(TZ=UTC on monitor --no-follow --since @0 | head -n 1)" \
		"2001-09-09T01:46:40.000+00:00 dax0.0 result plug dax0.0: done"
	valid "monitor --since" 'record*' since @0
fi

# --- the entry of a change ---

# listen FILE: like journald, receives one entry of daxplug.
listen() {
	python3 -c 'import os, socket, sys
path = sys.argv[1] + "/socket"
os.makedirs(sys.argv[1], exist_ok=True)
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(path)
listener.settimeout(20)
open(sys.argv[1] + "/entry", "wb").write(listener.recv(65536))' "$1" &
	LISTENER=$!
}

# with_journal DIR COMMAND...: with that journald. With NO_ROOM set no zone has free memory.
with_journal() {
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount bash -c 'mount -t tmpfs run /run && mkdir -p /run/systemd/journal &&
		mount --bind "$1" /run/systemd/journal && shift &&
		{ [[ ! ${NO_ROOM-} ]] || mount --bind /dev/null /proc/zoneinfo; } &&
		exec "$@"' with_journal "$@"
}

new_root ours-6.12-movable
if ! (with_journal "$WORK" true) 2> /dev/null || ! command -v python3 > /dev/null; then
	skip "the record of a change" "mount namespaces are not available, or python3 is missing"
elif status_of on monitor --no-follow --since @0 > /dev/null; said 'built without'; then
	skip "the record of a change" "built without libsystemd"
else
	declare -f at_work change_now change > "$WORK/at_work"
	# journaled ARGUMENT...: makes a change, and receives its first entry.
	journaled() {
		rm -rf "$WORK/journald"
		listen "$WORK/journald"
		while [[ ! -S $WORK/journald/socket ]] && kill -0 "$LISTENER"; do sleep 0.05; done
		# shellcheck disable=SC2016 # for the inner shell
		(with_journal "$WORK/journald" bash -c '. "$0"; ROOT=$1 PRELOAD=$2 DAXPLUG=$3; change "${@:4}"' \
			"$WORK/at_work" "$ROOT" "$PRELOAD" "$DAXPLUG" "$@") > /dev/null 2>&1
		wait "$LISTENER"
	}
	journaled unplug --force dax0.0
	entry() { sed -n "s/^$1=//p" "$WORK/journald/entry"; }
	is "the record of a change: device, action, outcome" \
		"$(entry DAXPLUG_DEVICE) $(entry DAXPLUG_ACTION) $(entry DAXPLUG_OUTCOME)" "dax0.0 unplug done"
	is "the record of a change: the exit status" "$(entry DAXPLUG_EXIT_STATUS)" 0
	is "the record of a change: no reason without a failure" "$(entry DAXPLUG_REASON)" ""
	is "the record of a change: the requester's user" "$(entry DAXPLUG_REQUESTER_UID | grep -cE '^[0-9]+$')" 1
	ok "the record of a change: the requester's process" test "$(entry DAXPLUG_REQUESTER_PID)" -gt 1
	ok "the record of a change: the identifier is that of the page for agents" \
		grep -q "MESSAGE_ID=$(entry MESSAGE_ID)" "$REPO/docs/agents.md"

	two_devices
	NO_ROOM=1 journaled unplug dax0.0 dax1.0
	is "the record of a refusal of two devices together" \
		"$(entry DAXPLUG_DEVICE) $(entry DAXPLUG_OUTCOME) $(entry DAXPLUG_REASON) $(entry DAXPLUG_EXIT_STATUS)" \
		"dax0.0 refused no_room 7"
fi
