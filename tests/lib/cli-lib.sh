# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Functions that the tests of the command share; sourced with their arguments DAXPLUG MAKE_FIXTURE
# PRELOAD NO_MEMORY.

DAXPLUG=$(realpath "$1")
MAKE_FIXTURE=$(realpath "$2")
PRELOAD=$(realpath "$3")
NO_MEMORY=$(realpath "$4")
HERE=$(dirname "$(realpath "$0")")
REPO=$HERE/../..
# shellcheck source=../guest/lib.sh
. "$HERE/../guest/lib.sh"

WORK=$(mktemp -d)
ROOTS=()
trap 'rm -rf "$WORK" "${ROOTS[@]}"' EXIT

# status_of COMMAND...: runs COMMAND and prints its exit status; its output is in $WORK/out and err.
status_of() {
	local status=0
	"$@" > "$WORK/out" 2> "$WORK/err" || status=$?
	printf '%d\n' "$status"
}

on() { "$DAXPLUG" "$1" --sysroot "$ROOT" "${@:2}"; }
listed() { on list --noheadings --raw --output "$1" dax0.0; }
error() { cat "$WORK/err"; }
said() { grep -qE -e "$1" "$WORK/out" "$WORK/err"; }

new_root() {
	ROOT=$("$MAKE_FIXTURE" "$HERE/records/$1")
	ROOTS+=("$ROOT")
}

# valid DESCRIPTION DEFINITION COMMAND...: the output of COMMAND matches the schema.
valid() {
	local description=$1 definition=$2 status=0 told
	shift 2
	"$@" > "$WORK/json" 2> "$WORK/err" || true
	told=$("$HERE/validate" "$REPO/docs/daxplug.schema.json" "$definition" < "$WORK/json" 2>&1) ||
		status=$?
	if ((status == 77)); then
		skip "$description: as the schema says" "no python3-jsonschema on this machine"
	else
		is "$description: as the schema says" "$status $told" "0 "
	fi
}

# add_device NAME PLACE NODE FIRST BLOCKS DRIVER STATE ZONE: adds a device to the tree.
add_device() {
	local place=$ROOT/sys/devices/$2/$1 block
	mkdir -p "$place/mapping0" "$ROOT/sys/bus/dax/devices"
	echo $(($5 << 27)) > "$place/size"
	echo 2097152 > "$place/align"
	echo "$3" > "$place/target_node"
	echo 0 > "$place/numa_node"
	printf '0x%x\n' $(($4 << 27)) | tee "$place/resource" > "$place/mapping0/start"
	printf '0x%x\n' $((($4 + $5 << 27) - 1)) > "$place/mapping0/end"
	echo 0x0 > "$place/mapping0/page_offset"
	ln -s "../../../devices/$2/$1" "$ROOT/sys/bus/dax/devices/$1"
	[[ ! $6 ]] || ln -s "../../../../bus/dax/drivers/$6" "$place/driver"
	[[ $7 ]] || return 0
	for ((block = $4; block < $4 + $5; block++)); do
		mkdir -p "$ROOT/sys/devices/system/memory/memory$block"
		echo "$7" > "$ROOT/sys/devices/system/memory/memory$block/state"
		echo "$8" > "$ROOT/sys/devices/system/memory/memory$block/valid_zones"
	done
}

# --- changes ---

# at_work COMMAND...: runs COMMAND with the fixture $ROOT at /sys. Replaces the shell.
at_work() {
	# shellcheck disable=SC2016 # the inner shell's
	exec env --default-signal=INT unshare --mount \
		bash -c 'mount --bind "$1/sys" /sys && shift && exec "$@"' at_work "$ROOT" "$@"
}

# change ARG...: runs daxplug ARG... there. change_now is for the background.
change_now() { at_work env LD_PRELOAD="$PRELOAD" "$DAXPLUG" "$@"; }
change() { (change_now "$@"); }

# within DESCRIPTION COMMAND...: waits until COMMAND succeeds, for a minute at most.
within() {
	local try
	for try in {1..600}; do
		! "${@:2}" || return 0
		sleep 0.1
	done
	note "timed out waiting for $1"
	return 1
}

# begin_change ARG...: runs daxplug ARG... in the background, as $CHANGE, with its output in $WORK/out and
# $WORK/err, and waits until it writes to sysfs: before that a signal might arrive while the process is
# still a shell.
begin_change() {
	rm -f "$WORK/began"
	FAKE_BEGAN=$WORK/began change_now "$@" > "$WORK/out" 2> "$WORK/err" &
	CHANGE=$!
	ok "the change begins: $*" within "the change" test -e "$WORK/began"
}

# end_by SIGNAL: sends SIGNAL to $CHANGE and sets STATUS to its exit status.
end_by() {
	kill "-$1" "$CHANGE"
	STATUS=0
	wait "$CHANGE" 2> /dev/null || STATUS=$?
}

# A sanitizer has to be loaded first.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0

# --- no memory ---

# is_told STATUS: a success has output or no message, and a failure has a message or JSON.
is_told() {
	case $1 in
	0) [[ -s $WORK/out || ! -s $WORK/err ]] ;;
	*) (($1 < 128)) && [[ -s $WORK/err || -s $WORK/out ]] ;;
	esac
}

# out_of_memory ARG...: an allocation that fails ends the command with a message, not with a signal.
# Tries every STRIDE-th of the first 300 allocations.
out_of_memory() {
	local number status wrong='' failed=0
	for ((number = 1; number <= 300; number += ${STRIDE-1})); do
		status=0
		rm -rf "$WORK/new"
		FAIL_ALLOCATION=$number LD_PRELOAD=$NO_MEMORY on "$@" > "$WORK/out" 2> "$WORK/err" || status=$?
		((status == 0)) || failed=$((failed + 1))
		is_told "$status" || wrong+=" $number:$status"
	done
	ok "$*: some allocations fail" test "$failed" -gt 0
	is "$*: a failing allocation does no harm" "$wrong" ""
}
