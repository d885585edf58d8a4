#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The command on recorded trees, and on a tree that is mounted at /sys: cli.sh DAXPLUG MAKE_FIXTURE
# PRELOAD NO_MEMORY
set -uo pipefail

# shellcheck source=cli-lib.sh
. "$(dirname "$(realpath "$0")")/cli-lib.sh"

# --- each backend, as recorded in a guest ---

# recorded NAME BACKEND STATE BLOCKS
recorded() {
	new_root "$1"
	is "$1: backend" "$(listed backend)" "$2"
	is "$1: state" "$(listed state)" "$3"
	is "$1: blocks" "$(listed blocks)" "$4"
	is "$1: kind" "$(listed kind)" hmem
	is "$1: list says the same as JSON" "$(on list --json | jq -r '.[0].memory_state')" "$3"
	is "$1: show has every block" "$(on show --json dax0.0 | jq '.[0].memblocks | length')" \
		"${4#*/}"
	is "$1: a change of a record is refused" "$(status_of on replug dax0.0 --auto --force)" 8
	is "$1: in one line" "$(wc -l < "$WORK/err")" 1
	valid "$1: list" list on list --json
	valid "$1: show" show on show --json all
	valid "$1: check" check on check --json all
	valid "$1: check of the machine" check on check --json
	valid "$1: a dry run" results on replug --dry-run --json all
	valid "$1: a refusal" results on replug --force --json all
	valid "$1: monitor" 'record*' on monitor --no-follow --json
}

recorded ours-6.12-mixed state mixed 3/8
recorded ours-6.12-movable state online_movable 8/8
recorded ours-6.12-kernel state online_kernel 8/8
recorded stock-6.12-offline per-block offline 0/8
recorded stock-6.12-kernel per-block online_kernel 8/8
recorded stock-7.3-movable state-upstream online_movable 8/8
# The kernel's state file still reads online_movable, which is wrong.
recorded stock-7.3-offline state-upstream offline 0/8
MIXED=${ROOTS[0]} MOVABLE=${ROOTS[1]} KERNEL=${ROOTS[2]}

# --- usage ---

ROOT=$MIXED
# usage_error DESCRIPTION TEXT ARG...
usage_error() {
	is "$1: a usage error" "$(status_of "$DAXPLUG" "${@:3}")" 2
	is "$1: the message" "$(error)" "daxplug: $2"
	is "$1: nothing on standard output" "$(wc -c < "$WORK/out")" 0
}
usage_error "no command" "no command given (see 'daxplug --help')"
usage_error "a typing error" "unknown command 'lsit', did you mean 'list'? (see 'daxplug --help')" lsit
usage_error "an unknown command" "unknown command 'frobnicate' (see 'daxplug --help')" frobnicate
usage_error "help for an unknown command" "unknown command 'lsit', did you mean 'list'? (see 'daxplug --help')" help lsit
usage_error "an unknown option" "unknown option '--nonsense' (see 'daxplug list --help')" list --nonsense
usage_error "an unknown letter" "unknown option '-Z' (see 'daxplug show --help')" show -Z
usage_error "an unknown letter after a long option" "unknown option '-Z' (see 'daxplug list --help')" list --json -Zn
usage_error "an ambiguous option" "option '--no' is ambiguous (see 'daxplug list --help')" list --no
usage_error "no argument" "option '--output' needs an argument (see 'daxplug list --help')" list --output
usage_error "an argument too many" "option '--json' takes no argument (see 'daxplug list --help')" list --json=1
usage_error "an unknown column" "unknown column 'nonsense' (see 'daxplug list --help')" list -o device,nonsense
usage_error "no column" "--output: no column given (see 'daxplug list --help')" list -o ''
usage_error "columns and JSON" "--json has all keys and takes no options of the table (see 'daxplug list --help')" list -J -o device
usage_error "an invalid time" "--timeout: '3x' is not a time such as 30s or 1.5min (see 'daxplug plug --help')" plug dax0.0 --timeout 3x
usage_error "a negative time" "--timeout: '-3s' is not a time such as 30s or 1.5min (see 'daxplug plug --help')" plug dax0.0 --timeout -3s
usage_error "a zone for unplug" "--movable, --kernel and --auto do not apply to unplug (see 'daxplug unplug --help')" unplug dax0.0 --movable
usage_error "force for plug" "--force does not apply to plug (see 'daxplug plug --help')" plug dax0.0 --force
usage_error "release for replug" "--release does not apply to replug (see 'daxplug replug --help')" replug dax0.0 --release
usage_error "drain for plug" "--drain does not apply to plug (see 'daxplug plug --help')" plug dax0.0 --drain
usage_error "swap for plug" "--swap does not apply to plug (see 'daxplug plug --help')" plug dax0.0 --swap
usage_error "swap without a drain" "--swap needs --drain (see 'daxplug unplug --help')" unplug dax0.0 --swap
usage_error "no-refill for plug" "--no-refill does not apply to plug (see 'daxplug plug --help')" plug dax0.0 --no-refill
usage_error "no device" "no device given (see 'daxplug plug --help')" plug
usage_error "an invalid node" "--node: 'x' is not the number of a NUMA node (see 'daxplug list --help')" list --node x
usage_error "an invalid selector" "'uuid:1' is not a UUID (see 'daxplug list --help')" list uuid:1
usage_error "an invalid range" "'range:5-2' is not a range of addresses START-END (see 'daxplug unplug --help')" unplug range:5-2
usage_error "no range" "no range given (see 'daxplug reclaim --help')" reclaim
usage_error "a device for takeover" "takeover takes no arguments: 'dax0.0' (see 'daxplug takeover --help')" takeover dax0.0
usage_error "a recorded tree for handback" "handback works on this machine only, without --sysroot (see 'daxplug handback --help')" handback --sysroot /tmp
usage_error "an invalid time to look back to" "--since: 'nonsense' is not a time (see 'daxplug monitor --help')" monitor --since nonsense
usage_error "an invalid colour" "--color: 'red' is not auto, always or never (see 'daxplug list --help')" list --color=red

