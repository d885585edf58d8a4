/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that replace the driver: scripts of the driver's package. */
#ifndef DAXPLUG_CLI_DRIVER_SCRIPT_H
#define DAXPLUG_CLI_DRIVER_SCRIPT_H

int driver_script_run(const char *name, void (*help)(void), int argc, char **argv);

#endif /* DAXPLUG_CLI_DRIVER_SCRIPT_H */
