# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 13 -e ansible-core -t 1800 -a memhp_default_state=offline
# The Ansible role declares the devices of a machine: check mode changes nothing, a run makes the
# devices match, and a second run changes nothing, even after a boot.
. "$LAB/tests/machine/lib.sh"
PLAYBOOK=/root/playbook.yml
STATE=/sys/bus/dax/devices/dax0.0/state

write_playbook() { # STATE
	cat > $PLAYBOOK <<- EOF
	- hosts: localhost
	  connection: local
	  gather_facts: false
	  roles:
	    - role: daxplug
	      daxplug_devices:
	        hbm:
	          kind: hmem
	          state: $1
	          guard: "on"
	EOF
}

# play OPTION...: runs the playbook.
play() {
	ANSIBLE_PIPELINING=1 ANSIBLE_ROLES_PATH=$LAB/contrib/ansible/roles ansible-playbook -i localhost, "$@" $PLAYBOOK 2>&1 | tee /root/said
	return "${PIPESTATUS[0]}"
}

said() { grep -qE -e "$1" /root/said; }

# changed: prints how many tasks of the last run changed something.
changed() { sed -nE 's/^localhost .* changed=([0-9]+) .*/\1/p' /root/said; }

case $BOOT in
1)
	is "the state before" "$(< $STATE)" offline
	write_playbook online_movable
	ok "check mode" play --check --diff
	is "check mode: each task would change something" "$(changed)" 4
	ok "diff mode: the lines that would be declared" said '^\+state = online_movable$'
	is "check mode: nothing has changed" "$(< $STATE) $(ls -d /etc/daxplug.conf.d 2> /dev/null)" "offline "
	ok "the role runs" play
	is "the device is as declared" "$(< $STATE) $(< "$DAX/kmem/guard")" "online_movable 1"
	ok "the role runs a second time" play
	is "a second run changes nothing" "$(changed)" 0
	echo 0 > "$DAX/kmem/guard"
	ok "the device has drifted: check mode" play --check --diff
	is "the device has drifted: one task would change something" "$(changed)" 1
	ok "the device has drifted: diff mode shows the difference" eval "said '^-dax0.0: guard = off$' && said '^\+dax0.0: guard = on$'"
	is "the device has drifted: check mode changes nothing" "$(< "$DAX/kmem/guard")" 0
	ok "the role runs after the drift" play
	is "the device is as declared again" "$(changed) $(< "$DAX/kmem/guard")" "1 1"
	write_playbook onlin_movable
	ok "a wrong word fails" eval '! play'
	ok "the wrong word is named" said 'state = onlin_movable: not unplugged'
	is "a wrong word changes nothing" "$(< $STATE)" online_movable
	next_boot memhp_default_state=offline
	;;
2)
	is "after a boot: as declared" "$(< $STATE) $(< "$DAX/kmem/guard")" "online_movable 1"
	write_playbook online_movable
	ok "after a boot: the role runs" play
	is "after a boot: nothing to change" "$(changed)" 0
	done_testing
	;;
esac
