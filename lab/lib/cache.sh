# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Makes things once and keeps them under build/: in a temporary place, one maker at a time,
# renamed when complete. A key in the name covers everything that the content depends on, so a
# thing is never out of date, only unused.

# cached PATH MAKER [ARG...]: runs MAKER TEMPORARY [ARG...] unless PATH exists.
cached() {
	local path=$1 maker=$2 name lock
	shift 2
	[[ -e $path ]] && return
	name=${path#"$BUILD/"}
	mkdir -p "$BUILD/lock" "$(dirname "$path")"
	exec {lock}> "$BUILD/lock/${name//\//%}"
	until flock -w 1 "$lock"; do :; done # bash handles signals in between
	[[ -e $path ]] || make_cached "$path" "$maker" "$@"
	exec {lock}>&-
}

# A maker that fails ends the command: the thing is needed, and what the maker left is incomplete.
make_cached() { apart make_and_keep "$@" || exit; }

make_and_keep() {
	local path=$1 maker=$2 dir
	shift 2
	temporary dir
	"$maker" "$dir/new" "$@"
	mv -T "$dir/new" "$path"
	rmdir "$dir"
}

# key TEXT...: prints a short name for a content.
key() { printf '%s\n' "$@" | sha256sum | head -c 12; }

# key_of_files FILE...: the same for names and contents of files.
key_of_files() { sha256sum "$@" | sha256sum | head -c 12; }
