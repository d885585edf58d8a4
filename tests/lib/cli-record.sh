# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2119,SC2120 # an inner shell, optional arguments, ls of known names
# --sysroot reads back the record that daxplug record writes. Part of cli.sh.

RECORD=$WORK/record
mkdir "$WORK/tmp"
export TMPDIR=$WORK/tmp

# recorded_again ARG...: records $ROOT in $RECORD; prints the exit status.
recorded_again() {
	rm -rf "$RECORD"
	status_of on record -o "$RECORD" "$@"
}

# said_of ROOT WORD...: prints the output of the command for a tree, without durations.
said_of() { "$DAXPLUG" --sysroot "$@" 2>&1 | sed 's/"duration_ms":[0-9]*/"duration_ms":0/'; }

# is_read_back DESCRIPTION
is_read_back() {
	local words
	for words in 'list -J' 'show -J all' 'check -J' 'check -J all' metrics 'unplug --dry-run --force -J all'; do
		# shellcheck disable=SC2086 # words
		is "$1: $words" "$(said_of "$RECORD" $words)" "$(said_of "$ROOT" $words)"
	done
}

for record in "$HERE"/records/*; do
	new_root "${record##*/}"
	is "record of ${record##*/}" "$(recorded_again)" 0
	is_read_back "record of ${record##*/}"
done
is "record prints the path of the record" "$(< "$WORK/out")" "$RECORD"
is "only the owner may read it" "$(stat -c %a "$RECORD" "$RECORD/proc/meminfo" | paste -sd ' ')" "700 600"
is "the zones of blocks that are not online are not recorded" \
	"$(grep -lx offline "$RECORD"/sys/devices/system/memory/memory*/state | sed 's/state$/valid_zones/' | xargs ls 2> /dev/null)" ''
is "a link is a link" "$(readlink "$RECORD/sys/bus/dax/devices/dax0.0")" "$(readlink "$ROOT/sys/bus/dax/devices/dax0.0")"
ok "the record says when and how it was made" grep -qE '^daxplug [0-9.]+, 20[0-9T:.-]+Z, (not )?root$' "$RECORD/daxplug-record.txt"

# --- an archive ---

is "an archive" "$(status_of on record -o "$WORK/record.tar.gz")" 0
is "only the owner may read the archive" "$(stat -c %a "$WORK/record.tar.gz")" 600
mkdir "$WORK/unpacked"
ok "tar unpacks it" tar -C "$WORK/unpacked" -xzf "$WORK/record.tar.gz"
rm -rf "$RECORD"
mv "$WORK/unpacked/daxplug-record" "$RECORD"
is_read_back "an archive"
is "nothing temporary is left" "$(find "$WORK/tmp" -mindepth 1)" ''
is "by default, an archive in the current directory" \
	"$(cd "$WORK/unpacked" && on record 2> /dev/null | sed -E 's/[0-9]/0/g'; ls "$WORK/unpacked" | wc -l)" \
	$'daxplug-record-0000-00-00T00:00:00Z.tar.gz\n1'

# --- the files that are recorded or left out ---

mkdir -p "$ROOT"/etc/{modprobe.d,daxplug.conf.d,udev/rules.d,systemd/system} "$ROOT/usr/lib/udev/rules.d"
printf '# mine\noptions wifi password=secret\noptions kmem guard=1\n' > "$ROOT/etc/modprobe.d/mine.conf"
printf 'options wifi password=secret\n' > "$ROOT/etc/modprobe.d/wifi.conf"
printf '[hbm]\nkind = hmem\nstate = online\n' > "$ROOT/etc/daxplug.conf.d/hbm.conf"
printf 'SUBSYSTEM=="memory", \\\nENV{X}="secret", \\\n  ACTION=="add", ATTR{state}="online"\n' > "$ROOT/usr/lib/udev/rules.d/40-on.rules"
printf '[Service]\nEnvironment=TOKEN=secret\nExecStart=/usr/bin/chmem -e 4G\n' > "$ROOT/etc/systemd/system/chmem.service"
ln -s /dev/null "$ROOT/etc/udev/rules.d/50-off.rules"
printf 'root=/dev/vda memmap=4G!8G luks.key=secret memhp_default_state=offline quiet\n' > "$ROOT/proc/cmdline"
is "record of a machine with configuration" "$(recorded_again) $(error)" "0 "
is "foreign lines are left out, and the others keep their line numbers" "$(< "$RECORD/etc/modprobe.d/mine.conf")" $'\n\noptions kmem guard=1'
ok "foreign files are left out" test ! -e "$RECORD/etc/modprobe.d/wifi.conf"
is "daxplug's own configuration is whole" "$(< "$RECORD/etc/daxplug.conf.d/hbm.conf")" "$(< "$ROOT/etc/daxplug.conf.d/hbm.conf")"
is "a masked rule is masked in the record" "$(readlink "$RECORD/etc/udev/rules.d/50-off.rules")" /dev/null
is "of the kernel's command line, the words about memory" "$(< "$RECORD/proc/cmdline")" 'memmap=4G!8G memhp_default_state=offline '
is "no secret is in the record" "$(grep -rl secret "$RECORD")" ''
is_read_back "with configuration"

