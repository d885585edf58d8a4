# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A block of persistent memory that the kernel knows to be bad is never in use after a plug.
# vm: -v nvdimm -s 1G -t 300
# full
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/poison.sh"
modprobe -q mce-inject || skip_all "the kernel cannot simulate machine checks"
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
REGION=$(readlink -f "$DAX/../../")
[[ -e $REGION/badblocks ]] || skip_all "this kernel does not list the bad blocks of a region"

MCE=/sys/kernel/debug/mce-inject
# The status of an uncorrected memory error with an address, as QEMU's AMD processor reports it.
BANK=4
STATUS=0xbd00000000080090
UNIT=12 # log2 of the bytes that the fault may span, in MISC

# inject ADDRESS: reports an uncorrected memory error to the kernel without raising a machine check.
inject() {
	echo sw > $MCE/flags
	echo 0 > $MCE/cpu
	echo $STATUS > $MCE/status
	printf '0x%x\n' $((2 << 6 | UNIT)) > $MCE/misc
	printf '0x%x\n' "$1" > $MCE/addr
	echo $BANK > $MCE/bank
}

list() { cat /sys/module/kmem/parameters/faulty_pages; }

PAGE=$(page_of "$MIDDLE" 33)
is "unplugged" "$(attempt unplugged)" "done"
is "no bad block at first" "$(< "$REGION/badblocks")" ''
inject $((PAGE * 4096))
ok "the kernel lists a bad block" wait_until grep -q . "$REGION/badblocks"
is "the kernel lists one page" "$(awk '{ sum += $2 } END { print sum }' "$REGION/badblocks")" 8
is "the driver does not know it yet" "$(list)" ''

mark_log plugged
ok "the device is plugged" daxplug plug dax0.0
is "the page was not free meanwhile" "$(used_since plugged)" 0
is "the driver knows it" "$(list)" "$(printf '0x%x-0x%x' $((PAGE * 4096)) $((PAGE * 4096 + 4095)))"
ok "the page is marked" is_poisoned "$PAGE"
is "the driver counts it" "$(< "$DAX/kmem/pages_poisoned")" 1
ok "the device is unplugged" daxplug unplug dax0.0
ok "the device is plugged again" daxplug plug dax0.0
ok "the page is marked again" is_poisoned "$PAGE"
done_testing
