# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# After each of the patches of upstream/ alone the kernel compiles without a warning, as far
# as they change it, for guests and without the options that the code depends on.
# full
set -euo pipefail
for part in common cache packages archive source root kmem series; do
	# shellcheck source=/dev/null
	. "lab/lib/$part.sh"
done
. tests/guest/lib.sh

PARTS=(drivers/base/ drivers/dax/ mm/)
VARIANTS=(guests "without MEMORY_HOTREMOVE" "without NUMA" "without MIGRATION" "without MEMORY_FAILURE")

# make_in_tree ARGUMENT...
make_in_tree() { in_kernel_root make -s -j"$(nproc)" -C "/tmp/${TREE##*/}" "$@"; }

# set_options VERSION VARIANT: "without" an option for all but the first.
set_options() {
	local option=${2#without }
	(cd "$REPO" && wanted_options "series-$1" | xargs cat) |
		{ [[ $2 == guests ]] && cat || grep -v "^CONFIG_$option="; } > "$TREE/wanted.config"
	[[ $2 == guests ]] || printf 'CONFIG_%s=n\n' "$option" >> "$TREE/wanted.config"
	make_in_tree KCONFIG_ALLCONFIG=wanted.config allnoconfig
	[[ $2 == guests ]] || ! grep -qx "CONFIG_$option=y" "$TREE/.config"
}

compiles() {
	local warnings
	warnings=$(make_in_tree KCFLAGS=-Werror prepare "${PARTS[@]}" 2>&1) && [[ ! $warnings ]] ||
		{ printf '%s\n' "$warnings" | tail -n 30; return 1; }
}

build_series() {
	local version=$1 patch variant
	kernel_root "series-$version"
	kernel_source "series-$version"
	TREE=$(mktemp -d "$KERNEL_ROOT/tmp/series.XXXXXX")
	TEMPORARY+=("$TREE")
	tar -xf "$SOURCE" -C "$TREE" --strip-components=1
	ok "$version: configured" set_options "$version" guests
	for patch in $(series_patches "$version"); do
		in_kernel_root patch -s -p1 -d "/tmp/${TREE##*/}" < "$patch"
		ok "$version: compiles with ${patch##*/}" compiles
	done
	for variant in "${VARIANTS[@]:1}"; do
		ok "$version: configured $variant" set_options "$version" "$variant"
		ok "$version: compiles $variant" compiles
	done
}

for version in $(series_versions); do
	build_series "$version"
done
done_testing