is "a record of a record" "$(status_of "$DAXPLUG" record --sysroot "$RECORD" -o "$WORK/again")" 0
is "is the same" "$(diff -r "$RECORD" "$WORK/again" | grep -v daxplug-record.txt)" "$(diff "$RECORD/daxplug-record.txt" "$WORK/again/daxplug-record.txt")"

# On this machine: the record has even files that the kernel returns only in small reads.
is "a record of this machine" "$(rm -rf "$RECORD"; status_of "$DAXPLUG" record -o "$RECORD")" 0
is "the record has files of /proc/sys" "$(cat "$RECORD/proc/sys/kernel/osrelease")" "$(uname -r)"
is "the record has no kernel address" "$(grep -rlE 'ffff[89a-f][0-9a-f]{11}' "$RECORD")" ''

# --- a malicious tree ---

ln -s ../../../../../../../../../../../../etc/passwd "$ROOT/sys/bus/dax/devices/dax7.0"
ln -s dax8.0 "$ROOT/sys/bus/dax/devices/dax8.0"
ln -s "$WORK" "$ROOT/sys/bus/dax/devices/dax9.0"
mkfifo "$ROOT/sys/bus/dax/devices/fifo"
mkdir -p "$ROOT/etc/daxctl.conf.d"
ln -s "$WORK/escaped" "$ROOT/etc/daxctl.conf.d/daxctl.conf"
is "a malicious tree is recorded" "$(recorded_again)" 0
ok "nothing outside of the record is written" test ! -e "$WORK/escaped"
is "nothing outside of the tree is read" "$(find "$RECORD" -name passwd)" ''

# --- failures ---

# fails DESCRIPTION STATUS TEXT COMMAND...: and leaves nothing in $RECORD.
fails() {
	is "$1: status" "$(status_of "${@:4}")" "$2"
	is "$1: the message" "$(error)" "daxplug: $3"
	ok "$1: nothing is left" test ! -e "$RECORD" -a ! -e "$RECORD.tar"
	is "$1: nothing temporary is left" "$(find "$WORK/tmp" -mindepth 1)" ''
}

new_root ours-6.12-mixed
rm -rf "$RECORD"
mkdir "$WORK/there"
fails "no such directory" 1 "cannot make the directory $WORK/none/record: No such file or directory" \
	on record -o "$WORK/none/record"
touch "$WORK/there/file"
fails "the directory exists" 1 "cannot make the directory $WORK/there: File exists" on record -o "$WORK/there"
ok "the existing directory is kept" test -e "$WORK/there/file"
fails "the archive exists" 1 "cannot make $WORK/there.tar: File exists" \
	eval 'touch "$WORK/there.tar"; on record -o "$WORK/there.tar"'
ok "the existing archive is kept" test -e "$WORK/there.tar"
fails "no room" 1 "cannot write $WORK/there/full/record: No space left on device; nothing was recorded" \
	unshare --mount bash -c 'mkdir "$1/full" && mount -t tmpfs -o size=64k,nr_inodes=40 none "$1/full" &&
		"$2" record --sysroot "$3" -o "$1/full/record"; status=$?
		[[ ! -e $1/full/record ]] && exit "$status"' bash "$WORK/there" "$DAXPLUG" "$ROOT"
fails "no tar" 8 "cannot run tar: No such file or directory" env PATH=/none "$DAXPLUG" record --sysroot "$ROOT" -o "$RECORD.tar"
fails "tar fails" 1 "tar could not write $RECORD.tar" \
	eval 'mkdir -p "$WORK/false"; printf "#!/bin/sh\nexit 1\n" > "$WORK/false/tar"; chmod +x "$WORK/false/tar"
		PATH=$WORK/false:$PATH on record -o "$RECORD.tar"'
