# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 13 -s 1G -a memhp_default_state=online_movable
# Huge pages for DPDK or virtual machines are allocated from the expander after each boot; once they
# are freed, the memory can be unplugged.
. "$LAB/tests/machine/lib.sh"

POOL=/sys/devices/system/node/node1/hugepages/hugepages-2048kB

case $BOOT in
1)
	is "the node of the expander" "$(< "$DAX/target_node")" 1
	cat > /etc/daxplug.conf <<- 'END'
		[expander]
		kind = hmem
		state = online_movable
	END
	cat > /etc/systemd/system/expander-hugepages.service <<- 'END'
		[Unit]
		Description=Huge pages on the expander
		Requires=dev-dax0.0.device
		After=dev-dax0.0.device daxplug-apply@dev-dax0.0.service
		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=sh -c 'echo 256 > /sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages'
		ExecStop=sh -c 'echo 0 > /sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages'
		[Install]
		WantedBy=multi-user.target
	END
	ok "the driver has the states at bind" daxplug apply --boot
	ok "the service that fills the pool is enabled" systemctl enable expander-hugepages.service
	next_boot ''
	;;
2)
	ok "the memory is plugged" has_memory
	is "the memory is in ZONE_MOVABLE" "$(< "$DAX/state")" online_movable
	ok "the pool is filled" eventually grep -qx 256 $POOL/nr_hugepages
	ok "a program mounts the huge pages" mount -t hugetlbfs none /mnt
	ok "the program uses 100 MiB" fallocate -l 100M /mnt/pages
	is "50 huge pages are in use" "$(($(< $POOL/nr_hugepages) - $(< $POOL/free_hugepages)))" 50
	rm /mnt/pages
	ok "the pool is freed" systemctl stop expander-hugepages.service
	ok "the memory is unplugged" daxplug unplug dax0.0
	ok "the memory is plugged again" daxplug apply
	ok "the service fills the pool again" systemctl start expander-hugepages.service
	is "the pool is filled again" "$(< $POOL/nr_hugepages)" 256
	done_testing
	;;
esac
