# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Each read of a file of the device returns a value that was true at that moment, while transitions
# run, other tasks switch blocks, and the writable files are written. If the kernel has KCSAN, the
# test makes it sample more accesses.
# full
# vm: -s 512M
. "$LAB/tests/guest/helpers/device.sh"

N=${#BLOCKS[@]}
NUMBER='\d+'
CAUSES='([a-z_]+ \d+\n?)+'

# Reads the files one after the other until /tmp/stop exists, each 20 times without opening it again,
# so that most of the time is spent in the driver; then prints the number of rounds and the
# unexpected values.
# shellcheck disable=SC2016 # perl's variables
READER='my %expected = @ARGV;
	my ($rounds, %in, %wrong) = (0);
	for my $file (keys %expected) { open($in{$file}, "<", $file) or die "$file: $!" }
	until (-e "/tmp/stop") {
		for my $file (keys %expected) {
			for (1 .. 20) {
				sysseek($in{$file}, 0, 0);
				sysread($in{$file}, my $answer, 4096);
				$wrong{"$file: $answer"}++ unless $answer =~ /^(?:$expected{$file})$/;
			}
		}
		$rounds++;
	}
	print "$rounds rounds\n";
	print "wrong: $_" for sort keys %wrong;'

# shellcheck disable=SC2016
WRITER='my ($file, @words) = @ARGV;
	open(my $out, ">", $file) or die "$file: $!";
	my $written = 0;
	for (my $i = 0; !-e "/tmp/stop"; $i++) {
		sysseek($out, 0, 0);
		$written++ if syswrite($out, $words[$i % @words]);
		select(undef, undef, undef, 0.001);
	}
	print "$written times\n";'

# begin FILE PATTERN...: starts a reader of these files, and of the files whose value does not depend
# on the situation.
begin() {
	rm -f /tmp/stop
	perl -e "$READER" "$DAX/kmem/last_failure" '(wanted=\w+ error=-\d+ reason=\w+( \w+=\S+)*)?' "$DAX/kmem/guard" '[01]' \
		"$DAX/kmem/timeout_ms" '0|600000' "$DAX/kmem/blocks_total" "$N" \
		"$DAX/kmem/transitions_done" "$NUMBER" "$DAX/kmem/refusals" "$NUMBER" \
		"$DAX/kmem/last_duration_ms" "$NUMBER" "$DAX/kmem/transitions_failed" "$CAUSES" \
		"$DAX/kmem/transitions_cancelled" "$CAUSES" "$@" > /tmp/reader &
	ACTORS=($!)
	write_repeatedly "$DAX/kmem/timeout_ms" 0 600000
	write_repeatedly "$DAX/kmem/guard" 0 1
}

write_repeatedly() {
	perl -e "$WRITER" "$@" > "/tmp/writer.${1##*/}" &
	ACTORS+=($!)
}

# switch_for_sure N WORD: tries until the guard, which is switched on and off, allows the switch.
switch_for_sure() {
	while [[ $(switch "$1" "$2") == EBUSY ]]; do :; done
}

# end DESCRIPTION
end() {
	local file
	touch /tmp/stop
	wait "${ACTORS[@]}"
	ok "$1: the files were read, $(head -n 1 /tmp/reader)" grep -qE '^[1-9][0-9]* rounds' /tmp/reader
	for file in guard timeout_ms; do
		ok "$1: $file was written, $(< "/tmp/writer.$file")" grep -qE '^[1-9][0-9]* times' "/tmp/writer.$file"
	done
	is "$1: each value is possible" "$(grep -A 3 '^wrong' /tmp/reader)" ''
}

[[ -d $DAX/kmem ]] || skip_all "only daxplug's driver has these files"
WATCH=/sys/module/kcsan/parameters/skip_watch
[[ ! -w $WATCH ]] || echo 300 > "$WATCH" # one access in 300

is "unplugged" "$(attempt unplugged)" "done"
begin "$DAX/state" 'unplugged|mixed|online_movable' "$DAX/kmem/blocks_present" "[0-$N]" \
	"$DAX/kmem/blocks_online" "[0-$N]" "$DAX/kmem/blocks_movable" "[0-$N]"
for ((round = 0; round < 3; round++)); do
	is "plugged" "$(attempt online_movable)" "done"
	is "unplugged" "$(attempt unplugged)" "done"
done
end "beside transitions"

# No block is added or removed now, and one at a time is switched.
is "plugged" "$(attempt online_movable)" "done"
begin "$DAX/state" 'mixed|online_movable' "$DAX/kmem/blocks_present" "$N" \
	"$DAX/kmem/blocks_online" "$N|$((N - 1))" "$DAX/kmem/blocks_movable" "$N|$((N - 1))"
for ((round = 0; round < 12; round++)); do
	switch_for_sure "${BLOCKS[round % N]}" offline
	switch_for_sure "${BLOCKS[round % N]}" online_movable
done
end "beside another task that switches blocks"
is "all blocks are online in the end" "$(count 'online Movable')" "$N"
done_testing
