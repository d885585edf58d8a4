# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# "make deb-modules" makes packages of the driver for hosts without a compiler: two builds are
# identical, the module is signed with the given key, and the metapackage declares Breaks on newer
# kernels.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/layer.sh
command -v openssl > /dev/null || skip_all "openssl is not installed"

make_key() {
	openssl req -new -x509 -newkey rsa:2048 -nodes -subj "/CN=a test/" -keyout "$WORK/clone/key.pem" -out "$WORK/clone/cert.pem"
}

make_packages() { in_layer "$KERNEL_ROOT" "make deb-modules KERNEL=$KERNEL_RELEASE $*"; }
package() { echo "$WORK/clone/build/deb/daxplug-modules$1"_*.deb; }
sums() { (cd "$WORK/clone/build/deb" && sha256sum -- *.deb); }
breaks() { dpkg-deb -f "$(package '')" Breaks; }

kernel_root 6.12
new_layer
ok "packages without a key" make_packages
first=$(sums) || true
in_layer "$KERNEL_ROOT" 'rm -r build; make -s clean' > /dev/null 2>&1 || true
ok "the same packages again" make_packages
is "built twice, they are identical" "$(sums)" "$first"
is "the metapackage has Breaks on newer kernels" "$(breaks)" "linux-image-amd64 (>> $KERNEL_VERSION)"

ok "a key" make_key
ok "packages with a key" make_packages KEY=key.pem CERT=cert.pem
dpkg-deb -x "$(package "-$KERNEL_RELEASE")" "$WORK/installed"
module=$WORK/installed/usr/lib/modules/$KERNEL_RELEASE/updates/daxplug_kmem.ko
is "the module is signed with the key" "$(modinfo -F signer "$module")" "a test"
is "the module is for the kernel" "$(modinfo -F vermagic "$module" | cut -d ' ' -f 1)" "$KERNEL_RELEASE"
said=$(make_packages KERNEL=6.0-none 2>&1) && status=0 || status=$?
ok "a kernel without headers is refused" test "$status" -ne 0
ok "the message names the package" grep -q 'install linux-headers-6.0-none' <<< "$said"
done_testing
