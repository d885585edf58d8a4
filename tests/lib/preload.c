// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For LD_PRELOAD, where a fixture is mounted at /sys: a program's write there changes the
 * fixture as the kernel would change sysfs. Environment:
 *
 * FAKE_SLOW_MS=N	each write takes N ms; a signal ends it
 * FAKE_DEAF=1		no signal ends a write
 * FAKE_BEGAN=FILE	each write creates FILE when it begins
 * FAKE_FAIL=WORD:N	a write of WORD to the state file fails with errno N
 * FAKE_MOST_POOL=N	a write makes a pool of huge pages no larger than N pages
 * FAKE_FAIL_SETTING=N	a write to kmem/guard and the like fails with errno N
 * FAKE_NO_OPENAT2=1	openat2() fails with ENOSYS, as in some sandboxes
 * FAKE_RACE=1		every other openat2() fails with EAGAIN, as if a mount raced with it
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fake.h"

#define STATE "/sys/bus/dax/devices/dax0.0/state"

static struct fixture fixture = { .root = "" };

static void take_environment(void)
{
	static char word[32];
	const char *slow = getenv("FAKE_SLOW_MS"), *fail = getenv("FAKE_FAIL");

	if (getenv("FAKE_FAIL_SETTING"))
		fake.fail_setting = -atoi(getenv("FAKE_FAIL_SETTING"));
	if (getenv("FAKE_MOST_POOL"))
		fake.fail_pool = atoi(getenv("FAKE_MOST_POOL"));
	if (slow)
		fake.slow_ms = atoi(slow);
	fake.deaf = getenv("FAKE_DEAF");
	if (fail && sscanf(fail, "%31[^:]:%d", word, &fake.fail_state_err) == 2) {
		fake.fail_state = word;
		fake.fail_state_err = -fake.fail_state_err;
	}
}

__attribute__((constructor)) static void begin(void)
{
	struct fixture_device device = fixture_hmem;

	device.state = access(STATE, F_OK) ? NULL : "unplugged";
	fake_reset(&fixture, &device);
	take_environment();
}

static ssize_t write_to_sys(const char *path, const void *data, size_t size)
{
	const char *began = getenv("FAKE_BEGAN");
	char text[256];
	int err;

	if (began)
		close(open(began, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	snprintf(text, sizeof(text), "%.*s", (int)size, (const char *)data);
	/* Without the leading slash, as in the library. */
	err = system_fake.write(NULL, path + 1, text);
	if (!err)
		return size;
	errno = -err;
	return -1;
}

/*
 * System calls that fail with ENOSYS: move_pages(), so that the command moves no pages of this
 * machine's processes, and openat2() if FAKE_NO_OPENAT2 is set.
 */
static bool is_missing(long number)
{
	return number == SYS_move_pages || (number == SYS_openat2 && getenv("FAKE_NO_OPENAT2"));
}

static bool loses_race(long number)
{
	static bool lost;

	if (number != SYS_openat2 || !getenv("FAKE_RACE"))
		return false;
	lost = !lost;
	return lost;
}

long syscall(long number, ...)
{
	long (*next)(long number, ...) = dlsym(RTLD_NEXT, "syscall");
	long argument[6];
	va_list arguments;
	unsigned int i;

	if (is_missing(number)) {
		errno = ENOSYS;
		return -1;
	}
	if (loses_race(number)) {
		errno = EAGAIN;
		return -1;
	}
	va_start(arguments, number);
	for (i = 0; i < 6; i++)
		argument[i] = va_arg(arguments, long);
	va_end(arguments);
	return next(number, argument[0], argument[1], argument[2], argument[3], argument[4],
		    argument[5]);
}

ssize_t write(int fd, const void *data, size_t size)
{
	ssize_t (*next)(int fd, const void *data, size_t size) = dlsym(RTLD_NEXT, "write");
	char link[32], path[PATH_MAX];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	path[length < 0 ? 0 : length] = '\0';
	if (strncmp(path, "/sys/", 5))
		return next(fd, data, size);
	return write_to_sys(path, data, size);
}
