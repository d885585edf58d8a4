# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval
# Unloading the module either succeeds and leaves nothing behind or is refused and changes nothing, in
# every state of the device, with its files open or polled, with stranded memory, and during any
# transition.
# full
# vm: -s 1G -t 300
. "$LAB/tests/guest/helpers/stranded.sh"
. "$LAB/tests/guest/helpers/resize.sh"
let_kernel_choose_movable
HALF=$((SIZE / 2))

# Two devices: dax0.0, and one whose memory can be stranded.
unbind > /tmp/answer
resize dax0.0 "$HALF"
find_blocks
new_device "$HALF"
OTHER=$DEVICE
OTHER_NAME=$(name_of "$(($(< "$DEVICES/$OTHER/mapping0/start")))" "$HALF")
is "bind" "$(bind_to_kmem dax0.0)" "done"
load_fault

other_state() { write_file "$DEVICES/$OTHER/state" "$1"; }

# enter STATE: takes dax0.0 to STATE.
enter() {
	attempt unplugged > /tmp/answer
	case $1 in
	unplugged) ;;
	offline) unbind > /tmp/answer && bind_to_kmem dax0.0 > /tmp/answer ;;
	mixed) attempt online_movable > /tmp/answer && switch "$FIRST" offline > /tmp/answer ;;
	*) attempt "$1" > /tmp/answer ;;
	esac
	is "enter $1" "$(state)" "$1"
}

# --- COMPANY: a task that uses the module's files, or stranded memory ---

alone_begin() { :; }
alone_end() { :; }

# A process has every file open, and has read from it.
reader_begin() {
	local file fd
	FILES=()
	for file in "$DAX"/state "$DAX"/kmem/* "$STRANDED"/*/*; do
		[[ -r $file && ${file##*/} != reclaim && -f $file ]] || continue
		exec {fd}< "$file"
		read -r _ <&"$fd" || true
		FILES+=("$fd")
	done
}

# reader_end DESCRIPTION UNLOADED: closes the files; none can be read once the module is unloaded.
reader_end() {
	local fd failed=0
	for fd in "${FILES[@]}"; do
		cat <&"$fd" > /tmp/answer 2>&1 || failed=$((failed + 1))
		exec {fd}<&-
	done
	ok "$1: files were open" test "${#FILES[@]}" -gt 0
	[[ ! $2 ]] || is "$1: reading an open file fails" "$failed" "${#FILES[@]}"
}

poller_begin() {
	rm -f /tmp/polled /tmp/polling
	perl -MIO::Poll -e 'open(my $state, "<", $ARGV[0]) or die; <$state>;
		my $poll = IO::Poll->new; $poll->mask($state => POLLPRI | POLLERR);
		open(my $flag, ">", "/tmp/polling"); close($flag);
		open(my $out, ">", "/tmp/polled") if $poll->poll($ARGV[1]) > 0;' "$DAX/state" $((60 * SLOW)) &
	POLLER=$!
	disown
	wait_until test -e /tmp/polling
	pause 0.1
}

poller_end() {
	[[ ! $2 ]] || ok "$1: the polling process wakes" wait_until test -e /tmp/polled
	kill "$POLLER" 2> /dev/null || true
}

stranded_begin() {
	is "the other: bind" "$(bind_to_kmem "$OTHER")" "done"
	other_state unplugged > /tmp/answer
	is "the other: online_movable" "$(other_state online_movable)" "done"
	release "$OTHER"
	is "the other: stranded" "$(stranded)" "$OTHER_NAME"
}

stranded_end() {
	is "$1: the other: reclaim" "$(reclaim "$OTHER_NAME")" "done"
}

# --- the result of rmmod ---

refused() {
	local before
	before=$(snapshot)
	ok "$1: unloading is refused" eval '! rmmod kmem'
	is_unchanged "$1: the refusal changes nothing" "$before"
}

is_unloaded() {
	ok "$1: the module is unloaded" test ! -e /sys/module/kmem
	is "$1: nothing is left" "$(count absent) $(grep -cE ': (System RAM \(kmem\)|dax[0-9.]+)$' /proc/iomem)" \
		"${#BLOCKS[@]} 0"
}

load_again() {
	ok "$1: load" load_kmem
	is_all "$1: loaded" offline 'offline*'
	release "$OTHER"
}

has_online() { (($(count 'online*') > 0)); }

idle() {
	if [[ $1 == stranded\ * ]] || has_online; then
		refused "$1"
		"${COMPANY}_end" "$1" ''
	else
		ok "$1: unload" rmmod kmem
		"${COMPANY}_end" "$1" unloaded
		is_unloaded "$1"
		load_again "$1"
	fi
}

# Unloading cancels a plug.
during_plug() {
	local status=0
	fault hold=1 times=1 skip=1
	begin_write it online_movable
	ok "$1: under way" wait_until is_held
	rmmod kmem > /tmp/answer 2>&1 &
	[[ $COMPANY == stranded ]] || ok "$1: unloading waits" wait_until is_awaited
	[[ $COMPANY != stranded ]] || pause 0.5
	let_go
	wait $! || status=$?
	end_write it
	no_fault
	if [[ $COMPANY == stranded ]]; then
		is "$1: unloading is refused" "$status" 1
		is "$1: the plug succeeds" "$RESULT" "done"
		"${COMPANY}_end" "$1" ''
	else
		is "$1: the module is unloaded" "$status" 0
		is "$1: the plug is cancelled" "$RESULT" ECANCELED
		"${COMPANY}_end" "$1" unloaded
		is_unloaded "$1"
		load_again "$1"
	fi
}

# during_offlining DESCRIPTION FILE WORD: rmmod during an unplug or a reclaim.
during_offlining() {
	fault what=offline hold=1 times=1 skip=1
	WRITE_TO=$2 begin_write it "$3"
	ok "$1: under way" wait_until is_held
	ok "$1: unloading is refused" eval '! rmmod kmem'
	let_go
	end_write it
	no_fault
	is "$1: the transition succeeds" "$RESULT" "done"
}

# --- the matrix ---

for COMPANY in alone reader poller stranded; do
	for state in unplugged offline online_movable online mixed; do
		enter "$state"
		"${COMPANY}_begin"
		idle "$COMPANY $state"
	done

	enter unplugged
	"${COMPANY}_begin"
	during_plug "$COMPANY, in a plug"

	enter online_movable
	"${COMPANY}_begin"
	during_offlining "$COMPANY, in an unplug" "$DAX/state" unplugged
	"${COMPANY}_end" "$COMPANY, in an unplug" ''
done

enter unplugged
stranded_begin
reader_begin
during_offlining "in a reclaim" "$STRANDED/$OTHER_NAME/reclaim" 1
is "in a reclaim: nothing is stranded" "$(stranded)" ''
reader_end "in a reclaim" ''

# Stranded memory is removed when it is offline, even while its files are open.
stranded_begin
reader_begin
for block in "$MEMORY"/memory*; do
	number=${block##*/memory}
	((number <= LAST)) || switch "$number" offline > /tmp/answer
done
ok "stranded, offline by hand: unload" rmmod kmem
reader_end "stranded, offline by hand" unloaded
is_unloaded "stranded, offline by hand"
load_again "in the end"
done_testing
