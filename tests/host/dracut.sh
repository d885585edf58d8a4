# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# dracut's module adds daxplug's driver to an initramfs that will hold kmem, however kmem gets in, and
# to no other. With a fake dracut; tests/machine/initramfs.sh boots such an initramfs.
set -euo pipefail
. tests/guest/lib.sh

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
initdir=$WORK/initdir
mkdir -p "$initdir/usr/lib/modules"

# The functions of dracut that the module calls.
instmods() { ADDED+=" $*"; }
inst() { ADDED+=" $*"; }

# added [NAME=VALUE...]: prints what the module adds with these options of dracut.
added() (
	ADDED=
	local "$@"
	. packaging/dracut/module-setup.sh
	installkernel
	install
	xargs <<< "$ADDED"
)

SCRIPT=/usr/lib/daxplug/load-kmem
ALL="daxplug_kmem $SCRIPT"
is "no kmem: no driver" "$(added drivers= add_drivers=' ext4 ' force_drivers=)" "$SCRIPT"
is "another driver whose name contains kmem: no driver" "$(added add_drivers='mykmem kmem_two')" "$SCRIPT"
is "kmem in add_drivers" "$(added add_drivers=' dax_hmem kmem ')" "$ALL"
is "kmem in force_drivers" "$(added force_drivers=kmem)" "$ALL"
is "kmem in drivers" "$(added drivers='kmem ext4')" "$ALL"
is "the directory of kmem" "$(added add_drivers=' =drivers/dax ')" "$ALL"
touch "$initdir/usr/lib/modules/kmem.ko.xz"
is "kmem copied by another module" "$(added add_drivers=)" "$ALL"
done_testing
