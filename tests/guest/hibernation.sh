# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Hibernation cancels a transition, which is rolled back. After the kernel has written the image and
# read it back, every block and the content of the device's memory are as before.
# vm: -s 1G -x 3G -t 1200
# full
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/contents.sh"

grep -qw test_resume /sys/power/disk || skip_all "the kernel was built without hibernation"
# 6.1 opens the disk exclusively to read the image back, which fails while the disk is in use as
# swap, as in this test but not in a real resume.
[[ $KERNEL != 6.1 ]] || skip_all "Linux 6.1 cannot test hibernation to a disk that is in use as swap (EBUSY)"
load_fault
mkswap "$SCRATCH" > /dev/null
swapon "$SCRATCH"
echo test_resume > /sys/power/disk
echo 1 > /sys/power/pm_debug_messages # logs when the image has been read back

# hibernate: writes the image to the disk, and reads it back.
hibernate() { write_file /sys/power/state disk; }

# has_resumed DESCRIPTION: the system has resumed from the image.
has_resumed() { ok "$1: the image was read back" log_since "$1" 'Hibernation image restored successfully'; }

# With either driver, Linux 7.3-rc7 leaves the host's side of all virtio ports unconnected after a
# resume, so connect_ports binds them again. The first write to a port fails and is lost.
has_ports() { grep -qx 'host_connected: 1' /sys/kernel/debug/virtio-ports/*; }
connect_ports() {
	local driver=/sys/bus/virtio/drivers/virtio_console device
	! has_ports || return 0
	for device in "$driver"/virtio*; do
		echo "${device##*/}" > "$driver/unbind"
		echo "${device##*/}" > "$driver/bind"
	done
	wait_until has_ports
	echo '# lost' | tee /dev/stderr
	pause 1
}

# slept DESCRIPTION: checks the writer's answer and that the system has hibernated.
slept() {
	connect_ports
	is "$1: the writer gets ECANCELED" "$RESULT" ECANCELED
	is "$1: the system has slept" "$ANSWER" "done"
	has_resumed "$1"
}

is "unplugged" "$(attempt unplugged)" "done"
before=$(snapshot)
mark_log "during a plug"
caught online_movable hibernate
slept "during a plug"
is_unchanged "during a plug: rolled back" "$before"

is "awake again: online_movable" "$(attempt online_movable)" "done"
fill_device 64
before=$(snapshot)
mark_log "during an unplug"
caught unplugged hibernate
slept "during an unplug"
is_unchanged "during an unplug: rolled back" "$before"
ok "during an unplug: the contents are the same" contents_are_kept
drop_contents

is "awake again: unplugged" "$(attempt unplugged)" "done"
is_unplugged "awake again"
done_testing
