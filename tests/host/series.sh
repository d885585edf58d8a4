# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# The patches of upstream/ apply with git am to the newest source in the archive and pass
# checkpatch.pl; with them a plug of a memory group is complete or changes nothing, whichever step
# fails (tests/series).
set -euo pipefail
for part in common cache packages archive source series; do
	# shellcheck source=/dev/null
	. "lab/lib/$part.sh"
done
. tests/guest/lib.sh

command -v git > /dev/null || skip_all "git is not installed"

CHECKPATCH=(scripts/checkpatch.pl scripts/spelling.txt scripts/const_structs.checkpatch)

# unpack VERSION INTO: unpacks the files of the source that the patches change, and the scripts that
# check them.
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

# check_patch TREE PATCH: prints the complaints of checkpatch.pl, except about the commit of a
# Fixes: tag, which it cannot find because TREE has no history.
check_patch() {
	(cd "$1" && perl scripts/checkpatch.pl --no-tree --strict --no-signoff --terse --no-summary \
		--ignore UNKNOWN_COMMIT_ID "$2") || true
}

# core_of TREE: prints the part of the patched source that tests/series/groups.c includes.
core_of() {
	sed -n '/^enum memory_group_state {/,/^};/p; /^struct memory_group_failure {/,/^};/p
		/^struct memory_group_range {/,/^};/p; /^struct memory_group {/,/^};/p' "$1/include/linux/memory.h"
	sed -n '/^void memory_group_update/,/^}/p' "$1/drivers/base/memory.c"
	echo '/*'
	sed -n '/^ \* The memory of a device, as a memory group that has ranges/,$p' "$1/mm/memory_hotplug.c"
}

# build_groups TREE [EXPRESSION]: builds tests/series/groups.c with the core's source, changed by sed.
build_groups() {
	mkdir -p "$1/groups"
	core_of "$1" | sed "${2-}" > "$1/groups/core.inc"
	gcc -std=gnu11 -Wall -Wno-unused-function -fsanitize=address,undefined \
		-I "$1/groups" -I tests/series -o "$1/groups/try" tests/series/groups.c
}

# Mutations of the core's source; tests/series/groups.c has to fail with each.
MUTATIONS=('s/group->undoing = true;//' 's/\(MAX_UNDO_ROUNDS\).*5$/\1 1/' 's/mem->online_type = was;/;/'
	's/memory_group_undo_plug(group);/;/' 's/if (fatal_signal_pending(current))/if (0)/'
	's/READ_ONCE(group->cancelled)/0/' 's/msleep(UNDO_PAUSE_MSECS);/;/')

fails() { ! "$@"; }

# check_groups VERSION TREE
check_groups() {
	local mutation
	is "$1: the core's memory groups compile for the host" "$(build_groups "$2" 2>&1)" ''
	ok "$1: each failure of a plug or an unplug is undone" "$2/groups/try"
	for mutation in "${MUTATIONS[@]}"; do
		ok "$1: $mutation compiles" build_groups "$2" "$mutation"
		ok "$1: $mutation is found" fails "$2/groups/try"
	done
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
	check_groups "$version" "$tree"
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
