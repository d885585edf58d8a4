// SPDX-License-Identifier: GPL-2.0-or-later
/* A support bundle: the files that daxplug reads, as a tree that --sysroot reads back. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "complain.h"
#include "core/plural.h"
#include "options.h"
#include "program.h"
#include "record_log.h"
#include "record_what.h"
#include "select.h"
#include "signals.h"
#include "span.h"
#include "status.h"

/* The top directory of an archive. */
#define NAME "daxplug-record"

/* The file that describes the record; no system has a file of that name. */
#define ABOUT "daxplug-record.txt"

/**
 * struct job - the options of the command line
 * @output: the archive or directory to be written
 * @selection: selects no device
 * @made: whether @output has been made by this command
 */
struct job {
	const char *output;
	struct selection selection;
	bool made;
};

static void print_help(void)
{
	puts("usage: daxplug record [-o FILE|DIR]\n"
	     "\n"
	     "Record what daxplug reads of this system, the driver's messages and the\n"
	     "configuration, for a report or a test. 'daxplug --sysroot DIR list' reads it\n"
	     "back. Run it as root, or addresses and some files are missing.\n"
	     "\n"
	     "  -o, --output FILE     write an archive if .tar or .tgz is in the name, or else\n"
	     "                        a directory (default daxplug-record-TIME.tar.gz)\n"
	     "\n" GLOBAL_HELP);
}

/* --- the tree --- */

static void print_about(FILE *about)
{
	char when[STAMP_SIZE];

	stamp_text(stamp_now(), true, when);
	fprintf(about, "daxplug %s, %s, %s\n", DAXPLUG_VERSION, when,
		geteuid() ? "not root" : "root");
}

static int tell(const struct record_tree *tree, const char *output)
{
	if (tree->error) {
		complain("cannot write %s: %s; nothing was recorded", output,
			 strerror(tree->error));
		return EXIT_FAILED;
	}
	if (tree->denied) {
		complain("no permission to read %u file%s; record as root", tree->denied,
			 dax_plural(tree->denied));
		return EXIT_CANNOT_TELL;
	}
	return EXIT_DONE;
}

/* Fills a directory. Writes the notes last, when they are complete. */
static int fill(struct daxplug *daxplug, int directory, const char *output)
{
	struct record_tree tree = { .directory = directory };
	char *notes = NULL;
	size_t size;

	tree.notes = open_memstream(&notes, &size);
	if (!tree.notes) {
		complain("out of memory");
		return EXIT_CANNOT_TELL;
	}
	print_about(tree.notes);
	record_what(&tree, daxplug);
	record_log(&tree);
	if (fclose(tree.notes))
		tree.error = ENOMEM;
	else
		record_write(&tree, ABOUT, notes);
	free(notes);
	return tell(&tree, output);
}

static int make_tree(struct daxplug *daxplug, struct job *job, const char *path)
{
	int directory, status;

	if (mkdir(path, 0700)) {
		complain("cannot make the directory %s: %m", path);
		return EXIT_FAILED;
	}
	if (path == job->output)
		job->made = true;
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0) {
		complain("cannot open the directory %s: %m", path);
		return EXIT_FAILED;
	}
	status = fill(daxplug, directory, job->output);
	close(directory);
	return status;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status, (void)type, (void)place;
	return remove(path);
}

static void remove_tree(const char *path)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS))
		complain("cannot remove %s: %m", path);
}

/* --- an archive of it --- */

static int run_tar(const char *parent, const char *archive)
{
	const char *const arguments[] = { "tar",       "--create",	"--auto-compress", "--file",
					  archive,     "--force-local", "--directory",	   parent,
					  "--owner=0", "--group=0",	"--sort=name",	   NAME,
					  NULL };
	int status, err = program_run(arguments, -1, &status);

	if (err) {
		complain("cannot run tar: %s", strerror(-err));
		return EXIT_NOT_SUPPORTED;
	}
	if (!status)
		return EXIT_DONE;
	if (!signals_came())
		complain("tar could not write %s", archive);
	return EXIT_FAILED;
}

/* Only the owner may read the archive, because it contains addresses of memory. */
static int make_archive(struct job *job, const char *parent)
{
	int fd = open(job->output, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0) {
		complain("cannot make %s: %m", job->output);
		return EXIT_FAILED;
	}
	close(fd);
	job->made = true;
	return run_tar(parent, job->output);
}

static int record_archive(struct daxplug *daxplug, struct job *job)
{
	const char *temporary = getenv("TMPDIR");
	char parent[PATH_MAX], tree[PATH_MAX + sizeof(NAME)];
	int status, archived = EXIT_DONE;

	snprintf(parent, sizeof(parent), "%s/daxplug-XXXXXX", temporary ? temporary : "/tmp");
	if (!mkdtemp(parent)) {
		complain("cannot make a directory for temporary files: %m");
		return EXIT_FAILED;
	}
	snprintf(tree, sizeof(tree), "%s/%s", parent, NAME);
	status = make_tree(daxplug, job, tree);
	if ((status == EXIT_DONE || status == EXIT_CANNOT_TELL) && !signals_came())
		archived = make_archive(job, parent);
	remove_tree(parent);
	return archived ? archived : status;
}

/* --- the command --- */

static bool is_archive(const char *name)
{
	const char *slash = strrchr(name, '/');

	return strstr(slash ? slash : name, ".tar") || strstr(slash ? slash : name, ".tgz");
}

static void take_away(const char *output)
{
	if (is_archive(output))
		unlink(output);
	else
		remove_tree(output);
}

static int record(struct daxplug *daxplug, void *data)
{
	struct job *job = data;
	int status;

	signals_open();
	status = is_archive(job->output) ? record_archive(daxplug, job)
					 : make_tree(daxplug, job, job->output);
	if (signals_came()) {
		complain("interrupted; nothing was recorded");
		signals_obey();
		status = EXIT_FAILED;
	}
	if (status == EXIT_DONE || status == EXIT_CANNOT_TELL)
		puts(job->output);
	else if (job->made)
		take_away(job->output);
	return status;
}

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },
	GLOBAL_OPTIONS,
};

static int run(int argc, char **argv)
{
	struct job job = { .selection = { .node = -1, .may_be_empty = true } };
	char name[64], when[STAMP_SIZE];
	int option;

	stamp_text(stamp_now(), true, when);
	snprintf(name, sizeof(name), "daxplug-record-%.19sZ.tar.gz", when);
	job.output = name;
	while ((option = option_next(argc, argv, ":o:hV", long_options)) != OPTIONS_END) {
		if (option != 'o')
			return option_stop(option, print_help);
		job.output = optarg;
	}
	if (optind < argc)
		return usage_error("record takes no devices: '%s'", argv[optind]);
	if (!*job.output)
		return usage_error("--output: no file given");
	return select_devices(&job.selection, record, &job);
}

const struct command record_command = {
	.name = "record",
	.summary = "record the system for a report of a problem",
	.help = print_help,
	.run = run,
};
