# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Two commands of the lab can install packages at the same time: the second waits until the first, or
# any other user of apt, has finished.
set -euo pipefail
. tests/guest/lib.sh
. lab/lib/common.sh
. lab/lib/packages.sh

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# hold_lock SECONDS: holds dpkg's lock as apt and dpkg do.
hold_lock() {
	perl -MFcntl=:DEFAULT,:seek -e '
		open my $lock, "+>", "/var/lib/dpkg/lock-frontend" or die $!;
		my $whole = pack "s s x4 q q i x4", F_WRLCK, SEEK_SET, 0, 0, 0;
		fcntl $lock, F_SETLKW, $whole or die $!;
		$| = 1;
		print "held\n";
		sleep shift' "$1"
}

there="bash=$(dpkg-query -W -f '${Version}' bash)" # installed already
coproc holder { hold_lock 8; }
read -r -u "${holder[0]}" word
is "another process holds the lock" "$word" held
(install_packages "$there") 2> "$WORK/err" && status=0 || status=$?
is "the installation succeeds" "$status" 0
is "the installation waited for the lock, and was not tried again" "$(grep -c 'trying again' "$WORK/err" || true)" 0
done_testing
