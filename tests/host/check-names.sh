# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# "lab/check -n" prints the tests that the same options would run, and runs none.
set -euo pipefail
. tests/guest/lib.sh

is "a test of this machine" "$(lab/check -n tap)" tap
is "a test in a guest" "$(lab/check -n -k 6.12 race)" "race 6.12 ours -s 1G"
is "with both drivers" "$(lab/check -n -k 7.3 per-block | cut -d' ' -f1-3)" $'per-block 7.3 ours\nper-block 7.3 stock'
is "a test for --full" "$(lab/check -n -k 6.12 hibernation || true)" ''
is "with --full" "$(lab/check -n --full -k 6.12 hibernation | cut -d' ' -f1,2)" "hibernation 6.12"
status=0
said=$(lab/check -n nonsense) || status=$?
is "no test of that name" "$status: $said" "1: FAILED  nonsense: no test of that name"

# Runs a static test with an empty build directory.
BUILD=$(mktemp -d)
trap 'rm -rf "$BUILD"' EXIT
ok "a test of this machine runs" eval "DAXPLUG_BUILD=$BUILD lab/check licence > $BUILD/said 2>&1"
is "no kernel is prepared for it" "$(find "$BUILD" -mindepth 1 -maxdepth 1 ! -name log ! -name said ! -name lock)" ''
done_testing