# The manual page, with "\-" as "-", except before long options.
sed 's/\([a-zA-Z]\)\\-/\1-/g' "$REPO/man/daxplug.8" > "$WORK/manual"
is "help" "$(status_of "$DAXPLUG" --help)" 0
for verb in list show check plug unplug replug reclaim monitor apply metrics record takeover handback; do
	is "help for $verb" "$(status_of "$DAXPLUG" "$verb" --help)" 0
	ok "the help of $verb has the usage" grep -q "^usage: daxplug $verb" "$WORK/out"
	is "help $verb is the same" "$("$DAXPLUG" help "$verb")" "$(< "$WORK/out")"
	ok "the help of $verb fits on 80 columns" test "$(wc -L < "$WORK/out")" -le 80
	while read -r option; do
		ok "the manual has $verb $option" grep -qE "Fl .*\\\\-${option#--}( |\$)" "$WORK/manual"
	done < <(sed -nE 's/^ +(-., )?(--[a-z-]+).*/\2/p' "$WORK/out")
done
while read -r column _; do
	ok "the manual has the column $column" grep -qE "^.It Sy .*$column" "$WORK/manual"
done < <("$DAXPLUG" list --help | sed '1,/^Columns:/d')
is "the version, after a command" "$("$DAXPLUG" list --version)" "$("$DAXPLUG" -V)"
is "global options before the command" "$("$DAXPLUG" --sysroot "$ROOT" list -no device)" dax0.0
for time in 0 30 500ms 1.5s 2min 1m30s '1h 1m 1.001s' 1week 18446744073us infinity; do
	# The status is that of the forecast, which depends on the machine.
	is "'$time' is a time" "$(status_of on unplug --dry-run --timeout "$time" dax0.0 | grep -xE '0|7' || error)" \
		"$(status_of on unplug --dry-run dax0.0)"
done
for time in '' ' ' s 3x 1.5.2 -1 +1 1,5s '1 2x' inf 99999999999999999999s 9223372036854775807h; do
	is "'$time' is not a time" "$(status_of on unplug --dry-run --timeout "$time" dax0.0)" 2
done

# --- the table ---

is "columns" "$(on list -o device,node,region-name | xargs)" "DEVICE NODE REGION-NAME dax0.0 1 hmem.0"
is "every column" "$(on list --output-all | head -n 1 | wc -w)" \
	"$("$DAXPLUG" list --help | sed '1,/^Columns:/d' | wc -l)"
is "columns besides the usual ones" "$(on list -o +MODE | head -n 1 | awk '{ print $1, $NF }')" "DEVICE MODE"
is "size in bytes" "$(on list -bn -o size)" 1073741824
is "size for people" "$(on list -nr -o size)" 1G
is "addresses as lsmem has them" "$(on list -nr -o start,end)" "0x0000000180000000 0x00000001bfffffff"
is "pairs" "$(on list -P -o device,size)" 'DEVICE="dax0.0" SIZE="1G"'
is "a tree" "$(LC_ALL=C on list -nT -o device | xargs -d '\n')" 'region 0 (hmem.0) `-dax0.0'
is "a tree hangs on the name" "$(LC_ALL=C on list -nT -o size,device | tail -n 1 | xargs -d '\n')" '  1G `-dax0.0'
is "raw is no tree" "$(on list -nrT -o device)" dax0.0

# size_is BYTES TEXT: the size is printed as lsblk prints it.
size_is() {
	echo "$1" > "$ROOT/sys/devices/platform/hmem.0/dax0.0/align"
	is "$1 bytes" "$(on list -nr -o align)" "$2"
}
size_is 1023 1023B
size_is 1048575 1M
size_is 1073741823 1G
size_is 1610612736 1.5G
size_is 1099511627775 1T
size_is 9223372036854775807 8E
size_is 2097152 2M

# --- selectors ---

new_root ours-6.12-movable
ND=LNXSYSTM:00/ACPI0012:00/ndbus0/region1
CXL=pci0000:00/root0/decoder0.0/region2/dax_region2
UUID=01234567-89ab-cdef-0123-456789abcdef
add_device dax1.0 "$ND/dax1.1" 2 64 4 '' ''
mkdir -p "$ROOT/sys/bus/nd/devices/"{dax1.1,namespace1.0}
echo namespace1.0 > "$ROOT/sys/bus/nd/devices/dax1.1/namespace"
echo "$UUID" > "$ROOT/sys/bus/nd/devices/dax1.1/uuid"
add_device dax2.0 "$CXL" 3 80 4 kmem offline 'Normal Movable'
mkdir -p "$ROOT/sys/bus/cxl/devices/"{region2,uport}
ln -s ../bus/cxl/devices "$ROOT/sys/devices/cxl"
echo decoder5.0 > "$ROOT/sys/bus/cxl/devices/region2/target0"
mkdir -p "$ROOT/sys/devices/endpoint/"{decoder5.0,uport}
ln -s ../../../devices/endpoint/decoder5.0 "$ROOT/sys/bus/cxl/devices/decoder5.0"
echo 0xdead > "$ROOT/sys/devices/endpoint/uport/serial"
add_device dax3.0 "$CXL" 3 96 4 device_dax ''
add_device dax4.0 "$CXL" 3 112 4 fsdev_dax ''
add_device dax5.0 strange 3 128 4 '' ''
MANY=$ROOT

