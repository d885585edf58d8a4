# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Builds the packages of this repository in a minimal root of a machine's release.

DEB_SOURCES=(LICENSES Makefile README.md cli completions debian dkms.conf docs kernel lib man
	meson.build meson_options.txt packaging contrib tests/lib)

# build_debs RELEASE: sets DEBS to a directory with the packages that "make deb" builds there.
build_debs() {
	local files
	deb_root "$1"
	mapfile -t files < <(deb_files)
	DEBS=$BUILD/deb/$1-$(key "$(basename "$DEB_ROOT")" "$(cd "$REPO" && key_of_files "${files[@]}" lab/lib/deb.sh)")
	cached "$DEBS" make_debs "$1" "$DEB_ROOT" "${files[@]}"
}

# deb_root RELEASE: sets DEB_ROOT to a minimal root of the release with the build dependencies that
# debian/control names.
deb_root() {
	local suites packages
	read -ra suites <<< "${MACHINE_SUITES[$1]}"
	mapfile -t packages < <(build_dependencies)
	packages+=(build-essential)
	DEB_ROOT=$BUILD/root/deb-$1-$(key "${suites[@]}" "${packages[@]}")
	cached "$DEB_ROOT" make_root "the build dependencies of the packages for Debian $1" "${suites[*]}" "${packages[@]}"
}

deb_files() {
	local source
	for source in "${DEB_SOURCES[@]}"; do sources "$source"; done
}

# Prints the build dependencies that debian/control names.
build_dependencies() {
	sed -n '/^Build-Depends:/,/^[^ ]/{s/^Build-Depends: *//;/^ \|^debhelper/p}' "$REPO/debian/control" |
		tr ',' '\n' | sed -E 's/debhelper-compat.*/debhelper/; s/[[:space:]]*[(<].*//; s/[[:space:]]//g; /^$/d'
}

# make_debs NEW RELEASE ROOT FILE...
make_debs() {
	local new=$1 release=$2 root=$3 scratch
	shift 3
	scratch=$(mktemp -d "$root/tmp/build.XXXXXX")
	TEMPORARY+=("$scratch")
	say "building the packages for Debian $release"
	mkdir "$scratch/tree"
	(cd "$REPO" && printf '%s\n' "$@" | cpio --quiet -pdm "$scratch/tree")
	in_root "$root" env DEB_BUILD_OPTIONS=nocheck make -C "/tmp/$(basename "$scratch")/tree" deb > "$scratch/log" 2>&1 || {
		cat "$scratch/log" >&2
		die "the packages do not build for Debian $release: see above"
	}
	mv "$scratch/tree/build/deb" "$new"
	rm -rf "$scratch"
}
