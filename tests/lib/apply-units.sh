# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The udev rule and the service that run apply. Part of apply.sh.

RULE=$REPO/packaging/91-daxplug-apply.rules
UNIT=$REPO/packaging/daxplug-apply@.service
RELEASE=$REPO/contrib/systemd/daxplug-release@.service

if command -v systemd-analyze > /dev/null; then
	sed "s|^ExecStart=daxplug|ExecStart=$DAXPLUG|" "$UNIT" > "$WORK/daxplug-apply@.service"
	# The instance of the rule, for the device dax0.0.
	instance=$(sed -nE 's/.*"(daxplug-apply@.*\.service)"$/\1/p' "$RULE" | sort -u)
	instance=${instance/'%k'/dax0.0}
	is "the rule wants the instance of the device" "$instance" \
		"$(systemd-escape --path --template=daxplug-apply@.service /dev/dax0.0)"
	ok "the service is valid" systemd-analyze verify --man=no "$WORK/$instance"
	sed "s|^ExecStart=daxplug|ExecStart=$DAXPLUG|" "$RELEASE" > "$WORK/daxplug-release@.service"
	ok "the service that releases a device is valid" \
		systemd-analyze verify --man=no "$WORK/daxplug-release@dax0.0.service"
else
	skip "the service is valid" "no systemd-analyze on this machine"
fi
if udevadm verify --help > /dev/null 2>&1; then
	ok "the udev rule is valid" udevadm verify "$RULE"
else
	skip "the udev rule is valid" "udevadm has no verify, which is new in systemd 254"
fi

is "the service never unplugs at stop" "$(grep -cE '^Exec(Stop|StopPost|Reload)=' "$UNIT")" 0
is "only a device that appears and the binding of kmem start the service" \
	"$(grep 'SYSTEMD_WANTS}' "$RULE" | cut -d , -f 1 | paste -sd ' ') $(grep -c 'SYSTEMD_WANTS}' "$RULE")" 'ACTION=="add" ACTION=="bind" 2'
ok "without configuration the service does nothing" \
	test "$(grep -cE '^Condition(PathExists|DirectoryNotEmpty)=\|' "$UNIT")" -ge 3
ok "daxctl's own service comes first" grep -qE '^After=daxdev-reconfigure@%i.service( |$)' "$UNIT"

# The service runs the command of docs/agents.md, with a device for %i.
command=$(sed -n 's/^ExecStart=//p' "$RELEASE")
# shellcheck disable=SC2016 # systemd's variable
command=${command/'${DAXPLUG_TIMEOUT}'/60s}
ok "the service runs the command of docs/agents.md" \
	grep -qxF -- "${command/'%i'/dax0.0}" "$REPO/docs/agents.md"
new_root ours-6.12-movable
printf 'Node 0, zone Normal\n  pages free 900000\n  low 1\n  high 1\n  managed 900000\n' > "$ROOT/proc/zoneinfo"
read -ra words <<< "${command/'%i'/dax0.0}"
is "the command line is valid" "$(status_of on "${words[@]:1}" --dry-run)" 0