# selects SELECTOR... DEVICES: the last word has the selected devices.
selects() {
	is "'${*:1:$#-1}' selects ${*: -1}" "$(on list -nr -o device "${@:1:$#-1}" | xargs)" "${*: -1}"
}
selects dax0.0 dax0.0
selects /dev/dax1.0 dax1.0
selects 'dax[12].*' "dax1.0 dax2.0"
selects node:3 "dax2.0 dax3.0 dax4.0 dax5.0"
selects node:0x2 dax1.0
selects "uuid:${UUID^^}" dax1.0
selects serial:57005 "dax2.0 dax3.0 dax4.0"
selects range:0x200000000-0x21fffffff dax1.0
selects range:0-6442450943 "" 
selects pmem dax1.0
selects cxl "dax2.0 dax3.0 dax4.0"
selects hmem pmem "dax0.0 dax1.0"
selects all "dax0.0 dax1.0 dax2.0 dax3.0 dax4.0 dax5.0"
selects --node 3 --region 2 dax2.0
selects node:3 --node 2 ""
is "totals" "$(on list --total -nr -o device,size,blocks,total | tail -n 1)" "total 3.5G 8/28 28"
is "no total of blocks of which one is unknown" "$(mv "$ROOT/sys/devices/system/memory/memory80/state" "$WORK/state"
	mkdir "$ROOT/sys/devices/system/memory/memory80/state"
	on list --total -nr -o device,size,blocks,total | tail -n 1
	rmdir "$ROOT/sys/devices/system/memory/memory80/state"
	mv "$WORK/state" "$ROOT/sys/devices/system/memory/memory80/state")" "total 3.5G  28"
is "sorted" "$(on list -nr -x end -o device | tail -n 1)" dax5.0
is "sorted by a number" "$(on list -nr -x node -o node | xargs)" "1 2 3 3 3 3"
is "a device that does not exist" "$(status_of on plug dax7.0)" 3
is "the message" "$(error)" "daxplug: dax7.0: no such device (see 'daxplug list')"
is "a path is no device" "$(status_of on show ../dax0.0)" 3
is "a node without a device" "$(status_of on list node:9)" 3
is "a device that does not exist hides no others" "$(status_of on list -nr -o device dax7.0 dax0.0) $(< "$WORK/out")" "64 dax0.0"
is "a device that does not exist, in a change" "$(status_of on unplug --dry-run dax7.0 dax0.0)" 64
ok "a device that does not exist, in a change: the other is changed" said '^dax0.0: would be unplugged'
mv "$ROOT/sys/bus/nd/devices/dax1.1/uuid" "$WORK/uuid"
ln -s uuid "$ROOT/sys/bus/nd/devices/dax1.1/uuid"
is "a UUID that cannot be read" "$(status_of on plug --dry-run "uuid:$UUID") $(error)" \
	"4 daxplug: uuid:$UUID: cannot tell whether dax1.0 matches: its UUID cannot be read: Too many levels of symbolic links"
is "a UUID that cannot be read hides no others" "$(status_of on list -nr -o device "uuid:$UUID" dax0.0) $(< "$WORK/out")" "64 dax0.0"
mv "$WORK/uuid" "$ROOT/sys/bus/nd/devices/dax1.1/uuid"
# The region of another device may be over the same expander.
add_device dax6.0 pci0000:00/root0/decoder0.0/region6/dax_region6 3 144 4 kmem offline 'Normal Movable'
mkdir -p "$ROOT/sys/bus/cxl/devices/region6"
ln -s target0 "$ROOT/sys/bus/cxl/devices/region6/target0"
is "a serial number that cannot be read" "$(status_of on list serial:0xdead) $(error)" \
	"64 daxplug: serial:0xdead: cannot tell whether dax6.0 matches: its serial number cannot be read: Too many levels of symbolic links"
rm -r "$ROOT/sys/bus/dax/devices/dax6.0" "$ROOT"/sys/devices/pci0000:00/root0/decoder0.0/region6 "$ROOT/sys/bus/cxl/devices/region6"
valid "every device: list" list on list --json
valid "every device: show" show on show --json all
valid "every device: check" check on check --json all

# A device that may hold data is bound only by its name, UUID or serial number.
planned() { on plug --dry-run --json "$@" 2> /dev/null | jq -r '.[].chardev' | xargs; }
# takes SELECTOR DEVICES
takes() { is "'$1' selects no device that may hold data" "$(planned "$1")" "$2"; }
takes all "dax0.0 dax2.0"
takes '*' "dax0.0 dax2.0"
takes node:2 ""
takes node:3 dax2.0
takes range:0-0xffffffffff "dax0.0 dax2.0"
takes pmem ""
takes cxl dax2.0
is "--node selects no device that may hold data" "$(planned --node 2)" ""
is "--region selects no device that may hold data" "$(planned --region 1)" ""
is "'replug all' selects no device that may hold data" "$(on replug --dry-run --json all 2> /dev/null | jq -r '.[].chardev' | xargs)" "dax0.0 dax2.0"
is "a name selects it" "$(planned dax1.0)" dax1.0
is "a UUID selects it" "$(planned "uuid:$UUID")" dax1.0
is "a serial number selects it" "$(planned serial:0xdead)" "dax2.0 dax3.0 dax4.0"
is "only devices that may hold data" "$(status_of on plug --dry-run node:2)" 7
ok "the message names the skipped device, and why" said '^dax1.0: skipped: persistent memory without a driver'
is "nothing to check is refused" "$(status_of on check --json node:2) $(jq -r .verdict "$WORK/out")" "7 refused"
is "in devdax mode, named" "$(status_of on plug --dry-run dax3.0)" 7
ok "the message has the remedy" said 'daxctl reconfigure-device'
is "in famfs mode, named" "$(status_of on plug --dry-run dax4.0)" 7
ok "the message has the mode and the remedy" said 'famfs.*daxctl'

