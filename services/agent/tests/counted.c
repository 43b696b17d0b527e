// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linked into a whole agent: counts what must not happen while a group is taken over. The counters
 * lie in the file that the environment names, for the test to read while the agent runs.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNTED_FILE "TRIREME_COUNTED"
#define CALLERS_MAX 16

/* tests/test_failover_lab.py reads the same. */
struct counted {
	atomic_uint_least64_t allocations, files, lookups, n_callers;
	atomic_uint_least64_t callers[CALLERS_MAX]; /* return addresses, the last ones */
	atomic_uint_least64_t base;		    /* of the program, as addr2line takes them */
};

static struct counted nobody_reads, *counted = &nobody_reads;
extern const char __ehdr_start;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

__attribute__((constructor)) static void open_counters(void)
{
	const char *path = getenv(COUNTED_FILE);
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	void *map = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, sizeof(*counted)) == 0)
		map = mmap(NULL, sizeof(*counted), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map != MAP_FAILED)
		counted = map;
	if (fd >= 0)
		close(fd);
	atomic_store(&counted->base, (uint64_t)(uintptr_t)&__ehdr_start);
}

static void count(atomic_uint_least64_t *counter, void *caller)
{
	uint64_t n = atomic_fetch_add(&counted->n_callers, 1);

	atomic_fetch_add(counter, 1);
	atomic_store(&counted->callers[n % CALLERS_MAX], (uint64_t)(uintptr_t)caller);
}

#define COUNT(what) count(&counted->what, __builtin_return_address(0))

void *malloc(size_t size)
{
	COUNT(allocations);
	return __libc_malloc(size);
}

void *calloc(size_t nmemb, size_t size)
{
	COUNT(allocations);
	return __libc_calloc(nmemb, size);
}

void *realloc(void *ptr, size_t size)
{
	COUNT(allocations);
	return __libc_realloc(ptr, size);
}

/* The C library's function of that name, into a pointer to a function. */
static void find(const char *name, void *ret_function)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	memcpy(ret_function, &symbol, sizeof(symbol));
}

/* Where there is no mode, whatever is passed on is not looked at. */
int open(const char *file, int oflag, ...)
{
	int (*next)(const char *, int, ...);
	va_list args;
	mode_t mode;

	COUNT(files);
	find("open", &next);
	va_start(args, oflag);
	mode = va_arg(args, mode_t);
	va_end(args);
	return next(file, oflag, mode);
}

FILE *fopen(const char *filename, const char *modes)
{
	FILE *(*next)(const char *, const char *);

	COUNT(files);
	find("fopen", &next);
	return next(filename, modes);
}

int socket(int domain, int type, int protocol)
{
	int (*next)(int, int, int);

	COUNT(files);
	find("socket", &next);
	return next(domain, type, protocol);
}

unsigned int if_nametoindex(const char *ifname)
{
	unsigned int (*next)(const char *);

	COUNT(lookups);
	find("if_nametoindex", &next);
	return next(ifname);
}

char *if_indextoname(unsigned int ifindex, char ifname[IF_NAMESIZE])
{
	char *(*next)(unsigned int, char *);

	COUNT(lookups);
	find("if_indextoname", &next);
	return next(ifindex, ifname);
}
