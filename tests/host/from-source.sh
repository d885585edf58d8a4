# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# The documented commands that build and install the driver succeed in a root with a kernel's headers;
# those for the library, the command and the packages succeed in a root with the build dependencies of
# debian/control. Both are roots of the lab, which the test does not change. Git and "make
# install-source" leave out the results of "make"; "make uninstall" removes nothing that a package
# or another kernel's driver needs.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/layer.sh

# Links the name of the running kernel to the root's kernel, because commands use uname -r.
in_kernels_layer() {
	in_layer "$KERNEL_ROOT" "ln -sfn $KERNEL_RELEASE /lib/modules/$(uname -r); ${1/KERNEL=+([^ ])/KERNEL=$KERNEL_RELEASE}"
}

# sources_in DIR: prints the files of the driver's source in DIR.
sources_in() { (cd "$1" && find dkms.conf kernel -type f | sort); }

# make_uninstall: runs "make uninstall" without the kernel's headers.
make_uninstall() { in_layer "$KERNEL_ROOT" "make uninstall KDIR=/nonexistent RELEASE=$KERNEL_RELEASE"; }

has() { test -e "$WORK/upper/$1"; }
lacks() { test ! -e "$WORK/upper/$1"; }
is_refused() { ! make_uninstall; }

package_of_load_kmem() {
	in_layer "$KERNEL_ROOT" 'mkdir -p /p/DEBIAN /p/usr/lib/daxplug && cp /usr/lib/daxplug/load-kmem /p/usr/lib/daxplug/ &&
		printf "Package: p\nVersion: 1\nArchitecture: all\nMaintainer: p\nDescription: p\n" > /p/DEBIAN/control &&
		dpkg-deb -b /p /p.deb && dpkg -i /p.deb'
}

in_debians_layer() { in_layer "$DEB_ROOT" "$1"; }

shopt -s extglob
kernel_root 6.12
new_layer
run_commands in_kernels_layer tests/host/from-source.sh kernel
DRIVER=usr/lib/modules/$KERNEL_RELEASE/updates/daxplug_kmem.ko LOADER=usr/lib/daxplug/load-kmem
ok "the driver is installed" has "$DRIVER"

is "Git ignores the results of make" "$(git -C "$WORK/clone" ls-files -o --exclude-standard)" ''
ok "make install-source" in_layer "$KERNEL_ROOT" 'make install-source DESTDIR=/clone/build/source'
is "it installs the sources only" "$(sources_in "$WORK"/clone/build/source/usr/src/daxplug-*)" \
	"$(git ls-files dkms.conf kernel | grep -v ^kernel/model/ | sort)"

other=usr/lib/modules/other/updates
mkdir -p "$WORK/upper/$other"
: > "$WORK/upper/$other/daxplug_kmem.ko"
ok "make uninstall" make_uninstall
ok "the driver is gone" lacks "$DRIVER"
ok "another kernel's driver still has the files that load it" has "$LOADER"
rm -r "$WORK/upper/${other%/*}"
ok "a package with one of these files" package_of_load_kmem
ok "make uninstall again" make_uninstall
ok "the package still has the file" has "$LOADER"
ok "the package is removed, its file is not" in_layer "$KERNEL_ROOT" "cp /$LOADER /copy && dpkg -r p && mkdir -p /usr/lib/daxplug && mv /copy /$LOADER"
ok "make uninstall for the last time" make_uninstall
ok "the files that load the driver are gone" lacks "$LOADER"
ok "a package of the driver" in_layer "$KERNEL_ROOT" 'dpkg --force-depends -i build/deb-modules/daxplug-modules-[0-9]*.deb'
ok "make uninstall refuses to remove the package's driver" is_refused
ok "the package still has the driver" has "$DRIVER"
deb_root 12
new_layer
run_commands in_debians_layer tests/host/from-source.sh debian
ok "the command is installed" test -e "$WORK/upper/usr/local/bin/daxplug"
done_testing
