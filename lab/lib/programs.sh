# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Builds the programs that tests run in guests, in the root in which the command is built. Each
# directory of C files becomes a program of the same name.

GUEST_PROGRAMS=(tests/storm tests/live tests/copy)
PROGRAM_FLAGS=(-std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -pthread)

# build_programs: sets PROGRAMS to a directory with the programs. Call build_command first.
build_programs() {
	local files
	mapfile -t files < <(program_sources)
	PROGRAMS=$BUILD/programs/$(cd "$REPO" && key "$(basename "$COMMAND_ROOT")" "$(key_of_files "${files[@]}" lab/lib/programs.sh)")
	cached "$PROGRAMS" make_programs
}

program_sources() {
	local dir
	for dir in "${GUEST_PROGRAMS[@]}"; do
		sources "$dir"
	done
}

make_programs() {
	local new=$1 scratch inside dir
	scratch=$(mktemp -d "$COMMAND_ROOT/tmp/build.XXXXXX")
	TEMPORARY+=("$scratch")
	inside=/tmp/$(basename "$scratch")
	mkdir "$new"
	(cd "$REPO" && program_sources | cpio --quiet -pd "$scratch")
	for dir in "${GUEST_PROGRAMS[@]}"; do
		say "building the program in $dir"
		# shellcheck disable=SC2016 # the inner shell expands it
		in_root "$COMMAND_ROOT" sh -c 'cd "$1" && shift && exec gcc "$@" *.c' sh \
			"$inside/$dir" "${PROGRAM_FLAGS[@]}" -o "$inside/program" > "$scratch/log" 2>&1 || {
			cat "$scratch/log" >&2
			die "$dir does not build: see above"
		}
		mv "$scratch/program" "$new/$(basename "$dir")"
	done
	rm -rf "$scratch"
}
