# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Writers race with tasks that switch single blocks, and with unbind: whatever the result of each
# write, state agrees with the blocks afterwards, and the device can be unplugged and plugged.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"

# Each actor is one process that runs until the file /tmp/stop exists, then prints how often it got
# each answer.
# shellcheck disable=SC2016 # perl's variables
ACTOR='my ($name, $seed, $pause, $word_list, @files) = @ARGV;
	my (%answers, @words);
	@words = split(/,/, $word_list);
	srand($seed);
	until (-e "/tmp/stop") {
		select(undef, undef, undef, rand $pause);
		my $file = $files[rand @files];
		my $word = $words[rand @words];
		my $answer = "absent";
		if (open(my $out, ">", $file)) {
			$answer = defined syswrite($out, $word) ? "done" : $!;
		}
		$answers{"$word: $answer"}++;
		next if $answer ne "done";
		open(my $mark, ">", "/tmp/done.$_") for $name, "$name.$word";
	}
	print "# $_ x $answers{$_}\n" for sort keys %answers;'

# actor NAME SECONDS WORD,WORD... FILE...: starts a process that writes a random word to a random file
# again and again, with a random pause of at most SECONDS between two writes.
actor() {
	perl -e "$ACTOR" "$1" $((++SEED)) "${@:2}" > "/tmp/actor.$1" &
	ACTORS+=($!)
}
SEED=0 ACTORS=()

block_files() {
	local number
	for number in "${BLOCKS[@]}"; do
		printf '%s\n' "$MEMORY/memory$number/state"
	done
}
mapfile -t FILES < <(block_files)

# succeeded ACTOR[.WORD]...: each of the actors has succeeded at least once, with that word.
succeeded() {
	local name
	for name in "$@"; do
		[[ -e /tmp/done.$name ]] || return
	done
}

# race SETUP ACTOR[.WORD]...: runs the actors for SECONDS_EACH; for up to three times as long on a busy
# host, until each ACTOR has succeeded once, with that word.
race() {
	local setup=$1 round
	shift
	rm -f /tmp/stop /tmp/actor.* /tmp/done.*
	ACTORS=()
	"$setup"
	for ((round = 0; round < 10; round++)); do
		pause "$SECONDS_EACH"
		! succeeded "$@" || break
	done
	touch /tmp/stop
	wait "${ACTORS[@]}"
	cat /tmp/actor.*
}

did() { awk -v what="# $2: done" 'index($0, what) == 1 { found = 1 } END { exit !found }' "/tmp/actor.$1"; }

# accounted_for DESCRIPTION: state agrees with the blocks, and the device can be unplugged and plugged.
accounted_for() {
	local word expected
	is_bound || bind > /tmp/answer
	ok "$1: the device is bound" is_bound
	word=$(state)
	case "$(count absent) $(count 'offline*') $(count 'online Movable') $(count 'online Normal')" in
	"${#BLOCKS[@]} 0 0 0") expected=unplugged ;;
	"0 ${#BLOCKS[@]} 0 0") expected=offline ;;
	"0 0 ${#BLOCKS[@]} 0") expected='online?(_movable)' ;;
	"0 0 0 ${#BLOCKS[@]}") expected='online?(_kernel)' ;;
	*) expected=mixed ;;
	esac
	ok "$1: state, $word, agrees with the blocks" eval "[[ $word == $expected ]]"
	is "$1: unplugged" "$(attempt unplugged)" "done"
	is_unplugged "$1, unplugged"
	is "$1: the module is free" "$(< /sys/module/kmem/refcnt)" 0
	is "$1: online_movable" "$(attempt online_movable)" "done"
	is_all "$1, plugged" online_movable 'online Movable'
}

# A writer against four actors that write to single blocks all the time, which the driver refuses
# during a transition.
TURN=0.$SLOW # seconds
togglers() {
	actor writer "$TURN" online_movable,unplugged "$DAX/state"
	actor offliner 0.008 offline "${FILES[@]}"
	actor onliner 0.008 online_movable "${FILES[@]}"
	actor toggler 0.008 online_movable,offline "${FILES[@]}"
	actor switcher 0.008 0,1 "${FILES[@]/%state/online}"
}

# Two writers against an actor that switches blocks, and actors that bind and unbind the device.
binders() {
	actor writer 0.008 online_movable,unplugged "$DAX/state"
	actor other 0.008 online,online_movable,unplugged "$DAX/state"
	actor toggler 0.008 online_movable,offline "${FILES[@]}"
	actor binder 0.008 dax0.0 "$KMEM/bind"
	actor unbinder 0.008 dax0.0 "$KMEM/unbind"
}

let_kernel_choose_movable
mark_log "the races begin"
is "unplugged" "$(attempt unplugged)" "done"
SECONDS_EACH=$((10 * SLOW - 5))
race togglers writer.online_movable writer.unplugged offliner toggler switcher
for word in online_movable unplugged; do
	ok "$word against four togglers succeeds" did writer "$word"
done
# The onliner seldom succeeds: most of the time a block is online or absent.
for actor in offliner toggler switcher; do
	ok "the $actor has succeeded" grep -q ': done' "/tmp/actor.$actor"
done
accounted_for "after the togglers"

race binders binder unbinder
ok "the device was bound" did binder dax0.0
ok "the device was unbound" did unbinder dax0.0
accounted_for "after binding and unbinding"
is "no rollback failed" "$(times_since "the races begin" rollback)" 0
done_testing
