# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Builds kernels that the archive does not have, from the archive's source, with or
# without a change from upstream/, configured with only what guests need.

SOURCE_PACKAGES=(bc bison ccache flex libelf-dev patch python3)
CLANG=19 # the newest version that all releases have

source_package() { printf 'linux-source-%s\n' "$(kernel_series "$1")"; }

# wanted_options NAME: prints the files that list the options: those that every guest needs, those
# that only this series has by that name, and those of the kernel (debug for debug-7.3).
wanted_options() {
	local file
	for file in guest "guest-$(kernel_series "$1")" "${1%%-*}"; do
		[[ ! -e $REPO/lab/config/$file ]] || printf 'lab/config/%s\n' "$file"
	done
}

# build_key NAME: prints a hash of everything that the build depends on besides the packages.
build_key() {
	local list file
	list=$(wanted_options "$1" && change_sources "$1" && echo lab/lib/source.sh) || exit
	(cd "$REPO" && while read -r file; do build_part "$file" || exit; done <<< "$list") | sha256sum | head -c 12
}

# build_part FILE: prints the part of FILE that the build depends on: the changes of a patch, without
# its name and message; the name and all of any other file.
build_part() {
	if [[ $1 == *.patch ]]; then
		sed -n '/^diff --git/,$p' "$1"
	else
		printf '%s\n' "$1"
		cat "$1"
	fi
}

# change_sources NAME: prints the files that the change of its source is made from.
change_sources() {
	local change
	change=$(kernel_change "$1")
	[[ $change ]] || return 0
	[[ -e $REPO/upstream/$change ]] || die "$1: upstream/$change does not exist"
	sources "upstream/$change"
	! kernel_has_daxplug "$1" || { sources upstream/tree; sources kernel; }
}

# build_kernel ROOT NAME: builds the kernel in ROOT, which has its source and a compiler, and installs
# it there like a package. /boot/built-RELEASE says how long the build took.
build_kernel() {
	local KERNEL_ROOT=$1 name=$2 tree release since=$SECONDS
	say "building Linux $KERNEL_VERSION for $name (ten minutes to half an hour on two processors)"
	tree=$(unpack_source "$name" "$KERNEL_ROOT/usr/src") || exit
	configure "$name" "$tree"
	in_tree "$tree" -j"$(nproc)" bzImage modules
	in_tree "$tree" INSTALL_MOD_STRIP=1 modules_install
	release=$(< "$KERNEL_ROOT$tree/include/config/kernel.release")
	cp "$KERNEL_ROOT$tree/arch/x86/boot/bzImage" "$KERNEL_ROOT/boot/vmlinuz-$release"
	cp "$KERNEL_ROOT$tree/.config" "$KERNEL_ROOT/boot/config-$release"
	keep_headers "$KERNEL_ROOT$tree" "$KERNEL_ROOT/usr/src/linux-headers-$release"
	rm -r "$KERNEL_ROOT$tree" "$KERNEL_ROOT/usr/src/$(source_package "$name").tar.xz" "$KERNEL_ROOT/lib/modules/$release/build"
	printf '%d s on %d processors\n' $((SECONDS - since)) "$(nproc)" > "$KERNEL_ROOT/boot/built-$release"
}

