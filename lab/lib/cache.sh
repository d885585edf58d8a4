# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Makes each item once and keeps it under build/: one process makes it in a temporary directory and
# renames it when it is complete. The name contains a hash of everything that the content depends
# on, so an item is never out of date, only unused.

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

# Ends the command if the maker fails, because the item is needed.
make_cached() { apart make_and_keep "$@" || exit; }

make_and_keep() {
	local path=$1 maker=$2 dir
	shift 2
	temporary dir
	"$maker" "$dir/new" "$@"
	mv -T "$dir/new" "$path"
	rmdir "$dir"
}

# key TEXT...: prints a short hash of the texts.
key() { printf '%s\n' "$@" | sha256sum | head -c 12; }

# key_of_files FILE...: prints a short hash of the names and contents of the files.
key_of_files() { sha256sum "$@" | sha256sum | head -c 12; }
