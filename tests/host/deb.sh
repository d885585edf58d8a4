# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# The Debian packages, for Debian 12 and 13: two builds in minimal roots are identical; lintian
# reports nothing; debian/tests pass with the packages installed; an upgrade whose driver does not
# build leaves the old one; a kernel that is installed afterwards gets the driver before its first
# boot; a failed build of the driver fails no package; after a purge the kernel's own module is
# unchanged, and no file is left.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/layer.sh
command -v lintian > /dev/null || skip_all "lintian is not installed"

# sums DIR: prints the checksum of each package in DIR.
sums() { (cd "$1" && find . -name '*.deb' -exec sha256sum {} + | sort -k 2); }

# build_again RELEASE: makes the packages again, into WORK/again-RELEASE.
build_again() {
	local files
	mapfile -t files < <(deb_files)
	make_debs "$WORK/again-$1" "$1" "$DEB_ROOT" "${files[@]}"
}

lint() {
	mkdir "$WORK/lint-$1"
	cp "$DEBS"/*.deb "$DEBS"/extra/* "$WORK/lint-$1/"
	lintian --allow-root --fail-on none -I "$WORK/lint-$1"/*.changes || echo "lintian: $?"
}

in_machine() { in_layer "$KERNEL_ROOT" "$1"; }
kmem_of_kernel() { (cd "$KERNEL_ROOT" && find usr/lib/modules -name 'kmem.ko*' -exec sha256sum {} +); }
kmem_in_layer() { in_machine "cd / && find usr/lib/modules/$KERNEL_RELEASE -name 'kmem.ko*' -exec sha256sum {} +"; }

# files_left: prints files named after daxplug, except dpkg's lists and the rule that the test has copied.
files_left() {
	in_machine 'find /etc /usr /var/lib /boot -xdev -name "*daxplug*" ! -path "/var/lib/dpkg/*" ! -name 90-daxplug-kdump.rules ! -path "/clone/*"'
}

# new_kernel: prints the release of the kernel that the root did not have.
new_kernel() { in_machine "ls /lib/modules | grep -vx $KERNEL_RELEASE"; }

# upgrade VERSION COMMAND: installs daxplug-dkms as this version, after COMMAND in the driver's source.
upgrade() {
	in_machine "rm -rf /tmp/new && dpkg-deb -R debs/daxplug-dkms_*.deb /tmp/new && cd /tmp/new &&
		sed -i 's/^Version: .*/Version: $1/' DEBIAN/control && mv usr/src/daxplug-* usr/src/daxplug-$1 &&
		cd usr/src/daxplug-$1 && sed -i 's/^PACKAGE_VERSION=.*/PACKAGE_VERSION=$1/' dkms.conf &&
		sed -i 's/^MODULE_VERSION.*/MODULE_VERSION(\"$1\");/' kernel/main.c && $2 &&
		dpkg-deb -b /tmp/new /tmp/new.deb && apt-get install -y /tmp/new.deb"
}
driver_version() { in_machine "modinfo -k $KERNEL_RELEASE -F version daxplug_kmem"; }
VERSION=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' dkms.conf)

for release in 12 13; do
	deb="Debian $release"
	build_debs "$release"
	ok "$deb: the packages build again" build_again "$release"
	is "$deb: built twice, they are identical" "$(sums "$WORK/again-$release")" "$(sums "$DEBS")"
	is "$deb: lintian" "$(lint "$release")" ''

	SECURE_BOOT='' INSTALLED='' machine_disk "$release" '' initramfs-tools
	new_layer
	cp -r "$DEBS" "$WORK/clone/debs"
	in_machine 'rm -f /etc/dpkg/dpkg.cfg.d/*' # these files make dpkg leave out documents
	ok "$deb: install" in_machine 'cp /clone/debs/extra/libdaxplug-dev_*.deb debs/ && apt-get update && apt-get install -y ./debs/*.deb pkg-config'
	in_machine 'dpkg --status daxplug-dkms' > /dev/null || continue
	ok "$deb: the driver is built" in_machine "test -e /lib/modules/$KERNEL_RELEASE/updates/dkms/daxplug_kmem.ko*"
	is "$deb: the kernel's own module is unchanged" "$(kmem_in_layer)" "$(kmem_of_kernel)"
	for test in debian/tests/command debian/tests/library; do
		ok "$deb: $test" in_machine "sh $test"
	done

	ok "$deb: the rule for crash kernels is among the examples" in_machine 'cp /usr/share/doc/daxplug/examples/90-daxplug-kdump.rules /etc/udev/rules.d/'
	ok "$deb: an empty 50-kdump-tools.rules is written" in_machine ': > /etc/udev/rules.d/50-kdump-tools.rules'

	ok "$deb: an upgrade whose driver does not build" upgrade "$VERSION.1" "echo '#error' >> kernel/main.c"
	is "$deb: the kernel keeps its driver" "$(driver_version)" "$VERSION"
	ok "$deb: an upgrade" upgrade "$VERSION.2" true
	is "$deb: the kernel has the new driver" "$(driver_version)" "$VERSION.2"
	is "$deb: DKMS knows only the new driver" "$(in_machine 'dkms status' | grep -o 'daxplug/[^,:]*')" "daxplug/$VERSION.2"

	ok "$deb: a new kernel" in_machine 'apt-get install -y linux-image-cloud-amd64 linux-headers-cloud-amd64'
	new=$(new_kernel) || true
	ok "$deb: the new kernel has the driver before its first boot" in_machine "test -e /lib/modules/$new/updates/dkms/daxplug_kmem.ko*"
	ok "$deb: the new kernel has an initramfs" in_machine "test -s /boot/initrd.img-$new"
	in_machine "dkms remove -m daxplug -v \$(cd /usr/src && echo daxplug-* | cut -d- -f2) -k $new && for f in /usr/src/daxplug-*/kernel/main.c; do echo '#error' >> \$f; done" > /dev/null
	ok "$deb: a build that fails does not fail the kernel's package" \
		in_machine "apt-get install -y --reinstall linux-image-$new linux-headers-$new"
	ok "$deb: the kernel's packages are configured" in_machine '! dpkg --audit | grep .'
	ok "$deb: the new kernel has no driver" in_machine "! ls /lib/modules/$new/updates/dkms/daxplug_kmem.ko* 2> /dev/null"

	ok "$deb: purge" in_machine 'apt-get purge -y daxplug daxplug-dkms libdaxplug0 libdaxplug-dev'
	is "$deb: nothing is left" "$(files_left)" ''
	is "$deb: the kernel's own module is still unchanged" "$(kmem_in_layer)" "$(kmem_of_kernel)"
done
done_testing