new_root ours-6.12-movable
add_device dax1.0 "$ND/dax1.1" 2 64 4 '' online Movable
is "'unplug all' binds no persistent memory either" \
	"$(on unplug --dry-run --json all 2> /dev/null | jq -r '.[].chardev' | xargs)" dax0.0

# --- several devices together ---

# node_has NODE TOTAL FREE ANON: sets the node's memory in MiB.
node_has() {
	mkdir -p "$ROOT/sys/devices/system/node/node$1"
	printf "Node $1 %s: %d kB\n" MemTotal $(($2 * 1024)) MemFree $(($3 * 1024)) \
		AnonPages $(($4 * 1024)) Shmem 0 FilePages 0 \
		> "$ROOT/sys/devices/system/node/node$1/meminfo"
}

# two_devices: a machine where each of two devices alone can be unplugged, but not both.
two_devices() {
	new_root ours-6.12-movable
	add_device dax1.0 platform/hmem.1 2 64 8 kmem online Movable
	echo online_movable > "$ROOT/sys/devices/platform/hmem.1/dax1.0/state"
	echo 0-2 > "$ROOT/sys/devices/system/node/has_memory"
	node_has 0 2048 600 100
	node_has 1 1024 600 400
	node_has 2 1024 600 400
}

two_devices
is "each of two devices alone has room" "$(status_of on unplug --dry-run dax0.0)$(status_of on unplug --dry-run dax1.0)" 00
is "no room for both: a dry run" "$(status_of on unplug --dry-run all)" 7
is "no room for both: the message is one line" "$(error | grep -cE '^daxplug: all 2 devices together: .*800 MiB.*600 MiB')$(wc -l < "$WORK/err")" 11
is "no room for both: check" "$(status_of on check all)" 7
is "no room for both: forced" "$(status_of on unplug --dry-run --force all)" 0
valid "no room for both: JSON" results on unplug --dry-run --json all
is "no room for both: the reason" "$(jq -r '.[].reason' "$WORK/json" | xargs)" "no_room no_room"
add_device dax3.0 platform/hmem.2 3 96 4 device_dax ''
is "another finding does not hide that there is no room" "$(status_of on unplug --dry-run dax0.0 dax1.0 dax3.0)" 7
ok "the message has the missing room" said '^daxplug: all 3 devices together: .*800 MiB'
rm "$ROOT/sys/bus/dax/devices/dax3.0"
node_has 0 2048 1000 100
is "room for both" "$(status_of on unplug --dry-run all)" 0
# A drain counts no page cache, and nothing below the high watermarks.
zones() { printf 'Node %d, zone Normal\n  pages free %d\n  low 1\n  high 0\n  managed 9\n' "$@" > "$ROOT/proc/zoneinfo"; }
zones 0 51200 1 999999 2 999999
is "room for both, but none for a drain" "$(status_of on unplug --drain --dry-run all)" 7
valid "room for both, but none for a drain: JSON" results on unplug --drain --dry-run --json all
zones 0 999999
is "room for a drain of both" "$(status_of on unplug --drain --dry-run all)" 0
zones 0 1048576 2 1048576
drain_room() { on unplug --drain --dry-run --json "$@" | jq -r '.[].forecast.room / 1073741824 | floor' | xargs; }
is "a drain may fill another device" "$(drain_room dax0.0)" 8
is "a drain does not fill a device that the same command unplugs later" "$(drain_room dax0.0 dax1.0)" "4 4"
valid "room for a drain of both: JSON" results on unplug --drain --dry-run --json all
rm "$ROOT/proc/zoneinfo"

# Each device is locked while tiers are read, which takes a descriptor.
for device in {1..40}; do
	add_device "dax1.$device" platform/hmem.1 2 $((64 + 4 * device)) 4 '' ''
done
few_descriptors() { (ulimit -n 20 && on "$@"); }
is "more devices than descriptors: list" "$(status_of few_descriptors list) $(error)" \
	"0 daxplug: cannot read memory tiers: Too many open files"

# --- a value that cannot be read is unknown ---

new_root stock-7.3-movable
rm "$ROOT/sys/devices/system/memory/memory50/state"
mkdir "$ROOT/sys/devices/system/memory/memory50/state"
is "a block that cannot be read: no state" "$(listed state)" unknown
is "a block that cannot be read: no counts" "$(listed blocks,present,online,movable | xargs)" ""
ok "show has the number of unknown blocks" eval "on show dax0.0 | grep -q '1 unknown'"
ok "the map shows the unknown block" eval "on show dax0.0 | grep -q '^  memory48  *MM!MMMMM'"
is "unplug cannot tell" "$(status_of on unplug --dry-run dax0.0)" 4
is "check cannot tell" "$(status_of on check dax0.0)" 4
valid "unknown: list" list on list --json
valid "unknown: show" show on show --json all
valid "unknown: a refusal" results on unplug --dry-run --json dax0.0

# --- no link of a recorded tree leads out of it ---