# source_root NAME: sets KERNEL_ROOT to a root with the source package and compilers, for
# compiling parts of the kernel.
source_root() {
	local suites packages kernel
	kernel=$(kernel_in_archive "$1" 1440) || exit
	KERNEL_VERSION=${kernel#* }
	read -ra suites <<< "$(kernel_suites "$1")"
	packages=("$(source_package "$1")=$KERNEL_VERSION" "${SOURCE_PACKAGES[@]}" "${BUILD_PACKAGES[@]}"
		{clang,lld,llvm}-"$CLANG")
	KERNEL_ROOT=$BUILD/root/source-$(kernel_series "$1")-$(key "${suites[@]}" "${packages[@]}")
	cached "$KERNEL_ROOT" make_root "the source of Linux $KERNEL_VERSION with compilers" "${suites[*]}" "${packages[@]}"
}

# unpack_source NAME DIR: unpacks the kernel's source in DIR, which is below KERNEL_ROOT, and changes
# it for this kernel. Prints the path of the tree, relative to KERNEL_ROOT.
unpack_source() {
	local tree
	tree=${2#"$KERNEL_ROOT"}/$(source_package "$1")
	tar -xf "$KERNEL_ROOT/usr/src/$(source_package "$1").tar.xz" -C "$2"
	change_source "$1" "$tree"
	printf '%s\n' "$tree"
}

# change_source NAME TREE: applies the kernel's change, if it has one, to the source in TREE, which
# is relative to KERNEL_ROOT.
change_source() {
	local tree=$2 change patch
	change=$(kernel_change "$1")
	if [[ ! $change ]]; then
		return
	elif [[ ! -d $REPO/upstream/$change ]]; then
		"$REPO/upstream/$change" "$KERNEL_ROOT$tree" || die "upstream/$change failed on Linux $KERNEL_VERSION: see above"
		return
	fi
	for patch in "$REPO/upstream/$change"/*.patch; do
		[[ $patch != */0000-* ]] || continue # the cover letter
		in_kernel_root patch -s -p1 -d "$tree" < "$patch" ||
			die "${patch#"$REPO/"} does not apply to Linux $KERNEL_VERSION: see above"
	done
}

# in_tree TREE ARGUMENT...: runs make in TREE, which is relative to KERNEL_ROOT, quietly unless it fails.
# Kernels share the objects that are compiled from the same code.
in_tree() {
	local tree=$1 log=$KERNEL_ROOT/tmp/make.log
	shift
	mkdir -p "$BUILD/ccache"
	(cd / && ROOT_MNT=$BUILD/ccache in_kernel_root env CCACHE_DIR=/mnt PATH=/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin \
		nice -n "$(least_nice)" make -s -C "$tree" KBUILD_BUILD_USER=lab KBUILD_BUILD_HOST=lab "$@") \
		> "$log" 2>&1 && return
	tail -n 30 "$log" >&2
	die "Linux $KERNEL_VERSION does not build in $tree (make $*): see above"
}

# least_nice: prints the increment to a niceness of at least 10.
least_nice() {
	local already
	already=$(nice)
	echo $((already < 10 ? 10 - already : 0))
}

# all_wanted NAME: prints the options that the kernel is to have.
all_wanted() {
	(cd "$REPO" && wanted_options "$1" | xargs cat)
	printf 'CONFIG_LOCALVERSION="-%s"\n' "${1%%-*}"
}

# configure NAME TREE: configures the kernel with the wanted options; every other option is off.
configure() {
	local name=$1 tree=$2 wanted=$2/wanted.config refused
	all_wanted "$name" > "$KERNEL_ROOT$wanted"
	in_tree "$tree" KCONFIG_ALLCONFIG="$wanted" allnoconfig
	refused=$(refused_options "$KERNEL_ROOT$wanted" "$KERNEL_ROOT$tree/.config" | xargs)
	[[ ! $refused ]] || die "Linux $KERNEL_VERSION cannot be configured for $name as lab/config says: $refused"
}

# refused_options WANTED GOT: prints the wanted options that Kconfig has not accepted, for example
# because a dependency is missing.
refused_options() {
	awk -F = '
		NR == FNR { if (/^CONFIG_/) wanted[$1] = $0; next }
		/^CONFIG_/ { got[$1] = $0 }
		END { for (name in wanted) if (wanted[name] ~ /=n$/ ? name in got : got[name] != wanted[name]) print wanted[name] }
	' "$1" "$2"
}

# keep_headers TREE HEADERS: moves the files that modules are built with to HEADERS.
keep_headers() {
	local tree=$1 headers=$2
	mkdir -p "$headers"/{arch,tools/bpf}
	mv -t "$headers" "$tree"/{.config,Makefile,Module.symvers,include,scripts}
	mv -t "$headers/arch" "$tree/arch/x86"
	mv -t "$headers/tools" "$tree/tools/objtool"
	mv -t "$headers/tools/bpf" "$tree/tools/bpf/resolve_btfids"
	objcopy --strip-debug "$tree/vmlinux" "$headers/vmlinux" # its BTF stays
	find "$headers/arch" "$headers/tools" \( -name '*.o' -o -name '*.a' -o -name '*.cmd' \) -delete
}
