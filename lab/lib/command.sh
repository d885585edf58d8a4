# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Builds the command daxplug and its library for the guests, in a root of the guests'
# distribution.

GUEST_COMMAND=/lab/command
COMMAND_PACKAGES=(gcc libc6-dev meson ninja-build pkg-config libkmod-dev libudev-dev
	libjson-c-dev libsmartcols-dev libeconf-dev)
COMMAND_SOURCES=(lib cli man completions kernel/core docs/daxplug.schema.json meson.build
	meson_options.txt)

# build_command: sets COMMAND_TREE.
build_command() {
	COMMAND_ROOT=$BUILD/root/command-$(key "${USERLAND_SUITES[@]}" "${COMMAND_PACKAGES[@]}")
	cached "$COMMAND_ROOT" make_root "the build dependencies of the command daxplug" \
		"${USERLAND_SUITES[*]}" "${COMMAND_PACKAGES[@]}"
	COMMAND_TREE=$BUILD/command/$(key "$(basename "$COMMAND_ROOT")" "$(command_key)")
	cached "$COMMAND_TREE" make_command
}

command_sources() {
	local source
	for source in "${COMMAND_SOURCES[@]}"; do
		sources "$source"
	done
}

command_key() {
	local files
	mapfile -t files < <(command_sources)
	(cd "$REPO" && key_of_files "${files[@]}" lab/lib/command.sh)
}

make_command() {
	local new=$1 scratch inside
	scratch=$(mktemp -d "$COMMAND_ROOT/tmp/build.XXXXXX")
	TEMPORARY+=("$scratch")
	inside=/tmp/$(basename "$scratch")
	say "building the command daxplug"
	(cd "$REPO" && command_sources | cpio --quiet -pd "$scratch")
	{
		in_root "$COMMAND_ROOT" meson setup --prefix="$GUEST_COMMAND" --libdir=lib \
			--buildtype=release -Dtests=disabled -Dc_link_args="-Wl,-rpath,$GUEST_COMMAND/lib" \
			"$inside/work" "$inside" &&
			in_root "$COMMAND_ROOT" env DESTDIR="$inside/root" meson install -C "$inside/work"
	} > "$scratch/log" 2>&1 || { cat "$scratch/log" >&2; die "the command daxplug does not build: see above"; }
	mv "$scratch/root$GUEST_COMMAND" "$new"
	rm -rf "$scratch"
}
