# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Finds the patches of upstream/ and the kernel sources that they apply to.

# series_versions: prints the series of kernels that have patches.
series_versions() { (cd "$REPO/upstream" && printf '%s\n' [0-9]*/) | sed 's|/$||' | sort -V; }

# series_patches VERSION: prints the patches, without the cover letter.
series_patches() { printf '%s\n' "$REPO/upstream/$1"/[0-9]*.patch | grep -v /0000-; }

# kernel_source NAME: sets SOURCE to the archive of the source that the kernel NAME is built from,
# and KERNEL_VERSION to the package's version.
kernel_source() {
	local kernel
	kernel=$(kernel_in_archive "$1" 1440) || exit
	KERNEL_VERSION=${kernel#* }
	SOURCE=$BUILD/source/$(source_package "$1")-$KERNEL_VERSION.tar.xz
	cached "$SOURCE" fetch_source "$1"
}

# fetch_source NEW NAME
fetch_source() {
	local new=$1 package lists download
	package=$(source_package "$2")
	lists=$(kernel_lists "$2")
	temporary download
	say "fetching $package $KERNEL_VERSION"
	(cd "$download" && in_lists "$lists" apt-get -qq download "$package=$KERNEL_VERSION" >&2) ||
		die "$package=$KERNEL_VERSION could not be fetched: see above"
	dpkg-deb --fsys-tarfile "$download"/*.deb | tar -xO "./usr/src/$package.tar.xz" > "$new"
}