new_root ours-6.12-movable
echo 4096 > "$WORK/outside"
ln -sf "$WORK/outside" "$ROOT/sys/bus/dax/devices/dax0.0/align"
is "a link out of the tree" "$(listed align)" ""
without_openat2() { FAKE_NO_OPENAT2=1 LD_PRELOAD=$PRELOAD on "$@"; }
is "a link out of the tree, without openat2()" "$(status_of without_openat2 list -nr -o align)" 4
is "nothing outside the tree is read" "$(< "$WORK/out")" ""

# --- mounts elsewhere on the machine make openat2() fail briefly ---

new_root ours-6.12-movable
racing() { FAKE_RACE=1 LD_PRELOAD=$PRELOAD on "$@"; }
is "a race with a mount: show" "$(racing show --json dax0.0)" "$(on show --json dax0.0)"
is "a race with a mount: check" "$(racing check --json dax0.0)" "$(on check --json dax0.0)"

# --- names with control characters do no harm ---

new_root ours-6.12-movable
evil=$'evil\033[31m\302\233\n\377'
mkdir "$ROOT/sys/devices/platform/$evil"
mv "$ROOT/sys/devices/platform/hmem.0/dax0.0" "$ROOT/sys/devices/platform/$evil/"
ln -sfn "../../../devices/platform/$evil/dax0.0" "$ROOT/sys/bus/dax/devices/dax0.0"
for verb in list show check; do
	for mode in '' --json; do
		# shellcheck disable=SC2086 # no option is no word
		on $verb $mode all > "$WORK/out" 2>&1
		ok "$verb $mode prints no escape character" eval "! grep -q -e $'\\033' -e $'\\302\\233' '$WORK/out'"
	done
done
is "show prints the character as a number" "$(on show dax0.0 | grep -c 'evil\\x1b')" 1
valid "a name that is not UTF-8: list" list on list --json
status_of on list $'dax\033[31m' > /dev/null
ok "a message prints no escape character" eval "! grep -q $'\\033' '$WORK/err'"

# --- check ---

ROOT=$MOVABLE
is "check of a device that can be unplugged" "$(status_of on check dax0.0)" 0
ok "the output says how much must move" said '^dax0.0: can be unplugged: .* to migrate, .* available elsewhere'
is "check, JSON: the verdict" "$(on check --json dax0.0 | jq -r .verdict)" go
new_root ours-6.12-movable
POOL=$ROOT/sys/devices/system/node/node1/hugepages/hugepages-2048kB
mkdir -p "$POOL"
for attribute in nr free; do
	echo 3 > "$POOL/${attribute}_hugepages"
done
echo 0 > "$POOL/surplus_hugepages"
is "free huge pages: a dry run" "$(status_of on unplug --dry-run dax0.0)" 0
ok "the dry run says how many an unplug takes from their pool" said ', 3 free huge pages lost$'
new_root ours-6.12-movable
echo -1 > "$ROOT/sys/devices/platform/hmem.0/dax0.0/target_node"
ok "show says that there is no node" eval "on show dax0.0 | grep -q 'target node  *none'"
is "a missing node, check of the machine" "$(status_of on check)" 7
ok "check names the device without a node" said '^error: dax0.0: .*NUMA node.*\[no-node\]'
echo '?' > "$ROOT/sys/devices/platform/hmem.0/dax0.0/target_node"
ok "show says that the node is unknown" eval "on show dax0.0 | grep -q 'target node  *unknown'"
status_of on check > /dev/null
ok "an unknown node is not a missing one" eval "! said 'no-node'"

new_root ours-6.12-kernel
mkdir -p "$ROOT/etc/udev/rules.d" "$ROOT/usr/lib/udev/rules.d" "$ROOT/etc/daxctl.conf.d" \
	"$ROOT/etc/systemd/system" "$ROOT/etc/modprobe.d"
cat > "$ROOT/usr/lib/udev/rules.d/40-redhat.rules" <<- 'END'
	# Memory hotadd request
	SUBSYSTEM!="memory", GOTO="end"
	ACTION!="add", GOTO="end"
	ATTR{state}=="offline", \
	  ATTR{state} = "online"
	LABEL="end"
END
echo 'SUBSYSTEM=="memory", ACTION=="add", ATTR{state}=="offline", ATTR{state}="online_movable"' \
	> "$ROOT/usr/lib/udev/rules.d/80-masked.rules"
ln -s /dev/null "$ROOT/etc/udev/rules.d/80-masked.rules"
echo 'SUBSYSTEM=="block", ATTR{state}="online"' > "$ROOT/etc/udev/rules.d/90-other.rules"
printf '# comment\n\n[reconfigure-device a]\nmode = system-ram\n' > "$ROOT/etc/daxctl.conf.d/a.conf"
printf '[Service]\nExecStart=/usr/bin/chmem -e all\n' > "$ROOT/etc/systemd/system/m.service"
printf '[Service]\nExecStart=/usr/bin/other\n' > "$ROOT/etc/systemd/system/n.service"
echo online > "$ROOT/sys/devices/system/memory/auto_online_blocks"
is "warnings do not change the exit status" "$(status_of on check)" 0
found() { ok "check finds $1" grep -qE "$2" "$WORK/out"; }
found "a udev rule, with file and line" '^warning: /usr/lib/udev/rules.d/40-redhat.rules:4: .*\[udev-onlines-blocks\]$'
found "a section of daxctl" '^warning: /etc/daxctl.conf.d/a.conf:3: .*\[daxctl-reconfigures\]$'
found "a service" '^warning: /etc/systemd/system/m.service:2: .*chmem.*\[service-switches-blocks\]$'
found "the policy" "^warning: the policy 'online' .*\\[policy-online-kernel\\]\$"
found "memory that may never be unplugged" '^warning: dax0.0: 8 of 8 .*\[online-in-kernel-zone\]$'
found "a remedy that can be typed" '^    daxplug replug --movable dax0.0$'
found "the driver in use" '^info: .*\[driver-of-daxplug\]$'
is "check ignores masked files and other directories" \
	"$(grep -cE 'masked|90-other|n.service' "$WORK/out")" 0