fails "no temporary directory" 1 "cannot make a directory for temporary files: No such file or directory" \
	env TMPDIR=/none "$DAXPLUG" record --sysroot "$ROOT" -o "$RECORD.tar"
fails "a device" 2 "record takes no devices: 'dax0.0' (see 'daxplug record --help')" on record dax0.0
fails "no name" 2 "--output: no file given (see 'daxplug record --help')" on record -o ''
for output in "$RECORD" "$RECORD.tar"; do
	fails "a signal, -o ${output##*/}" 143 "interrupted; nothing was recorded" \
		env --block-signal=TERM bash -c 'kill -TERM $$; exec "$@"' bash "$DAXPLUG" record --sysroot "$ROOT" -o "$output"
done
# A terminal sends the signal of Ctrl-C to the whole process group.
# Only signals 1 to 31: posix_spawn() of glibc leaves its internal signals 32 and 33 ignored.
cat > "$WORK/false/tar" <<'END'
#!/bin/sh
signals() { echo $((0x$(sed -n "s/^$1:\t//p" /proc/self/status) & 0x7fffffff)); }
echo "$(signals SigBlk) $(signals SigIgn)" > "$SIGNALS"
exec sleep 300
END
SIGNALS=$WORK/signals PATH=$WORK/false:$PATH setsid env --default-signal "$DAXPLUG" record \
	--sysroot "$ROOT" -o "$RECORD.tar" > "$WORK/out" 2> "$WORK/err" &
group=$!
within "tar" test -s "$WORK/signals"
is "tar ignores and blocks no signal" "$(< "$WORK/signals")" "0 0"
kill -INT -- "-$group"
has_ended() { ! kill -0 "$group" 2> /dev/null; }
ok "Ctrl-C ends a long tar" within "the end of tar" has_ended
has_ended || kill -KILL -- "-$group"
status=0
wait "$group" || status=$?
is "Ctrl-C ends the command: status and message" "$status $(error)" "130 daxplug: interrupted; nothing was recorded"
ok "Ctrl-C: nothing is left" test ! -e "$RECORD.tar" -a -z "$(find "$WORK/tmp" -mindepth 1)"
unset TMPDIR

chmod 755 "$ROOT"
touch "$ROOT/proc/iomem"
chmod 000 "$ROOT/proc/iomem"
mkdir -m 777 "$WORK/any"
chmod 755 "$WORK"
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
if as_nobody test -x "$DAXPLUG" 2> /dev/null; then
	is "not root: a part of it" \
		"$(status_of as_nobody "$DAXPLUG" record --sysroot "$ROOT" -o "$WORK/any/record")" 4
	is "not root: the message" "$(error)" "daxplug: no permission to read 1 file; record as root"
	ok "not root: the record lists the missing file" grep -qx 'proc/iomem: Permission denied' "$WORK/any/record/daxplug-record.txt"
	chmod 444 "$ROOT/proc/iomem"
	chmod 700 "$ROOT/proc"
	status_of as_nobody "$DAXPLUG" record --sysroot "$ROOT" -o "$WORK/any/closed" > /dev/null
	for file in proc/ proc/version; do
		ok "not root: a closed directory: the record lists $file" \
			grep -qx "$file: Permission denied" "$WORK/any/closed/daxplug-record.txt"
	done
	chmod 755 "$ROOT/proc"
	mkdir -m 300 "$ROOT/sys/bus/dax/drivers/closed"
	status_of as_nobody "$DAXPLUG" record --sysroot "$ROOT" -o "$WORK/any/unlisted" > /dev/null
	ok "not root: a directory that cannot be listed: the record says so" \
		grep -qx 'sys/bus/dax/drivers/closed/: Permission denied' "$WORK/any/unlisted/daxplug-record.txt"
	rmdir "$ROOT/sys/bus/dax/drivers/closed"
	write_only=$ROOT/sys/bus/dax/devices/dax0.0/write_only
	touch "$write_only"
	chmod 200 "$write_only"
	is "a file that can only be written is no part of it" \
		"$(status_of as_nobody "$DAXPLUG" record --sysroot "$ROOT" -o "$WORK/any/all")" 0
else
	skip "not root: a part of it" "the build is in a directory of root's alone"
fi

if grep -q __asan_init "$DAXPLUG"; then
	skip "record: failing allocations" "a sanitizer has its own"
else
	new_root ours-6.12-movable
	STRIDE=30 out_of_memory record -o "$WORK/new"
fi
