# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# "make deb-modules" makes packages of the driver for hosts without a compiler: two builds are
# identical, the module is signed with the given key, the metapackage declares Breaks on newer kernels
# of the same flavour, and each initramfs with the driver is kept up to date.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/layer.sh
command -v openssl > /dev/null || skip_all "openssl is not installed"

make_key() {
	openssl req -new -x509 -newkey rsa:2048 -nodes -subj "/CN=a test/" -keyout "$WORK/clone/key.pem" -out "$WORK/clone/cert.pem"
}

make_packages() { in_layer "$KERNEL_ROOT" "umask ${UMASK-022}; make deb-modules KERNEL=$KERNEL_RELEASE $*"; }
package() { echo "$WORK/clone/build/deb-modules/daxplug-modules$1"_*.deb; }
sums() { (cd "$WORK/clone/build/deb-modules" && sha256sum -- *.deb); }
breaks() { dpkg-deb -f "$(package '')" Breaks; }

# install_and_remove: installs the package of the module, and removes it again; prints the calls of
# renew-initramfs.
install_and_remove() {
	in_layer "$KERNEL_ROOT" "mkdir -p /usr/lib/daxplug
		printf '#!/bin/sh\necho \"\$*\" >> /calls\n' > /usr/lib/daxplug/renew-initramfs
		chmod +x /usr/lib/daxplug/renew-initramfs
		{ dpkg --force-depends -i build/deb-modules/daxplug-modules-*.deb && dpkg --remove daxplug-modules-$KERNEL_RELEASE; } >&2
		cat /calls"
}

# make_for_cloud: makes the packages as if the kernel were of the flavour cloud-amd64.
make_for_cloud() {
	in_layer "$KERNEL_ROOT" "ln -s $KERNEL_RELEASE /lib/modules/$CLOUD
		rm /usr/bin/dpkg-query; printf '#!/bin/sh\necho $KERNEL_VERSION\n' > /usr/bin/dpkg-query; chmod +x /usr/bin/dpkg-query
		make deb-modules KERNEL=$CLOUD"
}

kernel_root 6.12
CLOUD=${KERNEL_RELEASE%-amd64}-cloud-amd64
new_layer
ok "packages without a key" make_packages
first=$(sums) || true
in_layer "$KERNEL_ROOT" 'rm -r build; make -s clean' > /dev/null 2>&1 || true
UMASK=077
ok "the same packages again, with another umask" make_packages
UMASK=022
is "built twice, they are identical" "$(sums)" "$first"
is "the metapackage has Breaks on newer kernels" "$(breaks)" "linux-image-amd64 (>> $KERNEL_VERSION)"

is "installed, then removed: the initramfs is rebuilt if it has kmem, then if it has the driver" \
	"$(install_and_remove)" "kmem $KERNEL_RELEASE
daxplug_kmem $KERNEL_RELEASE"
is "daxplug-dkms and the package are not installed together" \
	"$(dpkg-deb -f "$(package "-$KERNEL_RELEASE")" Provides)" "$(sed -n 's/^Conflicts: //p' debian/control)"

ok "a key" make_key
ok "packages with a key" make_packages KEY=key.pem CERT=cert.pem
dpkg-deb -x "$(package "-$KERNEL_RELEASE")" "$WORK/installed"
module=$WORK/installed/usr/lib/modules/$KERNEL_RELEASE/updates/daxplug_kmem.ko
is "the module is signed with the key" "$(modinfo -F signer "$module")" "a test"
is "the module is for the kernel" "$(modinfo -F vermagic "$module" | cut -d ' ' -f 1)" "$KERNEL_RELEASE"
said=$(make_packages KERNEL=6.0-none 2>&1) && status=0 || status=$?
ok "a kernel without headers is refused" test "$status" -ne 0
ok "the message names the package" grep -q 'install linux-headers-6.0-none' <<< "$said"
rm "$WORK/clone/build/deb-modules"/*
ok "packages for another flavour" make_for_cloud
is "its metapackage has Breaks on newer kernels of that flavour" "$(breaks)" "linux-image-cloud-amd64 (>> $KERNEL_VERSION)"
done_testing
