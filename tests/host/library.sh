# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# libdaxplug and the command daxplug pass their tests, on recorded trees of sysfs and procfs, built
# as for a distribution.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/suites.sh

run_suites --buildtype=debugoptimized
