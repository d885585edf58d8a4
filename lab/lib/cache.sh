# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Things made once and kept under build/: made in a temporary place, one maker
# at a time, and renamed when complete. A key in the name stands for all that
# the content depends on, so nothing is ever out of date, only unused.

# cached PATH MAKER [ARG...]: runs MAKER TEMPORARY [ARG...] unless PATH exists.
cached() {
	local path=$1 maker=$2 name lock
	shift 2
	[[ -e $path ]] && return
	name=${path#"$BUILD/"}
	mkdir -p "$BUILD/lock" "$(dirname "$path")"
	exec {lock}> "$BUILD/lock/${name//\//%}"
	until flock -w 1 "$lock"; do :; done # signals are looked at in between
	[[ -e $path ]] || make_cached "$path" "$maker" "$@"
	exec {lock}>&-
}

# A maker that fails ends everything: without what it makes nothing can go on, and what
# it has made by then is not that.
make_cached() { apart make_and_keep "$@" || exit; }

make_and_keep() {
	local path=$1 maker=$2 dir
	shift 2
	temporary dir
	"$maker" "$dir/new" "$@"
	mv -T "$dir/new" "$path"
	rmdir "$dir"
}

# key TEXT...: a short name for a content.
key() { printf '%s\n' "$@" | sha256sum | head -c 12; }

# key_of_files FILE...: the same, for names and contents of files.
key_of_files() { sha256sum "$@" | sha256sum | head -c 12; }
