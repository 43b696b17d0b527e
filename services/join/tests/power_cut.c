// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A library that is put before libc (LD_PRELOAD) and ends its program as a power cut would, before
 * the call number POWER_CUT_AT of those that change a folder or see that something is on the disk.
 * The number of calls goes to the file POWER_CUT_COUNT.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned long calls;

static void step(void)
{
	const char *at = getenv("POWER_CUT_AT");

	calls++;
	if (at && calls == strtoul(at, NULL, 10))
		raise(SIGKILL);
}

static void __attribute__((destructor)) tell(void)
{
	const char *path = getenv("POWER_CUT_COUNT");
	FILE *file = path ? fopen(path, "w") : NULL;

	if (!file)
		return;
	fprintf(file, "%lu\n", calls);
	fclose(file);
}

#define BEFORE(name, parameters, arguments)                \
	int name parameters                                \
	{                                                  \
		int(*next) parameters;                     \
                                                           \
		step();                                    \
		*(void **)&next = dlsym(RTLD_NEXT, #name); \
		return next arguments;                     \
	}

BEFORE(fsync, (int fd), (fd))
BEFORE(fdatasync, (int fd), (fd))
BEFORE(unlink, (const char *path), (path))
BEFORE(unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
BEFORE(rmdir, (const char *path), (path))
BEFORE(mkdir, (const char *path, mode_t mode), (path, mode))
BEFORE(rename, (const char *from, const char *to), (from, to))
BEFORE(renameat2,
       (int from_folder, const char *from, int to_folder, const char *to, unsigned int flags),
       (from_folder, from, to_folder, to, flags))
