// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.h"

#include <errno.h>
#include <stdio.h>

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
