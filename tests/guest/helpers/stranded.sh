# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What tests ask of memory that no device owns.
. "$LAB/tests/guest/helpers/device.sh"

STRANDED=$KMEM/stranded

# stranded: the names of all directories there, in one line.
stranded() {
	local dir names=()
	for dir in "$STRANDED"/*-*; do
		[[ ! -d $dir ]] || names+=("${dir##*/}")
	done
	printf '%s\n' "${names[*]}"
}

# facts NAME: all that its files say, in one line.
facts() {
	local file
	for file in start size blocks_total blocks_online quarantined; do
		printf '%s=%s ' "$file" "$(cat "$STRANDED/$1/$file")"
	done
}

# reclaim NAME: prints "done" or the errno's name.
reclaim() { write_file "$STRANDED/$1/reclaim" 1; }

# name_of START SIZE: the name of such a range.
name_of() { printf '%x-%x\n' "$1" $(($1 + $2 - 1)); }

refcount() { cat /sys/module/kmem/refcnt; }
