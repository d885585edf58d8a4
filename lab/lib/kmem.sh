# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Builds the modules of this repository, the driver and those that tests need, in a
# kernel's own root with its compiler and headers.

# build_kmem: sets KMEM_TREE to a directory with updates/kmem.ko, the module indexes that make
# modprobe prefer it, and "symbols": the symbols that each of the driver's objects defines and needs.
build_kmem() {
	[[ -e $REPO/kernel/Makefile ]] || die "kernel/ has no Makefile: no driver to build"
	KMEM_TREE=$BUILD/kmem/$(basename "$KERNEL_ROOT")/$(sources_key kernel)
	cached "$KMEM_TREE" make_kmem
}

# build_test_modules: sets TEST_MODULES to a directory of *.ko.
build_test_modules() {
	local dir dirs keys=()
	mapfile -t dirs < <(test_module_dirs)
	for dir in "${dirs[@]}"; do
		keys+=("$(sources_key "$dir")")
	done
	TEST_MODULES=$BUILD/kmem/$(basename "$KERNEL_ROOT")/tests-$(key "${keys[@]}")
	cached "$TEST_MODULES" make_test_modules "${dirs[@]}"
}

test_module_dirs() {
	local file
	cd "$REPO" || return
	{ grep -ls '^obj-m' tests/*/Kbuild tests/*/Makefile || true; } |
		while read -r file; do dirname "$file"; done | sort -u
}

make_kmem() {
	local new=$1 index
	say "building kmem for Linux $KERNEL_VERSION"
	mkdir -p "$new/updates"
	build_module kernel "$new/updates"
	[[ -e $new/updates/kmem.ko ]] || die "the build of kernel/ made no kmem.ko"
	mv "$new/updates/symbols" "$new/"
	index=$BUILD/kmem/$(basename "$KERNEL_ROOT")/index-$(index_key "$new/updates/kmem.ko")
	cached "$index" make_index "$new/updates/kmem.ko"
	cp "$index"/* "$new/"
}

# index_key MODULE: prints a hash of the data that depmod reads from MODULE. depmod is slow, so
# modules with the same hash share an index.
index_key() { key "$(modinfo -F depends "$1")" "$(modinfo -F alias "$1")" "$(modinfo -F softdep "$1")"; }

# make_index NEW MODULE: indexes the kernel's modules, with MODULE in updates/.
make_index() {
	local new=$1 module=$2 shadow=$1.root modules
	modules=$shadow/lib/modules/$KERNEL_RELEASE
	mkdir -p "$new" "$modules/updates"
	ln -s "$KERNEL_ROOT/lib/modules/$KERNEL_RELEASE"/{kernel,modules.builtin,modules.builtin.modinfo,modules.order} "$modules/"
	cp "$module" "$modules/updates/"
	depmod -b "$shadow" "$KERNEL_RELEASE"
	mv -t "$new" "$modules"/modules.{softdep,devname} "$modules"/modules.*.bin
	rm -r "$shadow"
}

make_test_modules() {
	local new=$1 dir
	shift
	mkdir "$new"
	for dir; do
		say "building the module in $dir for Linux $KERNEL_VERSION"
		build_module "$dir" "$new"
	done
}

# build_module DIR INTO: DIR is relative to the repository.
build_module() {
	local dir=$1 into=$2 scratch
	scratch=$(mktemp -d "$KERNEL_ROOT/tmp/build.XXXXXX")
	TEMPORARY+=("$scratch")
	(cd "$REPO" && sources "$dir" | cpio --quiet -pd "$scratch")
	in_kernel_root make -s -j"$(nproc)" -C "/tmp/$(basename "$scratch")/$dir" WERROR=y \
		"KDIR=/usr/src/linux-headers-$KERNEL_RELEASE" > "$scratch/log" 2>&1 || {
		cat "$scratch/log" >&2
		die "$dir does not build for Linux $KERNEL_VERSION: see above"
	}
	cp "$scratch/$dir"/*.ko "$into/"
	[[ $dir != kernel ]] || list_symbols "$scratch/$dir" > "$into/symbols"
	rm -rf "$scratch"
}

# list_symbols DIR: prints "OBJECT KIND NAME" for each global symbol of the objects that the module is
# linked from; KIND is U where the object needs the symbol.
list_symbols() {
	(cd "$1" && find . -name '*.o' ! -name 'kmem*.o' ! -path './compat/layout/gen*' -exec nm -A -g {} +) |
		sed -nE 's|^\./([^:]*):[0-9a-f ]*([A-Za-z]) (.*)$|\1 \2 \3|p'
}

in_kernel_root() { in_root "$KERNEL_ROOT" "$@"; }

# sources DIR: prints the source files in DIR, relative to the repository: those that Git does not ignore.
sources() {
	local file
	cd "$REPO" || return
	{
		git -c safe.directory="$REPO" ls-files -co --exclude-standard -- "$1" 2> /dev/null ||
			find "$1" -type f # in an archive of the sources
	} | LC_ALL=C sort | while read -r file; do
		[[ ! -f $file ]] || printf '%s\n' "$file"
	done
}

sources_key() {
	local files
	mapfile -t files < <(sources "$1")
	(cd "$REPO" && key_of_files "${files[@]}" lab/lib/kmem.sh)
}
