# SPDX-License-Identifier: GPL-2.0-or-later
#
# make              build the driver for the running kernel
# make install      install it, so that modprobe prefers it to the kernel's own (root)
# make uninstall    remove it, so that modprobe loads the kernel's own again (root)
# make deb          Debian packages, in build/deb
# make deb-modules  a package of the driver for one kernel, in build/deb-modules
# make html         the manual and the man pages, in build/html
# make dist         a tarball of the last commit, in build
# make clean
#
# KDIR=...    another kernel's headers; BTF=... its BTF, if the build cannot find it
# RELEASE=... for uninstall: the kernel's release, if its headers are gone
# KERNEL=...  for deb-modules: the kernel's release; KEY=... CERT=... to sign the driver

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"$$/\1/p' dkms.conf)
KDIR ?= /lib/modules/$(shell uname -r)/build
release = $(or $(RELEASE),$(shell sed -n 's/^.define UTS_RELEASE "\(.*\)"$$/\1/p' $(KDIR)/include/generated/utsrelease.h 2> /dev/null))
INSTALL_MOD_PATH ?= $(DESTDIR)
updates = $(INSTALL_MOD_PATH)/lib/modules/$(release)/updates
libexec = $(DESTDIR)/usr/lib/daxplug
LOADER = $(libexec)/load-kmem $(libexec)/takeover $(libexec)/handback $(libexec)/driver.sh \
	 $(libexec)/renew-initramfs $(libexec)/dax-layout $(libexec)/check-default-state \
	 $(DESTDIR)/usr/lib/modprobe.d/daxplug-kmem-rule.conf \
	 $(DESTDIR)/usr/share/initramfs-tools/hooks/daxplug \
	 $(DESTDIR)/usr/lib/dracut/modules.d/99daxplug $(DESTDIR)/usr/lib/udev/rules.d/91-daxplug-apply.rules \
	 $(DESTDIR)/usr/lib/systemd/system/daxplug-apply@.service $(DESTDIR)/usr/share/daxplug/daxplug.rules.yml

.PHONY: all install uninstall install-loader install-programs install-source deb deb-modules html dist clean
all:
	$(MAKE) -C kernel KDIR=$(KDIR) $(if $(BTF),BTF=$(abspath $(BTF)))

# The file is named differently from the kernel's kmem.ko; packaging/modprobe.conf makes
# "modprobe kmem" load it.
install: all install-loader install-programs
	install -D -m 644 kernel/kmem.ko $(updates)/daxplug_kmem.ko
	rm -f $(updates)/kmem.ko
	depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(release)
	$(if $(INSTALL_MOD_PATH),,$(libexec)/renew-initramfs kmem $(release))

# A package lists its files without symbolic links such as /lib.
is_packaged = file=$$(realpath -e $(1) 2> /dev/null) && { dpkg -S "$$file" || rpm -qf "$$file"; } > /dev/null 2>&1

# Leaves the files that load the driver while a package or another kernel's driver needs them.
uninstall:
	@test -n "$(release)" || { echo "no kernel headers in $(KDIR): name the kernel by RELEASE=..." >&2; exit 1; }
	@! { $(call is_packaged,$(updates)/daxplug_kmem.ko); } || \
		{ echo "a package installed $(updates)/daxplug_kmem.ko: remove daxplug-modules-$(release)" >&2; exit 1; }
	rm -f $(updates)/daxplug_kmem.ko
	depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(release)
	@$(if $(INSTALL_MOD_PATH),,test ! -x $(libexec)/renew-initramfs || $(libexec)/renew-initramfs daxplug_kmem $(release))
	@if $(call is_packaged,$(libexec)/load-kmem) || \
		ls $(INSTALL_MOD_PATH)/lib/modules/*/updates/daxplug_kmem.ko > /dev/null 2>&1; then \
		echo "$(libexec) is still needed by a package or by another kernel, and stays"; \
	else \
		set -x; rm -rf $(LOADER); \
	fi

# The scripts and rules that load the driver, or the kernel's own driver if that fails, and that
# run "daxplug apply".
install-loader:
	install -D -m 755 -t $(libexec) packaging/load-kmem packaging/takeover packaging/handback packaging/renew-initramfs
	install -D -m 644 -t $(libexec) packaging/driver.sh
	install -D -m 644 -t $(DESTDIR)/usr/lib/udev/rules.d packaging/91-daxplug-apply.rules
	install -D -m 644 -t $(DESTDIR)/usr/lib/systemd/system packaging/daxplug-apply@.service
	install -D -m 644 -t $(DESTDIR)/usr/share/daxplug contrib/prometheus/daxplug.rules.yml
	rm -f $(DESTDIR)/usr/lib/modprobe.d/daxplug.conf
	install -D -m 644 packaging/modprobe.conf $(DESTDIR)/usr/lib/modprobe.d/daxplug-kmem-rule.conf
	install -D -m 755 packaging/initramfs-tools/daxplug $(DESTDIR)/usr/share/initramfs-tools/hooks/daxplug
	install -D -m 755 packaging/dracut/module-setup.sh $(DESTDIR)/usr/lib/dracut/modules.d/99daxplug/module-setup.sh

# Programs that takeover runs: dax-layout prints the layout of the kernel's dax types,
# check-default-state checks an option as the driver does.
install-programs:
	mkdir -p $(libexec)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -Ikernel/compat/layout -o $(libexec)/dax-layout kernel/compat/layout/gen.c
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -Ikernel -o $(libexec)/check-default-state \
		packaging/check-default-state.c kernel/core/defaults.c kernel/core/state.c kernel/core/text.c

# The driver's source, without what "make" has built in it, and the hooks that have DKMS build it.
SOURCES = dkms.conf $(shell find kernel -path kernel/model -prune -o -type f ! -name '.*' ! -name '*.mod.c' \
	! -path '*/dax_layout.h' ! -path '*/compat_probes.h' \( -name '*.[ch]' -o -name '*.mk' -o -name '*.sh' -o -name Kbuild -o -name Makefile \
	-o -name check-tools -o -name find-btf \) -print)
install-source:
	mkdir -p $(DESTDIR)/usr/src/daxplug-$(VERSION)
	cp -r --parents $(SOURCES) $(DESTDIR)/usr/src/daxplug-$(VERSION)/
	install -D -m 755 -t $(libexec) packaging/build-driver packaging/remove-driver packaging/sign-driver
	install -D -m 755 packaging/kernel/postinst $(DESTDIR)/etc/kernel/postinst.d/daxplug-dkms
	install -D -m 755 packaging/kernel/postinst $(DESTDIR)/etc/kernel/header_postinst.d/daxplug-dkms

deb:
	packaging/make-deb build/deb

deb-modules:
	@test -n "$(KERNEL)" || { echo "KERNEL is not set; for example: make deb-modules KERNEL=$$(uname -r)" >&2; exit 1; }
	$(if $(BTF),BTF=$(abspath $(BTF))) packaging/make-deb-modules $(KERNEL) build/deb-modules $(KEY) $(CERT)

HTML ?= build/html
html:
	packaging/make-html $(HTML)

dist:
	mkdir -p build
	git archive --prefix=daxplug-$(VERSION)/ HEAD | gzip -9n > build/daxplug-$(VERSION).tar.gz

clean:
	$(MAKE) -C kernel KDIR=$(KDIR) clean
