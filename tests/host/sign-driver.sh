# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# sign-driver asks about the certificate that DKMS is configured to use, and takes neither a pending
# request nor a failure of mokutil for an answer. Runs on a fake machine.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/machine.sh

# ANSWER is mokutil's answer about a certificate.
fake mokutil << 'END'
[ "$1" != --test-key ] || echo "$ANSWER" >&2
END
become_machine
mkdir -p "$WORK"/{etc/dkms/framework.conf.d,lib/dkms}
echo ID=debian > "$WORK/etc/os-release"
mount --bind "$WORK/etc" /etc
mount --bind "$WORK/lib" /var/lib
certificate=/var/lib/dkms/mok.pub

# run ANSWER enrol|status: sets STATUS and SAID.
run() {
	: > "$WORK/calls"
	STATUS=0
	SAID=$(ANSWER=$1 bash packaging/sign-driver "$2" 2>&1) || STATUS=$?
}

run '' status
is "no certificate: status" "$STATUS" 1
is "no certificate: the message names the command to run" "$SAID" \
	"daxplug: $certificate does not exist, so DKMS has signed no driver yet: run /usr/lib/daxplug/build-driver --force"

: > "$certificate"
for answer in 'is already enrolled' 'is already in db' 'is already in the built-in trusted keyring'; do
	run "$certificate $answer" status
	is "mokutil: $answer: the certificate is trusted" "$STATUS $SAID" "0 daxplug: $certificate is trusted"
	run "$certificate $answer" enrol
	is "mokutil: $answer: nothing is requested" "$STATUS $(called 'mokutil --import')" "0 0"
done
run "$certificate is not enrolled" status
is "mokutil: is not enrolled: status" "$STATUS $SAID" "1 daxplug: $certificate is not trusted: /usr/lib/daxplug/sign-driver enrol"
run "$certificate is not enrolled" enrol
is "mokutil: is not enrolled: enrol requests it" "$STATUS $(called "mokutil --import $certificate")" "0 1"
run "$certificate is already in the enrollment request" enrol
is "mokutil: a pending request: status" "$STATUS $(called 'mokutil --import')" "1 0"
ok "mokutil: a pending request: the message has the remedy" grep -q 'is not trusted yet.*reboot' <<< "$SAID"
for command in enrol status; do
	run 'EFI variables are not supported on this system' $command
	is "mokutil fails: $command: nothing is requested" "$STATUS $(called 'mokutil --import')" "1 0"
	is "mokutil fails: $command: the message has its words" "$SAID" \
		"daxplug: cannot tell whether $certificate is trusted: mokutil: EFI variables are not supported on this system"
done

# shellcheck disable=SC2016 # for DKMS to expand
echo 'mok_certificate="${dkms_tree:-/var/lib/dkms}/other.der"' > "$WORK/etc/dkms/framework.conf.d/key.conf"
: > /var/lib/dkms/other.der
run "x is not enrolled" enrol
is "DKMS is configured to use another certificate: enrol requests that one" "$(called 'mokutil --import /var/lib/dkms/other.der')" 1
echo 'exit 1' > "$WORK/etc/dkms/framework.conf"
run "x is not enrolled" enrol
is "DKMS's configuration cannot be read: nothing is requested" "$STATUS $(called 'mokutil --import')" "1 0"
ok "DKMS's configuration cannot be read: the message says so" grep -q 'cannot tell which certificate' <<< "$SAID"
rm -r "$WORK"/etc/dkms/*
echo ID=ubuntu > "$WORK/etc/os-release"
run "x is not enrolled" status
ok "on Ubuntu: the key of all third-party modules" grep -q '^daxplug: /var/lib/shim-signed/mok/MOK.der does not exist' <<< "$SAID"
done_testing
