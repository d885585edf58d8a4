# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The patches of upstream/ apply with git am to the newest source in the archive, and have
# the form that the kernel wants.
set -euo pipefail
for part in common cache packages archive source series; do
	# shellcheck source=/dev/null
	. "lab/lib/$part.sh"
done
. tests/guest/lib.sh

command -v git > /dev/null || skip_all "git is not installed"

CHECKPATCH=(scripts/checkpatch.pl scripts/spelling.txt scripts/const_structs.checkpatch)

# unpack VERSION INTO: of the source what the patches change, and what checks them.
unpack() {
	local files
	mapfile -t files < <(series_patches "$1" | xargs sed -n 's|^--- a/||p' | sort -u)
	tar -xf "$SOURCE" -C "$2" --strip-components=1 \
		"${files[@]/#/linux-source-$1/}" "${CHECKPATCH[@]/#/linux-source-$1/}"
}

as_repository() {
	git -C "$1" init -q
	git -C "$1" config user.name test
	git -C "$1" config user.email test@localhost
	git -C "$1" add -A
	git -C "$1" commit -q -m source
}

# check_patch TREE PATCH: prints what checkpatch.pl has to say against it.
check_patch() {
	(cd "$1" && perl scripts/checkpatch.pl --no-tree --strict --no-signoff --terse --no-summary "$2") || true
}

check_series() {
	local version=$1 tree patch patches
	temporary tree
	kernel_source "series-$version"
	unpack "$version" "$tree"
	as_repository "$tree"
	mapfile -t patches < <(series_patches "$version")
	note "linux-source-$version $KERNEL_VERSION, ${#patches[@]} patches"
	ok "$version: git am applies all patches" git -C "$tree" am --quiet "${patches[@]}"
	for patch in "${patches[@]}"; do
		is "$version: checkpatch.pl on ${patch##*/}" "$(check_patch "$tree" "$patch" 2>&1)" ''
	done
	is "$version: the cover letter lists each patch" \
		"$(sed -nE 's/^.*\(([0-9]+)\):$/\1/p' "upstream/$version/0000-cover-letter.patch")" "${#patches[@]}"
}

mapfile -t VERSIONS < <(series_versions)
ok "there are patches" test "${#VERSIONS[@]}" -gt 0
for version in "${VERSIONS[@]}"; do
	check_series "$version"
done
done_testing
