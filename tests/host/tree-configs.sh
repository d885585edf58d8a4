# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# In a kernel tree the driver compiles without a warning in every supported configuration: by gcc
# and by clang with CFI, as a module and built in, and without each option that a part of the
# driver depends on.
# full
set -euo pipefail
. tests/guest/lib.sh
for part in common cache packages archive source root kmem; do
	# shellcheck source=/dev/null
	. "lab/lib/$part.sh"
done

# compiles DESCRIPTION "MAKE-ARGUMENT..." OPTION...: the driver compiles with each OPTION, NAME=VALUE.
compiles() {
	local description="$name, $1" arguments option
	read -ra arguments <<< "$2"
	shift 2
	{
		all_wanted "$name"
		printf 'CONFIG_WERROR=y\n'
		printf 'CONFIG_%s\n' "$@"
	} > "$KERNEL_ROOT$tree/wanted.config"
	(in_tree "$tree" "${arguments[@]}" KCONFIG_ALLCONFIG="$tree/wanted.config" allnoconfig) > "$KERNEL_ROOT$tree/said" 2>&1 || true
	for option; do
		has_option "$option" || { point 1 "$description: Kconfig accepts $option"; return; }
	done
	ok "$description: compiles" in_tree "$tree" "${arguments[@]}" -j"$(nproc)" drivers/dax/
	for option in main inside; do
		ok "$description: $option.o exists" test -e "$KERNEL_ROOT$tree/drivers/dax/kmem/$option.o"
	done
	rm -f "$KERNEL_ROOT$tree"/drivers/dax/kmem/*.o
}

# has_option NAME=VALUE: .config has the option; one that is off may be absent.
has_option() {
	case $1 in
	*=n) ! grep -q "^CONFIG_${1%=n}=" "$KERNEL_ROOT$tree/.config" ;;
	*) grep -qx "CONFIG_$1" "$KERNEL_ROOT$tree/.config" ;;
	esac
}

# cfi_option: prints the name of the CFI option in this series.
cfi_option() {
	if grep -q 'transitional' "$KERNEL_ROOT$tree/arch/Kconfig"; then echo CFI=y; else echo CFI_CLANG=y; fi
}

compile_all() {
	local name=$1 scratch tree clang="LLVM=-$CLANG"
	source_root "$name"
	scratch=$(mktemp -d "$KERNEL_ROOT/tmp/configs.XXXXXX")
	TEMPORARY+=("$scratch")
	tree=$(unpack_source "$name" "$scratch")
	compiles "gcc, as a module" '' DEV_DAX_KMEM=m
	compiles "gcc, built in" '' DEV_DAX=y DEV_DAX_KMEM=y
	compiles "the DAX core as a module" '' DAX=m DEV_DAX_KMEM=m
	compiles "without MEMORY_FAILURE" '' HWPOISON_INJECT=n MEMORY_FAILURE=n DEV_DAX_KMEM=m
	compiles "without MEMORY_HOTREMOVE" '' MEMORY_HOTREMOVE=n DEV_DAX_KMEM=m
	compiles "without NUMA" '' NUMA=n DEV_DAX_KMEM=m
	compiles "clang with CFI" "$clang" "$(cfi_option)" DEV_DAX_KMEM=m
	rm -rf --one-file-system "$scratch"
}

compile_all tree-6.12
compile_all tree-7.3
done_testing
