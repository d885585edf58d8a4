# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# "daxplug check" names the kmem driver in use, the reason why daxplug's is not in use, and the
# remedy. Part of cli.sh.

MODPROBE_RULE=$REPO/packaging/modprobe.conf

new_root stock-6.12-offline
mkdir -p "$ROOT/proc/sys/kernel" "$ROOT/lib/modules/6.12.0" "$ROOT/etc/modprobe.d" \
	"$ROOT/usr/lib/modprobe.d" "$ROOT/run/daxplug"
echo 6.12.0 > "$ROOT/proc/sys/kernel/osrelease"
printf 'kernel/drivers/dax/kmem.ko.xz:\n' > "$ROOT/lib/modules/6.12.0/modules.dep"
on check > "$WORK/out"
found "that daxplug's driver is not installed" '\[driver-of-kernel\]$'
printf 'updates/dkms/daxplug_kmem.ko.xz:\nkernel/drivers/dax/kmem.ko.xz:\n' > "$ROOT/lib/modules/6.12.0/modules.dep"
cp "$MODPROBE_RULE" "$ROOT/usr/lib/modprobe.d/daxplug-kmem-rule.conf"
on check > "$WORK/out"
found "that daxplug's driver is installed but not loaded" '\[driver-shadowed\]$'
is "daxplug's own modprobe rule is no obstacle" "$(grep -cE 'driver-(replaced|blacklisted|without-rule)' "$WORK/out")" 0
echo 'options kmem guard=1' > "$ROOT/etc/modprobe.d/daxplug-kmem-rule.conf"
on check > "$WORK/out"
found "that another file hides the rule" '^warning: .*\[driver-without-rule\]$'
mkdir "$ROOT/sys/module/kmem/parameters"
: > "$ROOT/sys/module/kmem/parameters/default_state"
on check > "$WORK/out"
found "daxplug's driver in use" '\[driver-of-daxplug\]$'
found "that the next boot has no rule" '^warning: .*\[driver-without-rule\]$'
rm -r "$ROOT/sys/module/kmem/parameters"
rm "$ROOT/etc/modprobe.d/daxplug-kmem-rule.conf"
ln -s link.conf "$ROOT/etc/modprobe.d/link.conf"
mv "$ROOT/usr/lib/modprobe.d/daxplug-kmem-rule.conf" "$WORK/"
on check > "$WORK/out" || true
is "an unreadable file may have the rule" "$(grep -c driver-without-rule "$WORK/out")" 0
mv "$WORK/daxplug-kmem-rule.conf" "$ROOT/usr/lib/modprobe.d/"
rm "$ROOT/etc/modprobe.d/link.conf"
mkdir -p "$ROOT/sys/kernel/security"
echo 'none [integrity] confidentiality' > "$ROOT/sys/kernel/security/lockdown"
on check > "$WORK/out"
found "that a locked-down kernel does not load the driver" '\[driver-not-signed\]$'
rm "$ROOT/sys/kernel/security/lockdown"
# unknown_reason FILE: check cannot tell if FILE is a link to itself.
unknown_reason() {
	[[ ! -e $ROOT/$1 ]] || mv "$ROOT/$1" "$WORK/kept"
	ln -s "${1##*/}" "$ROOT/$1"
	is "${1##*/} cannot be read: check cannot tell" "$(status_of on check)" 4
	found "the driver in use without ${1##*/}" '\[driver-of-kernel\]$'
	found "that ${1##*/} cannot be read" \
		"^unsure: cannot tell why daxplug's driver is not in use: Too many levels.*\\[installed-unknown\\]\$"
	rm "$ROOT/$1"
	[[ ! -e $WORK/kept ]] || mv "$WORK/kept" "$ROOT/$1"
}
# A container has /sys, but no list of the kernel's modules.
mv "$ROOT/lib/modules/6.12.0" "$WORK/modules"
is "no list of modules: check cannot tell" "$(status_of on check)" 4
found "the driver in use without a list of modules" "^info: the kernel's own kmem driver is in use \\[driver-of-kernel\\]\$"
found "that there is no list of modules" \
	"^unsure: cannot tell why daxplug's driver is not in use: there is no list of the kernel's modules \\[installed-unknown\\]\$"
mkdir "$ROOT/lib/modules/6.12.0"
echo kernel/drivers/dax/kmem.ko > "$ROOT/lib/modules/6.12.0/modules.builtin"
on check > "$WORK/out"
found "a driver that is built in, without a list of modules" '\[driver-built-in\]$'
rm -r "$ROOT/lib/modules/6.12.0"
mv "$WORK/modules" "$ROOT/lib/modules/6.12.0"
unknown_reason lib/modules/6.12.0/modules.dep
unknown_reason lib/modules/6.12.0/modules.builtin
unknown_reason sys/kernel/security/lockdown
unknown_reason run/daxplug/fallback

