# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# libdaxplug and the command daxplug pass their tests, on recorded trees of sysfs and procfs,
# built with the sanitizers.
set -euo pipefail
. tests/guest/lib.sh

command -v meson ninja > /dev/null || skip_all "meson is not installed"
pkg-config --exists libkmod libudev json-c smartcols ||
	skip_all "libkmod-dev, libudev-dev, libjson-c-dev or libsmartcols-dev is not installed"

build=$(mktemp -d)
chmod 755 "$build" # tests run the command as another user, too
trap 'rm -rf "$build"' EXIT
ok "the library and the command build without a warning" eval "meson setup --werror -Db_sanitize=address,undefined -Db_lundef=false '$build' && ninja -C '$build'"
mapfile -t names < <(meson test -C "$build" --no-rebuild --list 2> /dev/null | sed 's/.* //')
for name in "${names[@]}"; do
	# Below nohup SIGHUP is ignored, and a shell cannot undo that.
	ok "$name" env --default-signal=HUP meson test -C "$build" --no-rebuild --print-errorlogs "$name"
done
ok "there are tests" test "${#names[@]}" -gt 4
done_testing