is "the same in JSON" "$(on check --json | jq -r '.findings[] | select(.id == "udev-onlines-blocks") | "\(.file):\(.line)"')" \
	/usr/lib/udev/rules.d/40-redhat.rules:4
valid "check with findings" check on check --json
ln -sfn "$WORK/outside" "$ROOT/etc/daxctl.conf.d/b.conf"
echo '[reconfigure-device b]' > "$WORK/outside"
is "check does not leave the tree" "$(on check | grep -c b.conf)" 0

# cannot_read PATH WHAT: PATH is a link to itself, and check cannot tell the configuration there.
cannot_read() {
	rm -rf "${ROOT:?}/$1"
	ln -s "${1##*/}" "$ROOT/$1"
	is "$2 cannot be read: check cannot tell" "$(status_of on check)" 4
	found "$2 that cannot be read" \
		"^unsure: cannot tell what /$1 configures: Too many levels.*\\[configuration-unknown\\]\$"
	rm "$ROOT/$1"
}
new_root ours-6.12-movable
is "without configuration check can tell" "$(status_of on check)" 0
mkdir -p "$ROOT"/etc/{udev,daxctl.conf.d,systemd} "$ROOT/usr/lib/udev/rules.d"
cannot_read etc/udev/rules.d "a directory of udev rules"
cannot_read usr/lib/udev/rules.d/40-loop.rules "a udev rule"
cannot_read etc/daxctl.conf.d "daxctl's configuration"
cannot_read etc/systemd/system "a directory of services"
new_root stock-6.12-offline
mkdir -p "$ROOT/etc/modprobe.d"
cannot_read etc/modprobe.d/loop.conf "a file of modprobe.d"

# shellcheck source=cli-driver.sh
. "$HERE/cli-driver.sh"

ROOT=$WORK/empty
mkdir -p "$ROOT/sys/devices/system/node/node1" "$ROOT/sys/bus/cxl/devices/mem0"
echo 0 > "$ROOT/sys/devices/system/node/has_cpu"
echo 'Node 1 MemTotal:       4194304 kB' > "$ROOT/sys/devices/system/node/node1/meminfo"
on check > "$WORK/out"
found "that there is no device" '\[no-device\]$'
found "memory that firmware presents as ordinary RAM" '^info: node 1 has 4G .*\[node-without-cpus\]$'
found "an expander without a region" '\[cxl-without-region\]$'
valid "check without a device" check on check --json
mkdir -p "$ROOT/sys/bus/nd" "$ROOT/proc" "$ROOT/sys/module/kmem/parameters" "$ROOT/sys/devices/system/memory" \
	"$ROOT/sys/module/memory_hotplug/parameters" "$ROOT/proc/sys/kernel" "$ROOT/lib/modules/6.12.0"
echo offline > "$ROOT/sys/devices/system/memory/auto_online_blocks"
echo 6.12.0 > "$ROOT/proc/sys/kernel/osrelease"
echo kernel/drivers/dax/kmem.ko: > "$ROOT/lib/modules/6.12.0/modules.dep"
is "without a device check can tell" "$(status_of on check)" 0
# without DESCRIPTION FINDING FILE: check cannot tell if FILE is a link to itself.
without() {
	rm -rf "${ROOT:?}/$3"
	ln -s "${3##*/}" "$ROOT/$3"
	is "without $1: check cannot tell" "$(status_of on check)" 4
	found "that $1 cannot be read, and why" "^unsure: .*$3.*: Too many levels.*\\[$2\\]\$"
	rm "$ROOT/$3"
}
without "the map of memory" memory-unknown proc/iomem
without "namespaces" memory-unknown sys/bus/nd/devices
without "expanders" memory-unknown sys/bus/cxl/devices
without "the memory of a node" memory-unknown sys/devices/system/node/node1/meminfo
without "the nodes with CPUs" memory-unknown sys/devices/system/node/has_cpu
without "the list of nodes" memory-unknown sys/devices/system/node
without "default states" policy-unknown sys/module/kmem/parameters/default_state
echo online > "$ROOT/sys/devices/system/memory/auto_online_blocks"
without "the zone policy" policy-unknown sys/module/memory_hotplug/parameters/online_policy

# --- no device, and orphaned memory ---

is "a tree that does not exist" "$(status_of "$DAXPLUG" list --sysroot /nonexistent)" 4
ROOT=$WORK
is "no device at all: list" "$(status_of on list)" 0
is "no device at all: JSON" "$(on list --json | jq -c .)" "[]"
is "no device at all: show" "$(status_of on show all)" 3
is "no device at all: a change, JSON" "$(on plug --json all 2> /dev/null | jq -c .)" "[]"

