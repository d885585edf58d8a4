#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ansible's module around daxplug apply."""

import json

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: daxplug_apply
short_description: Make DAX devices match daxplug.conf(5)
description:
  - Runs C(daxplug apply) and reports which devices it changed.
options:
  files:
    description: Configuration files to use instead of the system's.
    type: list
    elements: path
    default: []
  boot:
    description:
      - Write module options instead, so that the driver gives devices their state when it
        binds them.
    type: bool
    default: false
  declared:
    description:
      - Whether the declaration is on the host. If not, the module compares nothing and
        reports a change.
    type: bool
    default: true
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
"""

EXAMPLES = r"""
- name: Make all devices match the configuration of the host
  daxplug_apply:
"""

RETURN = r"""
devices:
  description: The result for each device, as printed by daxplug apply -J.
  returned: unless O(boot)
  type: list
  elements: dict
"""

WOULD_CHANGE = 65


def run(module, options):
    """Runs daxplug apply; fails the task for each of its errors."""
    command = ["daxplug", "apply"] + options + module.params["files"]
    status, output, errors = module.run_command(command)
    if status not in (0, WOULD_CHANGE):
        module.fail_json(msg=errors.strip() or "%s: exit status %d" % (" ".join(command), status),
                         rc=status, stdout=output)
    return status, output


def lines(devices, when):
    """Returns the values before or after, a line for each key that differs."""
    return "".join(
        "%s: %s = %s\n" % (device["chardev"], change["key"], change[when])
        for device in devices
        for change in device["changes"]
    )


def apply_devices(module):
    dry_run = ["-n"] if module.check_mode else []
    output = run(module, ["-J"] + dry_run)[1]
    devices = json.loads(output)["devices"]
    differing = [device for device in devices if device["changes"]]
    return {
        "changed": bool(differing),
        "devices": devices,
        "diff": {"before": lines(differing, "before"), "after": lines(differing, "declared")},
    }


def apply_boot(module):
    would_change = run(module, ["--boot", "-n"])[0] == WOULD_CHANGE
    if would_change and not module.check_mode:
        run(module, ["--boot"])
    return {"changed": would_change}


def main():
    module = AnsibleModule(
        argument_spec={
            "files": {"type": "list", "elements": "path", "default": []},
            "boot": {"type": "bool", "default": False},
            "declared": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    if not module.params["declared"]:
        module.exit_json(changed=True)
    module.exit_json(**(apply_boot(module) if module.params["boot"] else apply_devices(module)))


if __name__ == "__main__":
    main()
