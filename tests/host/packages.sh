# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Two commands of the lab may need packages of the host at the same time, on the day that
# they are first run: the second waits until the first, or whoever else is at it, is done.
set -euo pipefail
. tests/guest/lib.sh
. lab/lib/common.sh
. lab/lib/packages.sh

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# hold_lock SECONDS: as apt and dpkg hold it.
hold_lock() {
	perl -MFcntl=:DEFAULT,:seek -e '
		open my $lock, "+>", "/var/lib/dpkg/lock-frontend" or die $!;
		my $whole = pack "s s x4 q q i x4", F_WRLCK, SEEK_SET, 0, 0, 0;
		fcntl $lock, F_SETLKW, $whole or die $!;
		$| = 1;
		print "held\n";
		sleep shift' "$1"
}

there="bash=$(dpkg-query -W -f '${Version}' bash)" # so that there is nothing to do
coproc holder { hold_lock 8; }
read -r -u "${holder[0]}" word
is "somebody is at the packages" "$word" held
(install_packages "$there") 2> "$WORK/err" && status=0 || status=$?
is "who comes then gets what it needs" "$status" 0
is "by waiting, not by another attempt" "$(grep -c 'trying again' "$WORK/err" || true)" 0
done_testing