ROOT=$MIXED
is "reclaim needs daxplug's driver" "$(status_of on reclaim all)" 8
new_root stock-6.12-offline
rm -rf "$ROOT/sys/module/kmem"
mkdir -p "$ROOT/sys/module"
ln -s kmem "$ROOT/sys/module/kmem"
is "the driver cannot be looked at: check cannot tell" "$(status_of on check)" 4
ok "check says so" said 'cannot tell which kmem driver is in use: Too many levels.*\[driver-unknown\]$'
ok "metrics do not guess the driver either" eval \
	"on metrics | grep -q '^daxplug_driver_info{driver=\"unknown\",reason=\"driver-unknown\"'"
new_root ours-6.12-movable
is "no orphaned memory: reclaim all" "$(mkdir -p "$ROOT/sys/bus/dax/drivers/kmem/stranded"; status_of on reclaim all)" 0
orphan=$ROOT/sys/bus/dax/drivers/kmem/stranded/300000000-33fffffff
mkdir -p "$orphan"
echo 0x300000000 > "$orphan/start"
echo 1073741824 > "$orphan/size"
echo 8 | tee "$orphan/blocks_total" > "$orphan/blocks_online"
echo 1 > "$orphan/quarantined"
touch "$orphan/reclaim"
ok "list has orphaned memory" eval "on list | grep -qE '^300000000-33fffffff +1G .* 8/8 quarantined'"
echo '?' > "$orphan/blocks_online"
is "list has no counts that cannot be read" "$(on list | sed -nE 's/ +/ /g; s/^300000000-33fffffff 1G //p')" "quarantined"
is "JSON has no counts that cannot be read" "$(on check --json | jq -c '.orphans[0].online_memblocks')" null
ok "metrics have the quarantine" eval "on metrics | grep -q '^daxplug_orphan_size_bytes{range=.*,quarantined=\"true\"} '"
echo '?' > "$orphan/quarantined"
ok "metrics have no quarantine that cannot be read" eval "on metrics | grep -q '^daxplug_orphan_size_bytes{range=\"300000000-33fffffff\"} '"
echo 1 > "$orphan/quarantined"
echo 8 > "$orphan/blocks_online"
transitions() { on show dax0.0 | sed -n 's/^  transitions  *//p'; }
is "show has the transitions" "$(transitions)" "2 done, 0 failed, 0 cancelled"
rm "$ROOT/sys/devices/platform/hmem.0/dax0.0/kmem/transitions_failed"
mkdir "$ROOT/sys/devices/platform/hmem.0/dax0.0/kmem/transitions_failed"
is "show has no transitions that cannot be read" "$(transitions)" "2 done, 0 cancelled"
is "list for programs does not have it" "$(on list -nr -o device)" dax0.0
ok "check has it" eval "on check | grep -A1 'orphaned-memory' | grep -qx '    daxplug reclaim 300000000-33fffffff'"
is "JSON has it" "$(on check --json | jq -r '.orphans[0].orphan')" 300000000-33fffffff
valid "orphaned memory: check" check on check --json
is "reclaim of a range that does not exist" "$(status_of on reclaim 1-2)" 3
is "reclaim, a dry run" "$(status_of on reclaim --dry-run range:0x300000000-0x33fffffff)" 0
is "the output" "$(< "$WORK/out")" "300000000-33fffffff: would be reclaimed"
valid "reclaim, a dry run" reclaim on reclaim --dry-run --json all
rm "$ROOT/sys/bus/dax/devices/dax0.0"
status_of on unplug all > /dev/null
ok "without a device: the message names the memory" said 'orphaned memory.*daxplug reclaim'

new_root stock-6.12-offline
is "offline memory, but no figures of free memory: check" "$(status_of on check dax0.0)" 4
ok "check cannot tell" said '^dax0.0: cannot tell whether it can be plugged'
zones 0 900000
is "offline memory, check" "$(status_of on check dax0.0)" 0
ok "offline memory need not migrate" eval "said '^dax0.0: can be plugged' && ! said migrate"

new_root ours-6.12-kernel
is "a dry run is as sure as a check" "$(status_of on check dax0.0)$(status_of on unplug --dry-run dax0.0)" 44
ok "the dry run says why" said '^dax0.0: unplug would be tried: 8 memory blocks in a kernel zone may hold'
is "JSON has the same result" "$(on unplug --dry-run --json dax0.0 | jq -r '.[0] | "\(.outcome) \(.exit_status)"')" "dry-run 4"

# --- the map ---

ROOT=$MIXED
is "the map" "$(on show dax0.0 | sed -nE 's/^  memory[0-9]+ +//p')" oMoMoMoo

# in_terminal COLUMNS COMMAND...: prints its output on a terminal, with standard error.
in_terminal() {
	script -qec "stty cols $1; $(printf '%q ' "${@:2}")" /dev/null < /dev/null
}
# colored DESCRIPTION WANTED COMMAND...
colored() {
	local escapes
	escapes=$(in_terminal 80 "${@:3}" | grep -c $'\033\\[')
	is "$1" "$((escapes > 0))" "$2"
}
shows=("$DAXPLUG" show --sysroot "$ROOT" dax0.0)
export TERM=xterm
unset NO_COLOR COLUMNS
is "without colors in a file" "$("${shows[@]}" | grep -c $'\033')" 0
ok "with colors in a file if asked for" eval "on show --color dax0.0 | grep -q $'\\033'"
colored "with colors on a terminal" 1 "${shows[@]}"
colored "not with NO_COLOR" 0 env NO_COLOR=1 "${shows[@]}"
colored "an empty NO_COLOR does not count" 1 env NO_COLOR= "${shows[@]}"
colored "not on a dumb terminal" 0 env TERM=dumb "${shows[@]}"
colored "not with --color=never" 0 "${shows[@]}" --color=never

# --- standard output ---

