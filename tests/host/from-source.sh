# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# The commands of the documents that build and install the driver succeed in a root with a kernel's
# headers, those of the library, the command and the packages in one with what debian/control names.
# Both roots are the lab's, and stay as they are.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/layer.sh

# The running kernel is not that of the root: its name leads to the root's.
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
