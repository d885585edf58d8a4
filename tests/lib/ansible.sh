#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The Ansible module and the role on a recorded machine: ansible.sh DAXPLUG MAKE_FIXTURE
set -uo pipefail

HERE=$(dirname "$(realpath "$0")")
REPO=$(dirname "$(dirname "$HERE")")
. "$REPO/tests/guest/lib.sh"
DAXPLUG=$(realpath "$1") MAKE_FIXTURE=$(realpath "$2")
ROLES=$REPO/contrib/ansible/roles
type -p ansible > /dev/null || skip_all "ansible-core is not installed"

WORK=$(mktemp -d)
ROOT=$("$MAKE_FIXTURE" "$HERE/records/ours-6.12-movable")
trap 'rm -rf "$WORK" "$ROOT"' EXIT
printf '#!/bin/sh\nexec %q "$@" --sysroot %q\n' "$DAXPLUG" "$ROOT" > "$WORK/daxplug"
chmod +x "$WORK/daxplug"
export PATH=$WORK:$PATH HOME=$WORK ANSIBLE_LOCAL_TEMP=$WORK/local ANSIBLE_REMOTE_TEMP=$WORK/remote

# apply OPTION...: runs the module; sets SAID, and ANSWER to the JSON in it.
apply() {
	SAID=$(ansible -i localhost, -c local -e ansible_python_interpreter=/usr/bin/python3 \
		--module-path "$ROLES/daxplug/library" -m daxplug_apply "$@" localhost 2>&1)
	ANSWER=$(sed -n '/ => {$/,$p' <<< "$SAID" | sed '1s/.*/{/')
}
answer() { jq -r "$1" <<< "$ANSWER"; }
declares() { printf '%s\n' "$@" > "$WORK/declared.conf"; }
file() { printf '{"files": ["%s"]}' "$WORK/declared.conf"; }

declares '[hbm]' 'kind = hmem' 'state = online_movable'
apply -a "$(file)"
is "as declared: nothing is changed" "$(answer .changed)" false
declares '[hbm]' 'kind = hmem' 'state = unplugged' 'guard = on'
apply --check --diff -a "$(file)"
is "check mode: it would change" "$(answer .changed)" true
is "check mode: which device, and how" "$(answer '.devices[0] | "\(.chardev) \(.outcome)"')" "dax0.0 would-change"
is "diff: before" "$(grep '^-dax' <<< "$SAID" | sort | xargs)" "-dax0.0: guard = off -dax0.0: state = online_movable"
is "diff: after" "$(grep '^+dax' <<< "$SAID" | sort | xargs)" "+dax0.0: guard = on +dax0.0: state = unplugged"
apply -a "$(file)"
is "a failure fails the task" "$(answer .rc)" 8
is "the task's message has the reason" "$(answer .msg)" "daxplug: dax0.0: guard = on: a recorded tree cannot be changed"
declares '[hbm]' 'kind = hmem' 'sate = online'
apply --check -a "$(file)"
is "a wrong line fails the task" "$(answer .rc)" 2
ok "the task's message names the wrong line" grep -q "declared.conf:3: " <<< "$ANSWER"
apply --check -a '{"declared": false}'
is "a declaration that is not on the host yet" "$(answer .changed)" true

# --- the role ---

# play STATE OPTION...: runs the role, which declares STATE; prints how many tasks failed and how
# many changed something.
play() {
	cat > "$WORK/playbook.yml" <<- EOF
	- hosts: localhost
	  gather_facts: false
	  roles:
	    - role: daxplug
	      daxplug_file: $ROOT/etc/daxplug.conf.d/50-ansible.conf
	      daxplug_boot: false
	      daxplug_devices: {hbm: {kind: hmem, state: $1}}
	EOF
	ANSIBLE_ROLES_PATH=$ROLES ansible-playbook -i localhost, -c local \
		-e ansible_python_interpreter=/usr/bin/python3 "${@:2}" "$WORK/playbook.yml" > "$WORK/said" 2>&1
	sed -nE 's/^localhost .* changed=([0-9]+) .* failed=([0-9]+) .*/\2 \1/p' "$WORK/said"
}
is "role: check mode" "$(play online_movable --check)" "0 3"
ok "role: check mode changes nothing" test ! -e "$ROOT/etc/daxplug.conf.d"
is "role: the declaration is made" "$(play online_movable)" "0 2"
is "role: a second run changes nothing" "$(play online_movable)" "0 0"
is "role: a wrong word fails" "$(play onlin_movable)" "1 0"
ok "role: the wrong word is named" grep -q 'state = onlin_movable: not unplugged' "$WORK/said"
ok "role: the declaration stays" grep -qx 'state = online_movable' "$ROOT/etc/daxplug.conf.d/50-ansible.conf"
is "role: a difference would be changed" "$(play unplugged --check --diff)" "0 2"
ok "role: diff mode" grep -qx '+state = unplugged' "$WORK/said"
is "role: the declaration is put in place, and a change that cannot be made fails" "$(play unplugged)" "1 1"
ok "role: the reason" grep -q 'a recorded tree cannot be changed' "$WORK/said"
done_testing
