/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building a text in a buffer of fixed size: what does not fit is left out whole, and noted. */
#ifndef TRIREME_BASE_TEXT_H
#define TRIREME_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* The text is always ended by NUL. Once overflow is set, nothing more is appended. */
struct text {
	char *buf;
	size_t size, used;
	bool overflow;
};

/* Empties buf, which must outlive the text; size ≥ 1. */
void text_init(struct text *text, char *buf, size_t size);

#define TEXT_ON(buf) text_on(buf, sizeof(buf))

static inline struct text text_on(char *buf, size_t size)
{
	struct text text;

	text_init(&text, buf, size);
	return text;
}

/* printf(3) to the end of the text, whole or not at all. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The last line of what somebody has said that has words, without control characters; buf. */
const char *text_last_line(const char *said, char *buf, size_t size);

/* 0, or -ENOSPC when something did not fit. */
int text_result(const struct text *text);

#endif
