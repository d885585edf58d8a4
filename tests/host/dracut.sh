# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# dracut's module adds daxplug's driver to an initramfs that will hold kmem, however kmem gets in,
# and to no other. dracut's module and the hook of initramfs-tools mark an image whose machine has
# the driver. Runs with a fake dracut; tests/machine/initramfs.sh boots such an initramfs.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/machine.sh

cp packaging/load-kmem "$WORK/usr/lib/daxplug/"
mkdir -p "$WORK/usr/share/initramfs-tools"
cat > "$WORK/usr/share/initramfs-tools/hook-functions" << 'END'
copy_exec() { install -D "$1" "$DESTDIR$1"; }
manual_add_modules() { :; }
END
become_machine
mkdir "$WORK/src"
mount --bind "$WORK/src" /usr/src
initdir=$WORK/initdir
mkdir -p "$initdir/usr/lib/modules"

# The functions of dracut that the module calls.
instmods() { ADDED+=" $*"; }
inst() { ADDED+=" $*"; }

# added [NAME=VALUE...]: prints the files that the module adds with these options of dracut.
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

export DESTDIR=$WORK/image
mkdir -p "$DESTDIR"
: > "$DESTDIR/kmem.ko"
# marked: prints in which images there is a mark.
marked() {
	rm -f "$initdir/usr/lib/daxplug/installed" "$DESTDIR/usr/lib/daxplug/installed"
	added add_drivers= > /dev/null
	sh packaging/initramfs-tools/daxplug
	(cd "$WORK" && find initdir image -path '*/usr/lib/daxplug/installed' | sort | xargs)
}
is "the driver is not installed: no mark" "$(marked)" ''
mkdir "$WORK/src/daxplug-0.1.0"
: > "$WORK/src/daxplug-0.1.0/dkms.conf"
is "the driver is installed: both images are marked" "$(marked)" \
	"image/usr/lib/daxplug/installed initdir/usr/lib/daxplug/installed"
done_testing
