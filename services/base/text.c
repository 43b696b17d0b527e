// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

void text_init(struct text *text, char *buf, size_t size)
{
	*text = (struct text){.buf = buf, .size = size};
	buf[0] = '\0';
}

void text_add(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->used;
	va_list args;
	int n;

	if (text->overflow)
		return;
	va_start(args, format);
	n = vsnprintf(text->buf + text->used, room, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= room) {
		text->buf[text->used] = '\0';
		text->overflow = true;
		return;
	}
	text->used += (size_t)n;
}

int text_result(const struct text *text)
{
	return text->overflow ? -ENOSPC : 0;
}

const char *text_last_line(const char *said, char *buf, size_t size)
{
	size_t end = strlen(said), begin;

	while (end > 0 && isspace((unsigned char)said[end - 1]))
		end--;
	begin = end;
	while (begin > 0 && said[begin - 1] != '\n')
		begin--;
	snprintf(buf, size, "%.*s", (int)(end - begin), said + begin);
	for (char *c = buf; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	return buf;
}
