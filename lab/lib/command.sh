# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The command daxplug and its library, built on this machine for the guests.

GUEST_COMMAND=/lab/command

# build_command: sets COMMAND_TREE, or leaves it empty where what is built here
# would not run in a guest, or cannot be built.
build_command() {
	COMMAND_TREE=
	command_can_be_built || return 0
	COMMAND_TREE=$BUILD/command/$(command_key)
	cached "$COMMAND_TREE" make_command
}

# The guests' userland is Debian 12's; a newer libc's programs do not run there.
command_can_be_built() {
	local VERSION_CODENAME=''
	# shellcheck source=/dev/null
	. /etc/os-release
	[[ $VERSION_CODENAME == bookworm ]] && command -v meson ninja > /dev/null &&
		pkg-config --exists libdaxctl libudev json-c smartcols
}

command_sources() { sources lib; sources cli; sources man; sources completions; sources kernel/core; echo meson.build; echo meson_options.txt; }

command_key() {
	local files
	mapfile -t files < <(command_sources | grep -v '^$')
	(cd "$REPO" && key_of_files "${files[@]}" lab/lib/command.sh)
}

make_command() {
	local new=$1 work=$1.work
	say "building the command daxplug"
	{
		meson setup --prefix="$GUEST_COMMAND" --libdir=lib --buildtype=release \
			-Dtests=disabled "$work" "$REPO" &&
			DESTDIR=$work/root meson install -C "$work"
	} > "$new.log" 2>&1 || { cat "$new.log" >&2; die "the command daxplug does not build: see above"; }
	mv "$work/root$GUEST_COMMAND" "$new"
	rm -r "$work" "$new.log"
}
