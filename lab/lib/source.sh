# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Kernels that the archive does not have: its source, changed by upstream/ or as it
# is, configured for guests, so that everything they need and nothing else is compiled.

SOURCE_PACKAGES=(bc bison flex libelf-dev patch python3)
CLANG=19 # the newest that all releases have

source_package() { printf 'linux-source-%s\n' "$(kernel_series "$1")"; }

# wanted_options NAME: the files that list the options: what every guest needs, what of that
# only this series calls so, and what the kernel is for (debug-7.3 is debug).
wanted_options() {
	local file
	for file in guest "guest-$(kernel_series "$1")" "${1%%-*}"; do
		[[ ! -e $REPO/lab/config/$file ]] || printf 'lab/config/%s\n' "$file"
	done
}

# build_key NAME: everything that the build depends on besides the packages.
build_key() {
	local list files
	list=$(wanted_options "$1" && change_sources "$1") || exit
	mapfile -t files <<< "$list"
	(cd "$REPO" && key_of_files "${files[@]}" lab/lib/source.sh)
}

# change_sources NAME: the files that the change of its source is made from.
change_sources() {
	local change
	change=$(kernel_change "$1")
	[[ $change ]] || return 0
	[[ -e $REPO/upstream/$change ]] || die "$1: there is no upstream/$change"
	sources "upstream/$change"
	! kernel_has_daxplug "$1" || { sources upstream/tree; sources kernel; }
}

# build_kernel ROOT NAME: in a root with its source and a compiler. Afterwards it
# is there as if it came from packages, with a note of how long it took.
build_kernel() {
	local KERNEL_ROOT=$1 name=$2 tree release since=$SECONDS
	say "building Linux $KERNEL_VERSION for $name (ten minutes to half an hour on two processors)"
	tree=$(unpack_source "$name" "$KERNEL_ROOT/usr/src") || exit
	configure "$name" "$tree"
	in_tree -j"$(nproc)" bzImage modules
	in_tree INSTALL_MOD_STRIP=1 modules_install
	release=$(< "$KERNEL_ROOT$tree/include/config/kernel.release")
	cp "$KERNEL_ROOT$tree/arch/x86/boot/bzImage" "$KERNEL_ROOT/boot/vmlinuz-$release"
	cp "$KERNEL_ROOT$tree/.config" "$KERNEL_ROOT/boot/config-$release"
	keep_headers "$KERNEL_ROOT$tree" "$KERNEL_ROOT/usr/src/linux-headers-$release"
	rm -r "$KERNEL_ROOT$tree" "$KERNEL_ROOT/usr/src/$(source_package "$name").tar.xz" "$KERNEL_ROOT/lib/modules/$release/build"
	printf '%d s on %d processors\n' $((SECONDS - since)) "$(nproc)" > "$KERNEL_ROOT/boot/built-$release"
}

# source_root NAME: sets KERNEL_ROOT to a root with the source package and compilers, to
# compile parts of it in.
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

# unpack_source NAME DIR: the source, changed as it is for this kernel, in a directory below
# KERNEL_ROOT. Prints the path of the tree as KERNEL_ROOT has it.
unpack_source() {
	local tree
	tree=${2#"$KERNEL_ROOT"}/$(source_package "$1")
	tar -xf "$KERNEL_ROOT/usr/src/$(source_package "$1").tar.xz" -C "$2"
	change_source "$1" "$tree"
	printf '%s\n' "$tree"
}

# change_source NAME TREE
change_source() {
	local change patch
	change=$(kernel_change "$1")
	if [[ ! $change ]]; then
		return
	elif [[ ! -d $REPO/upstream/$change ]]; then
		"$REPO/upstream/$change" "$KERNEL_ROOT$2" || die "upstream/$change failed on Linux $KERNEL_VERSION: see above"
		return
	fi
	for patch in "$REPO/upstream/$change"/*.patch; do
		[[ $patch != */0000-* ]] || continue # the cover letter
		in_kernel_root patch -s -p1 -d "$tree" < "$patch" ||
			die "${patch#"$REPO/"} does not apply to Linux $KERNEL_VERSION: see above"
	done
}

# in_tree ARGUMENT...: make, with few words unless it fails.
in_tree() {
	local log=$KERNEL_ROOT/tmp/make.log
	(cd / && in_kernel_root nice -n "$(least_nice)" make -s -C "$tree" KBUILD_BUILD_USER=lab KBUILD_BUILD_HOST=lab "$@") \
		> "$log" 2>&1 && return
	tail -n 30 "$log" >&2
	die "Linux $KERNEL_VERSION for $name does not build: see above"
}

# least_nice: how much to add for a niceness of 10 at least.
least_nice() {
	local already
	already=$(nice)
	echo $((already < 10 ? 10 - already : 0))
}

# all_wanted NAME: the lines of wanted_options.
all_wanted() {
	(cd "$REPO" && wanted_options "$1" | xargs cat)
	printf 'CONFIG_LOCALVERSION="-%s"\n' "${1%%-*}"
}

# Everything that is not asked for is off.
configure() {
	local name=$1 tree=$2 wanted=$2/wanted.config refused
	all_wanted "$name" > "$KERNEL_ROOT$wanted"
	in_tree KCONFIG_ALLCONFIG="$wanted" allnoconfig
	refused=$(refused_options "$KERNEL_ROOT$wanted" "$KERNEL_ROOT$tree/.config" | xargs)
	[[ ! $refused ]] || die "Linux $KERNEL_VERSION cannot be configured for $name as lab/config says: $refused"
}

# refused_options WANTED GOT: an option may have lost what it depends on.
refused_options() {
	awk -F = '
		NR == FNR { if (/^CONFIG_/) wanted[$1] = $0; next }
		/^CONFIG_/ { got[$1] = $0 }
		END { for (name in wanted) if (wanted[name] ~ /=n$/ ? name in got : got[name] != wanted[name]) print wanted[name] }
	' "$1" "$2"
}

# keep_headers TREE HEADERS: what modules are built with.
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
