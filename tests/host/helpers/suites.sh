# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Builds the library and the command, and runs their test suites.

# skipped_in LOG: prints "POINT<tab>REASON" for each skipped point in a log of meson. A program of
# cmocka prints its reason on a line of its own, before the point.
skipped_in() {
	awk -v OFS='\t' '
		/^# .*: skipped: / { sub(/^# .*: skipped: /, ""); why = $0; next }
		/^(ok |1\.\.0).*# *SKIP/ {
			reason = $0
			sub(/^.*# *SKIP */, "", reason)
			point = $0
			sub(/ *# *SKIP.*$/, "", point)
			sub(/^ok [0-9]+( - )?/, "", point)
			sub(/^1\.\.0$/, "all points", point)
			print point, reason == "" ? why : reason
		}
		/^(not )?ok / { why = "" }' "$1"
}

# run_suites OPTION...: builds with these options of meson, and runs each suite.
run_suites() {
	local names name point reason
	type meson ninja > /dev/null 2>&1 || skip_all "meson or ninja is not installed"
	pkg-config --exists libkmod libudev json-c smartcols ||
		skip_all "libkmod-dev, libudev-dev, libjson-c-dev or libsmartcols-dev is not installed"
	BUILT=$(mktemp -d)
	trap 'rm -rf "$BUILT"' EXIT
	chmod 755 "$BUILT" # tests run the command as another user, too
	ok "the library and the command build without a warning" \
		eval "meson setup --werror $* '$BUILT' && ninja -C '$BUILT'"
	mapfile -t names < <(meson test -C "$BUILT" --no-rebuild --list 2> /dev/null | sed 's/.* //')
	ok "there are suites" test "${#names[@]}" -gt 4
	for name in "${names[@]}"; do
		# Below nohup SIGHUP is ignored, and a shell cannot undo that.
		ok "$name" env --default-signal=HUP meson test -C "$BUILT" --no-rebuild --print-errorlogs "$name"
		while IFS=$'\t' read -r point reason; do
			skip "$name: $point" "$reason"
		done < <(skipped_in "$BUILT/meson-logs/testlog.txt")
	done
	done_testing
}
