# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# Each fuzz target runs for a few seconds, from its corpus: inputs that once found a fault find none.
set -euo pipefail

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
DAXPLUG_FUZZ_BUILD=$build/fuzz tests/fuzz/run 3
