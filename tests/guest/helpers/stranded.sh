# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Reads and reclaims stranded memory.
. "$LAB/tests/guest/helpers/device.sh"

STRANDED=$KMEM/stranded

# stranded: prints the names of all directories in stranded/, in one line.
stranded() {
	local dir names=()
	for dir in "$STRANDED"/*-*; do
		[[ ! -d $dir ]] || names+=("${dir##*/}")
	done
	printf '%s\n' "${names[*]}"
}

# facts NAME: prints the content of the files in stranded/NAME, in one line.
facts() {
	local file
	for file in start size blocks_total blocks_online quarantined; do
		printf '%s=%s ' "$file" "$(cat "$STRANDED/$1/$file")"
	done
}

# reclaim NAME: reclaims the range; prints "done" or the errno's name.
reclaim() { write_file "$STRANDED/$1/reclaim" 1; }

# name_of START SIZE: prints the name of the range in stranded/.
name_of() { printf '%x-%x\n' "$1" $(($1 + $2 - 1)); }

refcount() { cat /sys/module/kmem/refcnt; }
