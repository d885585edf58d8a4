# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# With vm.memory_failure_recovery=0 a new hardware fault makes the kernel panic. A plug of memory with
# a page that the driver remembers as faulty does not, and the kernel never allocates that page.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/poison.sh"
find_injector || skip_all "the kernel cannot simulate hardware faults"

PAGE=$(page_of "$MIDDLE" 7)

# Free, on an LRU list, mapped or anonymous: bits 10, 5, 11, 12 of /proc/kpageflags.
is_usable() { page_flag "$1" 10 || page_flag "$1" 5 || page_flag "$1" 11 || page_flag "$1" 12; }

# fill: fills most of the device's memory with a file, so that a free page would be used.
fill() { numactl --membind="$NODE" dd if=/dev/zero of=/tmp/filled bs=1M count=$((SIZE * 9 / 10 >> 20)) status=none; }

is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
echo "$PAGE" > "$INJECT"
is "unplugged with a faulty page" "$(attempt unplugged)" "done"
is "remembered" "$(< "$DAX/kmem/pages_poisoned")" 1

ok "no recovery" sysctl -qw vm.memory_failure_recovery=0
is "no recovery: online_movable" "$(attempt online_movable)" "done"
is_all "no recovery" online_movable 'online Movable'
ok "no recovery: most of the memory is used" fill
ok "no recovery: the faulty page is not in use" eval "! is_usable $PAGE"
rm /tmp/filled
is "no recovery: unplugged" "$(attempt unplugged)" "done"
is "no recovery: still remembered" "$(< "$DAX/kmem/pages_poisoned")" 1
is "no recovery: unbound and bound" "$(unbind) $(bind)" "done done"
is "no recovery: unplugged again" "$(attempt unplugged)" "done"

ok "recovery" sysctl -qw vm.memory_failure_recovery=1
is "recovery: online_movable" "$(attempt online_movable)" "done"
ok "recovery: the page is marked" is_poisoned "$PAGE"
done_testing