echo 'blacklist kmem' > "$ROOT/etc/modprobe.d/no.conf"
echo 'install kmem /bin/true' > "$ROOT/etc/modprobe.d/other.conf"
on check > "$WORK/out"
found "that the driver is blacklisted" '^warning: /etc/modprobe.d/no.conf:1: .*\[driver-blacklisted\]$'
found "that another rule replaces it" '^warning: /etc/modprobe.d/other.conf:1: .*\[driver-replaced\]$'
rm "$ROOT"/etc/modprobe.d/*.conf

# fell_back REASON REMEDY: the reason is that of packaging/load-kmem.
fell_back() {
	local text="its kmem driver is not in use: $1; the kernel's own kmem is loaded instead"
	echo "daxplug: $text" > "$ROOT/run/daxplug/fallback"
	on check > "$WORK/out"
	ok "a fallback: $1: check repeats the reason" grep -qxF "warning: daxplug's ${text#its } [driver-fell-back]" "$WORK/out"
	ok "a fallback: $1: the remedy" grep -qxF "    $2" "$WORK/out"
}

REFUSED="ERROR: could not insert 'daxplug_kmem':"
fell_back "daxplug=off is on the kernel command line" "boot without daxplug=off on the kernel command line"
fell_back "it is not built for Linux 6.12.0" "/usr/lib/daxplug/build-driver && daxplug takeover"
fell_back "modprobe daxplug_kmem loaded nothing; is it blacklisted?" \
	"remove the line for daxplug_kmem from /etc/modprobe.d, then: daxplug takeover"
for errno in "Key was rejected by service" "Required key not available" "Operation not permitted"; do
	fell_back "$REFUSED $errno" "/usr/lib/daxplug/sign-driver enrol, or boot without module.sig_enforce if it is set"
done
fell_back "$REFUSED Exec format error" "build the driver again for this kernel; dmesg has the difference"
fell_back "$REFUSED Invalid argument" 'correct "options kmem" in /etc/modprobe.d, then: daxplug takeover'
fell_back "fallback=non: must be stock or none" 'correct "options kmem" in /etc/modprobe.d, then: daxplug takeover'
fell_back "$REFUSED Cannot allocate memory" "dmesg | grep kmem"
is "the metrics have the fallback" \
	"$(on metrics | grep -c '^daxplug_driver_info{driver="kernel",reason="driver-fell-back"} 1$')" 1
on record --output "$WORK/fallback.tar" > /dev/null
ok "a record has the reason" grep -q run/daxplug/fallback <(tar -tf "$WORK/fallback.tar")

rm -r "$ROOT/sys/bus/dax/drivers/kmem" "$ROOT"/sys/module/kmem 2> /dev/null
echo "daxplug: its kmem driver is not in use: $REFUSED Invalid argument; fallback=none: no kmem driver is loaded, DAX memory stays unused" > \
	"$ROOT/run/daxplug/fallback"
on check > "$WORK/out"
found "that fallback=none has left the machine without a driver" '^warning: .*Invalid argument; fallback=none: .*\[driver-not-loaded\]$'

# --- the installed build of the driver is not the loaded one ---

# module VERSION SRCVERSION: daxplug's file for the running kernel, with this information only.
module() {
	mkdir -p "$MODULES/updates"
	printf '%s\n' "#define INFO __attribute__((section(\".modinfo\"), used)) static const char" \
		"INFO version[] = \"version=$1\";" "INFO srcversion[] = \"srcversion=$2\";" |
		gcc -c -x c - -o "$MODULES/updates/daxplug_kmem.ko" &&
		depmod -b "$WORK/machine" "$(uname -r)"
}

# check_live: check on a machine whose /sys is ROOT's, with the module of the test.
check_live() {
	(
		# shellcheck disable=SC2016 # the inner shell's
		at_work bash -c 'mount -t overlay -o "lowerdir=$1:$2" overlay "$2" && exec "$3" check' \
			check "$WORK/machine/lib" "$(realpath /lib)" "$DAXPLUG"
	) > "$WORK/out"
}

new_root ours-6.12-movable
MODULES=$WORK/machine/lib/modules/$(uname -r)
if ! command -v gcc > /dev/null || ! command -v depmod > /dev/null || ((EUID)); then
	skip "check finds another build of the driver" "not root, or gcc or depmod is missing"
else
	mkdir -p "$ROOT/sys/module/kmem"
	echo 0123456789ABCDEF0123456 > "$ROOT/sys/module/kmem/srcversion"
	ok "a module for the test" module 0.2.0 0123456789ABCDEF0123456
	check_live
	found "the driver in use on this machine" '\[driver-of-daxplug\]$'
	is "the installed driver is the loaded one: check does not mention it" "$(grep -c driver-outdated "$WORK/out")" 0
	ok "another module" module 0.2.0 FEDCBA9876543210FEDCBA9
	check_live
	found "another build of the driver" '^warning: .*version 0.2.0: .*\[driver-outdated\]$'
	echo damaged > "$MODULES/updates/daxplug_kmem.ko"
	check_live
	found "that it cannot tell which build is installed" '^unsure: .*another build.*\[installed-unknown\]$'
fi
