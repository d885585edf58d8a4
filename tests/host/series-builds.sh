# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# After each single patch of upstream/ the parts of the kernel that the patches change compile
# without a warning, in the guests' configuration and without each option that the code depends on.
# full
set -euo pipefail
for part in common cache packages archive source root kmem series; do
	# shellcheck source=/dev/null
	. "lab/lib/$part.sh"
done
. tests/guest/lib.sh

PARTS=(drivers/base/ drivers/dax/ mm/)
# MIGRATION is missing here because MEMORY_HOTREMOVE selects it.
WITHOUT=(MEMORY_HOTPLUG MEMORY_HOTREMOVE NUMA MEMORY_FAILURE CRASH_HOTPLUG)

# make_in_tree ARGUMENT...
make_in_tree() { in_kernel_root make -s -j"$(nproc)" -C "/tmp/${TREE##*/}" "$@"; }

# set_options VERSION [OPTION]: configures the tree for guests, without OPTION.
set_options() {
	local option=${2-}
	(cd "$REPO" && wanted_options "series-$1" | xargs cat | grep -v "^CONFIG_${option:-NONE}=") > "$TREE/wanted.config"
	[[ ! $option ]] || printf 'CONFIG_%s=n\n' "$option" >> "$TREE/wanted.config"
	make_in_tree KCONFIG_ALLCONFIG=wanted.config allnoconfig || return
	[[ ! $option ]] || ! grep -qx "CONFIG_$option=y" "$TREE/.config"
}

# compiles: the parts compile, and the compiler prints nothing.
compiles() {
	local warnings status=0
	warnings=$(make_in_tree prepare "${PARTS[@]}" 2>&1) || status=$?
	[[ ! $warnings ]] || printf '%s\n' "$warnings" | tail -n 30
	[[ $status == 0 && ! $warnings ]]
}

build_series() {
	local version=$1 patch option
	kernel_root "series-$version"
	kernel_source "series-$version"
	TREE=$(mktemp -d "$KERNEL_ROOT/tmp/series.XXXXXX")
	TEMPORARY+=("$TREE")
	tar -xf "$SOURCE" -C "$TREE" --strip-components=1
	ok "$version: configured" set_options "$version"
	for patch in $(series_patches "$version"); do
		in_kernel_root patch -s -p1 -d "/tmp/${TREE##*/}" < "$patch"
		ok "$version: compiles with ${patch##*/}" compiles
	done
	for option in "${WITHOUT[@]}"; do
		ok "$version: configured without $option" set_options "$version" "$option"
		ok "$version: compiles without $option" compiles
	done
}

for version in $(series_versions); do
	build_series "$version"
done
done_testing
