# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# The documented commands that take minutes succeed in a clone, like those of tests/host/commands.sh.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/documents.sh

WORK=$(mktemp -d)
chmod 755 "$WORK" # tests run the command as another user, too
trap 'rm -rf "$WORK"' EXIT

in_clone() { (cd "$WORK/clone" && bash -c "$1"); }

copy_to "$WORK/clone"
run_commands in_clone tests/host/slow-commands.sh
done_testing
