# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 13 -v nvdimm -s 1G
# Persistent memory is RAM at night, and a devdax device by day: two timers switch it.
. "$LAB/tests/machine/lib.sh"

# unit NAME: writes a systemd unit.
unit() { cat > "/etc/systemd/system/$1"; }

unit pmem-ram.service << 'END'
[Unit]
Description=Persistent memory as RAM
[Service]
Type=oneshot
ExecStart=daxctl disable-device dax0.0
ExecStart=daxplug plug dax0.0
END

unit pmem-devdax.service << 'END'
[Unit]
Description=Persistent memory as a devdax device
[Service]
Type=oneshot
ExecStart=daxplug unplug --release --drain --timeout 10min dax0.0
ExecStart=daxctl reconfigure-device --mode=devdax dax0.0
END

unit pmem-ram.timer << 'END'
[Timer]
OnCalendar=22:00
[Install]
WantedBy=timers.target
END

unit pmem-devdax.timer << 'END'
[Timer]
OnCalendar=06:00
[Install]
WantedBy=timers.target
END

bound_to() { basename "$(realpath "$DAX/driver")"; }

ok "a namespace is created" make_namespace
cat > /etc/modprobe.d/pmem.conf << 'END'
options kmem default_state=pmem=unplugged
END
ok "the timers are enabled" systemctl enable --now pmem-ram.timer pmem-devdax.timer
is "by day: the device" "$(bound_to)" device_dax
for night in first second; do
	ok "$night night: the job succeeds" systemctl start pmem-ram.service
	is "$night night: the memory is plugged" "$(< "$DAX/state")" online_movable
	ok "$night night: RAM is in use" eval \
		"mount -t tmpfs -o 'size=300M,mpol=prefer:$(< "$DAX/target_node")' night /mnt && head -c 200M /dev/urandom > /mnt/file"
	before=$(sha256sum /mnt/file)
	ok "$night morning: the job succeeds" systemctl start pmem-devdax.service
	is "$night morning: the device is a devdax device" "$(bound_to)" device_dax
	is "$night morning: the content of RAM is intact" "$(sha256sum /mnt/file)" "$before"
	umount /mnt
done
done_testing
