// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "list", command_list, "list DAX devices and the state of their memory" },
	{ "show", command_show, "show all about devices, with a map of the memory blocks" },
	{ "plug", command_plug, "put all memory of devices online" },
	{ "unplug", command_unplug, "take all memory of devices offline and remove it" },
	{ "replug", command_replug, "unplug and plug, in another zone for example" },
	{ "monitor", command_monitor, "tell what happens to devices, until interrupted" },
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void help(void)
{
	unsigned int i;

	puts("usage: daxplug COMMAND [options]\n"
	     "\n"
	     "Plug and unplug the memory of DAX devices (CXL, persistent and high-bandwidth\n"
	     "memory) as a whole.\n");
	for (i = 0; i < COMMAND_COUNT; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].help);
	puts("\ndaxplug COMMAND --help and daxplug(8) tell more.");
}

/* A file opened later must not be taken for one of the three. */
static void ensure_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static int run(int argc, char **argv)
{
	static char name[] = "daxplug";
	unsigned int i;

	if (argc < 2)
		return usage_error("which command?");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		help();
		return EXIT_DONE;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("daxplug " DAXPLUG_VERSION);
		return EXIT_DONE;
	}

	for (i = 0; i < COMMAND_COUNT; i++) {
		if (!strcmp(argv[1], commands[i].name)) {
			/* With which getopt_long() begins its complaints. */
			argv[1] = name;
			return commands[i].run(argc - 1, argv + 1);
		}
	}
	return usage_error("there is no command %s", argv[1]);
}

int main(int argc, char **argv)
{
	int status;

	ensure_standard_files();
	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_CTYPE, "");

	status = run(argc, argv);
	if (fflush(stdout) || ferror(stdout)) {
		complain("cannot write to standard output");
		/* What has been done to a device matters more. */
		return status ? status : EXIT_FAILED;
	}
	return status;
}
