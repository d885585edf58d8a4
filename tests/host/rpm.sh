# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# "make dist" makes a reproducible tarball with all files of the last commit; packaging/daxplug.spec
# builds RPM packages from the tarball, which own all installed files. rpmlint finds no fault in the
# spec.
set -euo pipefail
. tests/guest/lib.sh

for tool in rpmbuild rpmlint meson ninja; do
	command -v $tool > /dev/null || skip_all "$tool is not installed"
done

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
VERSION=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' dkms.conf)
TARBALL=build/daxplug-$VERSION.tar.gz

git clone -q . "$WORK/clone"
cd "$WORK/clone"
ok "make dist" make dist
mv "$TARBALL" "$WORK/first.tar.gz"
sleep 1
ok "make dist again" make dist
is "the two are identical" "$(sha256sum < "$TARBALL")" "$(sha256sum < "$WORK/first.tar.gz")"
is "the tarball has the files of the commit" "$(tar -tf "$TARBALL" | grep -v '/$' | sort)" \
	"$(git ls-files | sed "s|^|daxplug-$VERSION/|" | sort)"

# faults: prints the faults that rpmlint finds in the spec, and the number of spec files it has
# checked. Only RPM before version 4.6 needs the buildroot tag.
faults() {
	rpmlint packaging/daxplug.spec 2>&1 | grep -v no-buildroot-tag | grep -oE '.*[EW]: .*|1 specfiles checked'
}
is "rpmlint finds no fault" "$(faults)" "1 specfiles checked"

# Prints Fedora's macros for meson.
macros() {
	printf '%s\n' '%meson meson setup --buildtype=plain --prefix=%{_prefix} --libdir=%{_libdir} --sysconfdir=/etc --localstatedir=/var %{_vpath_builddir}' \
		'%_vpath_builddir redhat-build' \
		'%meson_build ninja -C %{_vpath_builddir}' \
		'%meson_install DESTDIR=%{buildroot} meson install -C %{_vpath_builddir} --no-rebuild' \
		'%build_cflags -O2' '%build_ldflags %{nil}' '%_sysconfdir /etc' '%dist .test' \
		"%_topdir $WORK/rpm" '%_unpackaged_files_terminate_build 1'
}

build_rpms() {
	mkdir -p "$WORK/rpm/SOURCES"
	cp "$TARBALL" "$WORK/rpm/SOURCES/"
	macros > "$WORK/macros"
	rpmbuild -bb --nodeps --load="$WORK/macros" packaging/daxplug.spec
}

# files PACKAGE: prints the files that it installs.
files() { rpm -qlp "$WORK"/rpm/RPMS/*/"$1-$VERSION"-*.rpm; }

ok "the packages build, and own all installed files" build_rpms
ok "the command's package has the modprobe rule" grep -qx /usr/lib/modprobe.d/daxplug-kmem-rule.conf <(files daxplug)
ok "the command's package has the rule for crash kernels" grep -q '/90-daxplug-kdump.rules$' <(files daxplug)
ok "the driver's package has the source" grep -qx "/usr/src/daxplug-$VERSION/dkms.conf" <(files daxplug-dkms)
ok "the driver's package has the hook of kernel-install" grep -q '/install.d/45-daxplug-dkms.install$' <(files daxplug-dkms)
ok "the driver's package builds the driver when a kernel's headers are installed" \
	grep -qE '^transfiletriggerin .*-- /usr/src/kernels' <(rpm -qp --filetriggers "$WORK"/rpm/RPMS/*/"daxplug-dkms-$VERSION"-*.rpm)
done_testing
