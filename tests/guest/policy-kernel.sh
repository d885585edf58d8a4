# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# With the policy online_kernel the device is bound with all blocks in a kernel zone, and can be
# unplugged as long as the kernel has not used them.
# vm: -s 1G -p online_kernel
# driver: ours
# driver-full: stock-7.3
. "$LAB/tests/guest/helpers/device.sh"

is "every block is in a kernel zone" "$(count 'online Normal')" "${#BLOCKS[@]}"
stock_differs "state does not show the result of the policy"
is "state" "$(state)" online_kernel
before=$(snapshot)
answer=$(attempt unplugged)
case $answer in
done) is_unplugged "unplugged" ;;
*)
	is "unplugged: the kernel keeps memory of its own there" "$answer" EBUSY
	is_unchanged "a refused unplug changes nothing" "$before"
	;;
esac
done_testing
