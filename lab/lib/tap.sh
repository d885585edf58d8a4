# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Judges the output of a test (Test Anything Protocol) and its exit status.

# What bash prints on its standard error if a script is wrong.
SHELL_ERRORS='\(error token is|: command not found$|: unbound variable$|: syntax error'

# tap_verdict FILE STATUS DRIVER ERRORS: prints the numbers, then one line per finding:
#	count PASSED FAILED SKIPPED
#	failed DESCRIPTION | skipped REASON | differs REASON
# A TODO excuses only the stock driver. Incomplete output is a failure, and so are points out of
# order, a skip without a reason, and a status that contradicts the output. So is an error of bash in
# the test itself: after an error in arithmetic bash skips the rest of the compound command with all
# its points, and a missing function prints nothing, which may be the wanted text.
tap_verdict() {
	awk -v broken="$(grep -m 1 -E "$SHELL_ERRORS" "$4" || true)" -v status="$2" -v meaning="$(status_meaning "$2" "$4")" -v driver="$3" '
		function finding(kind, text) { found[++n] = kind " " text; count[kind]++ }
		function reason(line) {
			sub(/^.*# *(SKIP|skip|TODO|todo)[: \t]*/, "", line)
			return line
		}
		function skipped(line) {
			if (reason(line) == "")
				finding("failed", "a skip without a reason: " line)
			else
				finding("skipped", reason(line))
		}
		/^Bail out!/ { finding("failed", $0) }
		/^1\.\.[0-9]+/ {
			planned += substr($1, 4)
			plans++
			if (/# *(SKIP|skip)/) skipped($0)
			next
		}
		!/^(not )?ok / { next }
		{
			points++
			# A test that is a series of tests begins again at 1.
			number = $(/^not / ? 3 : 2)
			if (number ~ /^[0-9]+$/ && number != 1 && number != last + 1)
				finding("failed", "point " number " follows point " last + 0)
			last = number
		}
		/^ok .*# *(SKIP|skip)([ :\t]|$)/ { skipped($0); next }
		/^not ok .*# *TODO/ && driver == "stock" { finding("differs", reason($0)); next }
		/^not ok / { finding("failed", $0); next }
		{ count["passed"]++ }
		END {
			if (status == 77 && !points && !plans)
				finding("skipped", meaning)
			else if (!plans)
				finding("failed", "no plan, the test ended early: status " status " " meaning)
			else if (planned != points)
				finding("failed", points + 0 " of " planned " points seen")
			else if (!points && !count["skipped"] && !count["failed"])
				finding("failed", "no points at all")
			if (broken)
				finding("failed", broken)
			if (status != 0 && (status != 77 || points) && !count["failed"])
				finding("failed", "status " status " " meaning)
			print "count", count["passed"] + 0, count["failed"] + 0, count["skipped"] + 0
			for (i = 1; i <= n; i++) print found[i]
		}' "$1"
}

# status_meaning STATUS ERRORS: explains a status, with the test's error output.
status_meaning() {
	case $1 in
	"$EXIT_SKIP") tail -n 1 "$2" ;;
	"$EXIT_SETUP") echo "(the guest could not be set up)" ;;
	"$EXIT_NO_STATUS") echo "(the guest died)" ;;
	"$EXIT_SPLAT") echo "(a fault in the kernel log)" ;;
	"$EXIT_TIMEOUT") echo "(out of time)" ;;
	esac
}
