# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 13 -s 1G -a memhp_default_state=online_movable
# A host of virtual machines releases a device before maintenance: the machines move to other memory
# while they run, and the device is free; afterwards the memory is plugged again.
. "$LAB/tests/machine/lib.sh"

cat > /etc/daxplug.conf << 'END'
[expander]
kind = hmem
state = online_movable
END
ok "apply succeeds" daxplug apply
ok "all memory of the device is online" has_memory
is "the memory is as declared" "$(< "$DAX/state")" online_movable
cd "$LAB" || exit # in place of a clone
cp contrib/systemd/daxplug-release@.service /etc/systemd/system/
systemctl daemon-reload

# A program in place of a virtual machine, which has 300 MiB and counts its bytes at SIGUSR1.
cat > /root/guest << 'END'
my $memory = "x" x (300 << 20);
$SIG{USR1} = sub {
	open(my $answer, ">", "/run/guest") or die;
	print $answer $memory =~ tr/x//, "\n";
};
sleep(1) while 1;
END
ok "a virtual machine runs on the expander" systemd-run --quiet --unit=guest \
	--property=NUMAPolicy=preferred --property=NUMAMask="$(< "$DAX/target_node")" perl /root/guest
process() { systemctl show --value --property=MainPID guest; }

# on_expander: prints how many MiB of its memory are on the node of the device.
on_expander() {
	awk -v node="N$(< "$DAX/target_node")" -F '[ =]' '
		{ for (i = 1; i < NF; i++) if ($i == node) pages += $(i + 1) }
		END { print int(pages / 256) }' "/proc/$(process)/numa_maps"
}
is_on_expander() { (($(on_expander) > 250)); }
ok "its memory is on the expander" eventually is_on_expander

ok "check says that the device can be unplugged" eval "daxplug check dax0.0 | grep -q 'can be unplugged'"
ok "before maintenance the device is released" systemctl start daxplug-release@dax0.0.service
is "no memory of the device is left" "$(online_blocks)" 0
is "the device is free" "$(daxplug list --noheadings --raw --output mode dax0.0)" disabled
is "the virtual machine has left it" "$(on_expander)" 0
kill -USR1 "$(process)"
ok "the virtual machine still runs with all of its memory" eventually grep -qx $((300 << 20)) /run/guest
ok "the journal names the requester" eval \
	"journalctl -b -o cat MESSAGE_ID=39f030a4019646378ea2ce9fe503fcb4 | grep -q dax0.0"

ok "after maintenance apply succeeds" daxplug apply
ok "all memory of the device is online again" has_memory
done_testing
