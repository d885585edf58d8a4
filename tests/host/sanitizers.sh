# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# libdaxplug and the command daxplug pass their tests under the address and the undefined-behaviour
# sanitizer.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/suites.sh

run_suites -Db_sanitize=address,undefined -Db_lundef=false
