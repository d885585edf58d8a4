# SPDX-License-Identifier: GPL-2.0-or-later
#
# make            build the driver for the running kernel
# make install    install it, so that modprobe prefers it to the kernel's own (root)
# make uninstall  take it out again, the kernel's own is then in force (root)
# make clean
#
# KDIR=...  another kernel's headers; BTF=... its BTF, if it cannot be found

KDIR ?= /lib/modules/$(shell uname -r)/build
release = $(shell sed -n 's/^.define UTS_RELEASE "\(.*\)"$$/\1/p' $(KDIR)/include/generated/utsrelease.h)
installed = $(INSTALL_MOD_PATH)/lib/modules/$(release)/updates/kmem.ko

.PHONY: all install uninstall clean
all:
	$(MAKE) -C kernel KDIR=$(KDIR) $(if $(BTF),BTF=$(abspath $(BTF)))

install: all
	install -D -m 644 kernel/kmem.ko $(installed)
	depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(release)

uninstall:
	@test -n "$(release)" || { echo "KDIR: no kernel headers in $(KDIR)" >&2; exit 1; }
	rm -f $(installed)
	depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(release)

clean:
	$(MAKE) -C kernel KDIR=$(KDIR) clean
