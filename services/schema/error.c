// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/error.h"

#include <stdio.h>
#include <string.h>

/* n is what vsnprintf(3) said about the text it put at used. */
static void mark_cut(char *buf, size_t size, size_t used, int n)
{
	if (n < 0)
		buf[used] = '\0';
	else if ((size_t)n >= size - used)
		memcpy(buf + size - 4, "...", 4);
}

void error_text(char *buf, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	mark_cut(buf, size, 0, vsnprintf(buf, size, format, args));
	va_end(args);
}

void error_textv(char *buf, size_t size, const char *format, va_list args)
{
	mark_cut(buf, size, 0, vsnprintf(buf, size, format, args));
}

void error_append(char *buf, size_t size, const char *format, ...)
{
	size_t used = strlen(buf);
	va_list args;

	va_start(args, format);
	mark_cut(buf, size, used, vsnprintf(buf + used, size - used, format, args));
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
