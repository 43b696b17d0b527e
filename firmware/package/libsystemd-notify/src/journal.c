// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sd_journal_send(3): one log entry in the journal's native protocol
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL): lines "FIELD=value", a value with a newline as FIELD,
 * 64-bit little-endian length, value; too large for a datagram: a sealed memfd. Without a journal
 * on the machine an entry vanishes, with result 0.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <printf.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))
#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define ARGUMENTS_MAX 32 /* of one format */
#define FIELDS_MAX 256

PUBLIC int sd_journal_send(const char *format, ...) __attribute__((sentinel));

/* long and long long arguments are read alike. */
_Static_assert(sizeof(long) == sizeof(long long), "a 64-bit target");

static const struct sockaddr_un journal = {.sun_family = AF_UNIX, .sun_path = JOURNAL_SOCKET};

/* Steps ap over the arguments that format takes, which the vprintf functions do not do for their
 * caller. */
static int skip_arguments(const char *format, va_list *ap)
{
	int types[ARGUMENTS_MAX];
	size_t count = parse_printf_format(format, ARGUMENTS_MAX, types);

	if (count > ARGUMENTS_MAX)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		int type = types[i] & ~PA_FLAG_MASK;
		long double real;
		long whole;

		if (types[i] & PA_FLAG_PTR || type == PA_STRING || type == PA_WSTRING ||
		    type == PA_POINTER)
			whole = (intptr_t)va_arg(*ap, void *);
		else if (type == PA_DOUBLE && types[i] & PA_FLAG_LONG_DOUBLE)
			real = va_arg(*ap, long double);
		else if (type == PA_DOUBLE || type == PA_FLOAT)
			real = va_arg(*ap, double);
		else if (types[i] & (PA_FLAG_LONG | PA_FLAG_LONG_LONG))
			whole = va_arg(*ap, long);
		else
			whole = va_arg(*ap, int);
		(void)real;
		(void)whole;
	}
	return 0;
}

static int write_field(FILE *entry, const char *field)
{
	const char *equals = strchr(field, '=');
	uint64_t length;

	if (!equals || equals == field)
		return -EINVAL;
	if (!strchr(equals, '\n')) {
		fprintf(entry, "%s\n", field);
		return 0;
	}
	length = htole64(strlen(equals + 1));
	fprintf(entry, "%.*s\n", (int)(equals - field), field);
	fwrite(&length, sizeof(length), 1, entry);
	fprintf(entry, "%s\n", equals + 1);
	return 0;
}

static int write_fields(FILE *entry, const char *format, va_list *ap)
{
	for (int i = 0; format; i++, format = va_arg(*ap, const char *)) {
		va_list copy;
		char *field;
		int r;

		if (i >= FIELDS_MAX)
			return -E2BIG;
		va_copy(copy, *ap);
		r = vasprintf(&field, format, copy);
		va_end(copy);
		if (r < 0)
			return -ENOMEM;
		r = write_field(entry, field);
		free(field);
		if (r == 0)
			r = skip_arguments(format, ap);
		if (r < 0)
			return r;
	}
	fprintf(entry, "SYSLOG_IDENTIFIER=%s\n", program_invocation_short_name);
	return 0;
}

static int send_as_file(int fd, const char *entry, size_t size)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	struct msghdr message = {
		.msg_name = (void *)&journal,
		.msg_namelen = sizeof(journal),
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int memory, r = 0;

	memory = memfd_create("journal-entry", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	if (memory < 0)
		return -errno;
	memcpy(CMSG_DATA(&control.header), &memory, sizeof(memory));
	if (write(memory, entry, size) != (ssize_t)size)
		r = -ENOSPC;
	else if (fcntl(memory, F_ADD_SEALS,
		       F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0 ||
		 sendmsg(fd, &message, MSG_NOSIGNAL) < 0)
		r = -errno;
	close(memory);
	return r;
}

static int send_entry(const char *entry, size_t size)
{
	int fd, r = 0;

	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (sendto(fd, entry, size, MSG_NOSIGNAL, (const struct sockaddr *)&journal,
		   sizeof(journal)) < 0)
		r = -errno;
	if (r == -EMSGSIZE || r == -ENOBUFS)
		r = send_as_file(fd, entry, size);
	close(fd);
	return r == -ENOENT ? 0 : r;
}

/* Formats and their arguments one after the other, NULL at the end. Returns 0 or -errno. */
int sd_journal_send(const char *format, ...)
{
	size_t size = 0;
	char *text = NULL;
	va_list ap;
	FILE *entry;
	int r;

	entry = open_memstream(&text, &size);
	if (!entry)
		return -errno;
	va_start(ap, format);
	r = write_fields(entry, format, &ap);
	va_end(ap);
	if (fclose(entry) != 0 && r == 0)
		r = -ENOMEM;
	if (r == 0)
		r = send_entry(text, size);
	free(text);
	return r;
}
