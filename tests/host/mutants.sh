# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# With any one of the driver's precautions removed, the guest test that is named for it fails.
set -euo pipefail

tests/mutants/driver
