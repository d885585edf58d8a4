# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The unit tests of kernel/core/ pass in a kernel as well, as KUnit suites of the driver in a
# kernel tree. The kernel is User Mode Linux, which runs as a process.
# full
set -euo pipefail
. tests/guest/lib.sh
for part in common cache packages archive source root kmem; do
	# shellcheck source=/dev/null
	. "lab/lib/$part.sh"
done

name="tree-6.12"
MAKE_USER_MODE=(ARCH=um SUBARCH=x86_64)

# unit_tests: prints "SUITE TEST" for each test that does not need the host.
unit_tests() {
	grep -lE '^UNIT_SUITE\(' tests/unit/*.c | while read -r file; do
		grep -oE '\bUNIT_CASE\(\w+' "$file" | sed "s/^UNIT_CASE(/$(basename "$file" .c) /"
	done
}

# kunit_tests FILE: prints the same for the tests that passed, according to the kernel's output.
kunit_tests() {
	sed -nE 's/^ *# Subtest: dax_kmem_(\w+)$/suite \1/p; s/^ *ok [0-9]+ (\w+)$/passed \1/p' "$1" |
		awk '$1 == "suite" { suite = $2 } $1 == "passed" && $2 !~ /^dax_kmem_/ { print suite, $2 }'
}

# make_user_mode NEW: builds a kernel with the suites and little else.
make_user_mode() {
	local scratch tree
	say "building a user-mode kernel of Linux $KERNEL_VERSION with the KUnit tests"
	scratch=$(mktemp -d "$KERNEL_ROOT/tmp/kunit.XXXXXX")
	TEMPORARY+=("$scratch")
	tree=$(unpack_source "$name" "$scratch")
	{
		cat "$KERNEL_ROOT$tree/drivers/dax/kmem/.kunitconfig"
		printf 'CONFIG_%s=y\n' EXPERT PRINTK WERROR
	} > "$KERNEL_ROOT$tree/wanted.config"
	in_tree "$tree" "${MAKE_USER_MODE[@]}" KCONFIG_ALLCONFIG="$tree/wanted.config" allnoconfig
	in_tree "$tree" "${MAKE_USER_MODE[@]}" -j"$(nproc)" linux
	cp "$KERNEL_ROOT$tree/linux" "$1"
}

# run_user_mode: runs the kernel and prints its output.
run_user_mode() {
	timeout 300 "$USER_MODE" mem=128M console=tty kunit.enable=1 kunit_shutdown=halt < /dev/null
}

trap remove_temporary EXIT
source_root "$name"
USER_MODE=$BUILD/kunit/$KERNEL_VERSION-$(key "$(build_key "$name")" "$(sources_key tests/unit)")
cached "$USER_MODE" make_user_mode
temporary scratch
run_user_mode > "$scratch/printed" 2>&1 || true
ok "there are tests" test "$(unit_tests | wc -l)" -gt 40
is "each unit test of kernel/core/ passes in Linux $KERNEL_VERSION" \
	"$(comm -3 <(kunit_tests "$scratch/printed" | sort) <(unit_tests | sort))" ''
is "none fails" "$(grep -E '^ *not ok|# .*: EXPECTATION|# .*: ASSERTION' "$scratch/printed" || true)" ''
done_testing
