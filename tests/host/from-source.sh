# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# The documented commands that build and install the driver succeed in a root with a kernel's headers;
# those for the library, the command and the packages succeed in a root with the build dependencies of
# debian/control. Both are roots of the lab, which the test does not change.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/layer.sh

# Links the name of the running kernel to the root's kernel, because commands use uname -r.
in_kernels_layer() {
	in_layer "$KERNEL_ROOT" "ln -sfn $KERNEL_RELEASE /lib/modules/$(uname -r); ${1/KERNEL=+([^ ])/KERNEL=$KERNEL_RELEASE}"
}

in_debians_layer() { in_layer "$DEB_ROOT" "$1"; }

shopt -s extglob
kernel_root 6.12
new_layer
run_commands in_kernels_layer tests/host/from-source.sh kernel
ok "the driver is installed" test -e "$WORK/upper/usr/lib/modules/$KERNEL_RELEASE/updates/daxplug_kmem.ko"
deb_root 12
new_layer
run_commands in_debians_layer tests/host/from-source.sh debian
ok "the command is installed" test -e "$WORK/upper/usr/local/bin/daxplug"
done_testing
