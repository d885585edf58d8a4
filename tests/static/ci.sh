# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The CI workflow installs the packages that the checkout and the cache need, then runs .ci/run, which
# runs lab/check as CONTRIBUTING says, in a release that README names. A run that fails or times out
# saves the cache and its logs.
set -euo pipefail
. tests/guest/lib.sh

WORKFLOW=.github/workflows/ci.yml

# steps: prints the commands, the actions and their conditions, one per line.
steps() { sed -nE 's/^ *(- )?(run|uses|if): +/\2: /p' "$WORKFLOW"; }

# minutes: prints the timeouts, the job's first.
minutes() { sed -nE 's/^ *timeout-minutes: +//p' "$WORKFLOW"; }

# Before the cache is restored, zstd has to be there: caches with and without it differ.
is "the steps of the workflow" "$(steps)" "\
run: apt-get update && apt-get install -y --no-install-recommends ca-certificates git zstd
uses: actions/checkout@v4
uses: actions/cache/restore@v4
run: .ci/run
if: always()
uses: actions/cache/save@v4
if: \${{ !success() }}
uses: actions/upload-artifact@v4"
ok "the suite times out before the job" eval "$(minutes | paste -sd ' ' | sed -E 's/(.*) (.*)/test \1 -gt \2/')"
ok ".ci/run is executable" test -x .ci/run
is ".ci/run is lab/check" "$(.ci/run -n)" "$(lab/check -n)"
ok "CONTRIBUTING names lab/check" grep -qE '^lab/check +# what every change has to pass' CONTRIBUTING.md
image=$(sed -nE 's/^ *image: +//p' "$WORKFLOW")
ok "README names the release of the container, $image" grep -q "On Debian .*\b${image#debian:}\b" README.md
done_testing
