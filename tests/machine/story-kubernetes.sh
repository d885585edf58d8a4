# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 13 -s 1G -a memhp_default_state=online_movable
# A Kubernetes node gains and loses memory: a udev rule restarts kubelet, which reads the capacity of
# the node only once, after each change, without the state of its memory manager.
. "$LAB/tests/machine/lib.sh"

# A service in place of kubelet, which keeps the capacity that it has read at its start.
cat > /etc/systemd/system/kubelet.service << 'END'
[Service]
ExecStart=sh -c "grep MemTotal: /proc/meminfo > /run/capacity; exec sleep infinity"
END
mkdir -p /var/lib/kubelet

cat > /etc/systemd/system/kubelet-memory.service << 'END'
[Unit]
Description=Has kubelet read the capacity of the node again
[Service]
Type=oneshot
ExecStart=rm -f /var/lib/kubelet/memory_manager_state
ExecStart=systemctl try-restart kubelet.service
END
cat > /etc/udev/rules.d/99-kubelet-memory.rules << 'END'
ACTION=="change", SUBSYSTEM=="dax", ENV{DAX_STATE}=="?*", RUN+="/bin/systemctl --no-block restart kubelet-memory.service"
END
systemctl daemon-reload
udevadm control --reload

# total: prints the MemTotal of the machine, in kB.
total() { awk '/^MemTotal:/ { print $2 }' /proc/meminfo; }
capacity_is() { [[ $(awk '{ print $2 }' /run/capacity) == "$1" ]]; }
told() { capacity_is "$(total)" && [[ ! -e /var/lib/kubelet/memory_manager_state ]]; }

daxplug unplug --quiet dax0.0
without=$(total)
ok "kubelet runs" systemctl start kubelet.service
ok "kubelet knows the capacity" eventually capacity_is "$without"
for time in first second; do
	echo '{}' > /var/lib/kubelet/memory_manager_state
	ok "$time time: the memory is plugged" daxplug plug dax0.0
	is "$time time: the capacity grows by all of it" "$(($(total) - without))" $((SIZE / 1024))
	ok "$time time: kubelet knows the larger capacity" eventually told
	echo '{}' > /var/lib/kubelet/memory_manager_state
	ok "$time time: the memory is unplugged" daxplug unplug --drain --timeout 60s dax0.0
	is "$time time: the capacity is as before" "$(total)" "$without"
	ok "$time time: kubelet knows the smaller capacity" eventually told
done
done_testing