is "a full disk" "$(on list 2> "$WORK/err" > /dev/full; echo "$? $(error)")" \
	"1 daxplug: cannot write to standard output: No space left on device"
is "standard output closed" "$(on list >&- 2> "$WORK/err"; echo "$? $(error)")" "0 "
is "everything closed" "$(on list <&- >&- 2>&-; echo $?)" 0
# reader_gone COMMAND...: prints its status and errors if the reader of the pipe has gone before
# COMMAND begins.
reader_gone() {
	local status=0 writer
	exec {writer}> >(exec true)
	wait $!
	"$@" 1>&"$writer" 2> "$WORK/err" || status=$?
	exec {writer}>&-
	printf '%s\n' "$status $(error)"
}
is "a reader that has gone is no error" "$(reader_gone on show --json all)" "0 "
is "a reader that has gone is no error for monitor" "$(reader_gone on monitor)" "0 "
is "no environment" "$(env -i "$DAXPLUG" list --sysroot "$ROOT" -no device)" dax0.0
is "an unknown locale" "$(LC_ALL=xx_YY.nonsense on list -no device)" dax0.0
if type strace > /dev/null 2>&1; then
	is "an error message is one write" "$(strace -f -qq -e trace=write -E ASAN_OPTIONS=detect_leaks=0 "$DAXPLUG" lsit 2>&1 |
		grep -c '^write(2')" 1
else
	skip "an error message is one write" "strace is not installed"
fi

# --- no memory ---

if grep -q __asan_init "$DAXPLUG"; then
	skip "failing allocations" "a sanitizer has its own"
else
	out_of_memory list --json
	out_of_memory show --json all
	out_of_memory unplug --dry-run --json all
fi

. "$HERE/cli-live.sh"

# --- monitor ---

new_root ours-6.12-mixed
"$DAXPLUG" monitor --json --sysroot "$ROOT" > "$WORK/events" &
monitor=$!
has_line() { grep -q "$1" "$WORK/events"; }
ok "monitor is ready" within ready has_line '"event":"ready"'
rm "$ROOT/sys/devices/platform/hmem.0/dax0.0/driver"
ok "monitor reports a mode" within mode has_line '"mode":"disabled"'
rm -r "$ROOT/sys/devices/platform/hmem.0/dax0.0" "$ROOT/sys/bus/dax/devices/dax0.0"
ok "monitor reports a device that is gone" within removal has_line '"event":"removed"'
kill -TERM "$monitor"
status=0
wait "$monitor" || status=$?
is "the signal ends monitor" "$status" 143
is "monitor begins with the present devices" "$(head -n 1 "$WORK/events" | jq -r '.event + " " + .chardev + " " + .mode')" \
	"present dax0.0 system-ram"
is "jq can read the time of an event" "$(head -n 1 "$WORK/events" | jq -r '.time | sub("\\.[0-9]+"; "") | fromdate | type')" number
valid "monitor" 'record*' cat "$WORK/events"
ROOT=$MANY
is "monitor of some devices" "$(on monitor --no-follow --json node:2 dax0.0 | jq -r 'select(.chardev).chardev' | xargs)" \
	"dax0.0 dax1.0"
ok "monitor, as text" eval "on monitor --no-follow dax0.0 |
	grep -qE '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}[+-][0-9]{2}:[0-9]{2} dax0.0 present online_movable 8/8 mode system-ram$'"

# Another device may get the name of one that has gone. dax8.0 is found after it.
cp -a "$MANY" "$WORK/swapped"
ROOT=$WORK/swapped
: > "$WORK/events"
"$DAXPLUG" monitor --json --sysroot "$ROOT" serial:0xdead > "$WORK/events" &
monitor=$!
ok "monitor of an expander is ready" within ready has_line '"event":"ready"'
rm -r "$ROOT/sys/devices/$CXL/dax2.0" "$ROOT/sys/bus/dax/devices/dax2.0"
ok "monitor of an expander reports that a region is gone" within removal has_line '"event":"removed","chardev":"dax2.0"'
add_device dax2.0 strange 3 80 4 '' ''
add_device dax8.0 "$CXL" 3 160 4 '' ''
ok "monitor of an expander reports another region" within addition has_line '"event":"added","chardev":"dax8.0"'
kill -TERM "$monitor"
wait "$monitor"
is "monitor of an expander is silent about another device of the same name" \
	"$(jq -r 'select(.chardev == "dax2.0").event' "$WORK/events" | xargs)" "present removed"
rm "$ROOT/sys/bus/nd/devices/dax1.1/uuid"
ln -s uuid "$ROOT/sys/bus/nd/devices/dax1.1/uuid"
is "monitor of a UUID that cannot be read" "$(status_of on monitor --no-follow "uuid:$UUID") $(error)" \
	"4 daxplug: uuid:$UUID: cannot tell whether dax1.0 matches: its UUID cannot be read: Too many levels of symbolic links"
ROOT=$MANY
# A signal that nohup, or the "&" of a script, has ignored stays ignored.
: > "$WORK/events" # has the line of the monitor before
nohup "$DAXPLUG" monitor --sysroot "$ROOT" > "$WORK/events" 2>&1 &
monitor=$!
ok "monitor with nohup is ready" within ready has_line ready
kill -HUP "$monitor"
kill -INT "$monitor"
kill -TERM "$monitor"
status=0
wait "$monitor" || status=$?
is "monitor with nohup is ended by SIGTERM, not by the hangup before it" "$status" 143

. "$HERE/cli-journal.sh"
. "$HERE/cli-record.sh"
. "$HERE/cli-completion.sh"
done_testing
