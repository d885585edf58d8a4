# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The documented commands that need neither a guest nor a root of the lab succeed in a clone.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/documents.sh

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

in_clone() { (cd "$WORK/clone" && bash -c "$1"); }

copy_to "$WORK/clone"
run_commands in_clone tests/host/commands.sh
done_testing
