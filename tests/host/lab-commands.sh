# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# The documented commands that boot guests succeed in a clone. lab/check, which runs this test, is run
# as "lab/check -n", which names the tests that the command would run and fails if there are none.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/documents.sh

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
export DAXPLUG_BUILD=${DAXPLUG_BUILD:-$PWD/build}

# Runs the command on a terminal and types "exit" until it ends, for commands that open a shell.
in_clone() {
	cd "$WORK/clone"
	while sleep 5; do echo exit || break; done 2> /dev/null |
		script --quiet --return --command "${1/#lab\/check/lab/check -n}" /dev/null
	return "${PIPESTATUS[1]}"
}

copy_to "$WORK/clone"
mkdir "$WORK/clone/build"
run_commands in_clone tests/host/lab-commands.sh
done_testing
