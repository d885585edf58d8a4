# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 13 -a memhp_default_state=offline
# The Ansible role declares the devices of a machine: check mode changes nothing, a run makes
# them match, a second run changes nothing, and so it is after a boot.
. "$LAB/tests/machine/lib.sh"
PLAYBOOK=/root/playbook.yml
STATE=/sys/bus/dax/devices/dax0.0/state

write_playbook() { # STATE
	cat > $PLAYBOOK <<- EOF
	- hosts: localhost
	  connection: local
	  roles:
	    - role: daxplug
	      daxplug_devices:
	        hbm:
	          kind: hmem
	          state: $1
	          guard: "on"
	EOF
}

# play OPTION...: runs the playbook; sets SAID, and CHANGED to how many tasks changed something.
play() {
	local status=0
	SAID=$(ANSIBLE_ROLES_PATH=$LAB/contrib/ansible/roles ansible-playbook -i localhost, "$@" $PLAYBOOK 2>&1) || status=$?
	CHANGED=$(sed -n 's/^localhost .* changed=\([0-9]*\) .*/\1/p' <<< "$SAID")
	((status == 0)) || note "$SAID"
	return $status
}

install_ansible() { apt-get update -q && apt-get install -qy --no-install-recommends ansible-core; }

case $BOOT in
1)
	ok "Ansible is installed" install_ansible
	is "the state before" "$(< $STATE)" offline
	write_playbook online_movable
	ok "check mode" play --check --diff
	ok "check mode: it would change something" test "${CHANGED:-0}" -gt 0
	is "check mode: nothing has changed" "$(< $STATE) $(ls /etc/daxplug.conf.d 2> /dev/null)" "offline "
	ok "the role runs" play
	is "the device is as declared" "$(< $STATE) $(< "$DAX/kmem/guard")" "online_movable 1"
	ok "the role runs again" play
	is "a second run changes nothing" "$CHANGED" 0
	write_playbook onlin_movable
	ok "a wrong word fails" eval '! play > /tmp/answer'
	ok "the wrong word is named" grep -q onlin_movable <<< "$SAID"
	is "it changes nothing" "$(< $STATE)" online_movable
	next_boot memhp_default_state=offline
	;;
2)
	is "after a boot: as declared" "$(< $STATE) $(< "$DAX/kmem/guard")" "online_movable 1"
	write_playbook online_movable
	ok "the role runs once more" play
	is "after a boot: nothing to change" "$CHANGED" 0
	done_testing
	;;
esac
