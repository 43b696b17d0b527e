// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/error.h"

#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 4, 0))) static void put(char *buf, size_t size, size_t used,
						      const char *format, va_list args)
{
	int n = vsnprintf(buf + used, size - used, format, args);

	if (n < 0)
		buf[used] = '\0';
	else if ((size_t)n >= size - used)
		memcpy(buf + size - 4, "...", 4);
}

void error_text(char *buf, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put(buf, size, 0, format, args);
	va_end(args);
}

void error_textv(char *buf, size_t size, const char *format, va_list args)
{
	put(buf, size, 0, format, args);
}

void error_append(char *buf, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put(buf, size, strlen(buf), format, args);
	va_end(args);
}

static void make_printable(char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			*text = '?';
	}
}

void error_make_printable(struct schema_error *error)
{
	make_printable(error->path);
	make_printable(error->value);
	make_printable(error->allowed);
}
