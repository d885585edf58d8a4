# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The part of tests/host/skew.sh that runs in the guest. The disk "old" has the old driver and the old
# command.
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/command.sh"
. "$LAB/tests/guest/helpers/stock.sh"

mount_old() {
	local dir
	mkdir /old
	for dir in /sys/block/vd*; do
		[[ $(< "$dir/serial") != old ]] || mount -t erofs -o ro "/dev/${dir##*/}" /old || return
	done
	[[ -e /old/kmem.ko && -x /old/command/bin/daxplug ]]
}

# use_driver new|old|stock: replaces the loaded driver with this one.
use_driver() {
	local file
	case $1 in
	new) file=$OUR_KMEM ;;
	old) file=/old/kmem.ko ;;
	stock) file=$STOCK_KMEM ;;
	esac
	rmmod kmem && load "$file" && is_bound
}

use_command() {
	! mountpoint -q /lab/command || umount /lab/command
	[[ $1 == new ]] || mount --bind /old/command /lab/command
	hash -r
}

# truth: prints the state of the device according to its blocks.
truth() {
	local all=${#BLOCKS[@]}
	case $all in
	"$(count absent)") echo unplugged ;;
	"$(count 'offline*')") echo offline ;;
	"$(count 'online Movable')") echo online_movable ;;
	*) echo mixed ;;
	esac
}

# verb VERB STATE ARG...: "daxplug VERB ARG..." brings the device to STATE. If the pair lacks the verb,
# the command fails with one line, and the device is unchanged.
verb() {
	local name=$1 state=$2 lacks=0 status=0
	shift 2
	if [[ " $LACKS " == *" $name "* ]]; then
		lacks=1
		state=$(truth)
	fi
	daxplug "$name" "$@" > /tmp/out 2> /tmp/err || status=$?
	is "$PAIR: $name: fails" $((status != 0)) "$lacks"
	is "$PAIR: $name: lines on standard error" "$(wc -l < /tmp/err)" "$lacks"
	is "$PAIR: $name: the device" "$(truth)" "$state"
	is "$PAIR: $name: the device, as the command lists it" "$(listed state)" "$state"
	note "$(head -n 3 /tmp/out /tmp/err)"
}

# pair COMMAND DRIVER VERB...: tries all verbs; the pair lacks each VERB.
pair() {
	PAIR="$1 command, $2 driver" LACKS=${*:3}
	use_command new
	ok "$PAIR: the driver has the device" use_driver "$2"
	use_command "$1"
	verb list offline
	verb show offline dax0.0
	verb check offline
	verb plug online_movable dax0.0
	verb apply unplugged /tmp/daxplug.conf
	verb plug online_movable dax0.0
	verb unplug unplugged dax0.0
	verb plug online_movable dax0.0
	unbind > /tmp/answer
	verb reclaim unplugged all
	clean_up
}

# The newest driver takes over memory that the kernel's own leaves behind.
clean_up() {
	use_command new
	[[ $(truth) == unplugged ]] || use_driver new
	daxplug unplug dax0.0
} > /tmp/answer 2>&1

mount_old || skip_all "the disk of tests/host/skew.sh is missing"
printf '%s\n' '[hbm]' 'kind = hmem' 'state = unplugged' > /tmp/daxplug.conf
pair new new
pair new old reclaim
pair new stock reclaim
pair old new check apply reclaim
pair old stock check apply reclaim
done_testing
