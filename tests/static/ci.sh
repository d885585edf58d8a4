# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The CI workflow installs the packages that a checkout needs, then runs .ci/run, which runs lab/check
# as CONTRIBUTING says, in a release that README names.
set -euo pipefail
. tests/guest/lib.sh

WORKFLOW=.github/workflows/ci.yml

# steps: prints the commands of the workflow, one a line.
steps() { sed -nE 's/^ *run: +//p' "$WORKFLOW"; }

is "the commands of the workflow" "$(steps)" "\
apt-get update && apt-get install -y --no-install-recommends ca-certificates git
.ci/run"
ok ".ci/run is executable" test -x .ci/run
is ".ci/run is lab/check" "$(.ci/run -n)" "$(lab/check -n)"
ok "CONTRIBUTING names lab/check" grep -qE '^lab/check +# what every change has to pass' CONTRIBUTING.md
image=$(sed -nE 's/^ *image: +//p' "$WORKFLOW")
ok "README names the release of the container, $image" grep -q "On Debian .*\b${image#debian:}\b" README.md
done_testing
