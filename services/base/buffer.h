/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that grows in memory up to a bound. Errors are kept until the end: once one has happened,
 * nothing more is added and buffer_take() returns it.
 */
#ifndef TRIREME_BASE_BUFFER_H
#define TRIREME_BASE_BUFFER_H

#include <stddef.h>

struct buffer {
	char *data;
	size_t used, room;
	size_t max; /* bytes, without the final NUL */
	int error;  /* 0, -ENOMEM, or -EFBIG: more than max */
};

static inline struct buffer buffer_of(size_t max)
{
	return (struct buffer){.max = max};
}

void buffer_add(struct buffer *buffer, const void *data, size_t size);

/* A text that ends with NUL. */
void buffer_text(struct buffer *buffer, const char *text);

/* printf(3) of at most 1023 bytes; a longer one is -EFBIG. */
void buffer_format(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* text as a JSON string with its quotes (RFC 8259). */
void buffer_json(struct buffer *buffer, const char *text);

/* 0: *ret_text is the caller's, ends with NUL, freed by free(); the buffer is empty again. */
int buffer_take(struct buffer *buffer, char **ret_text, size_t *ret_size);

/* Clean-up. */
void buffer_free(struct buffer *buffer);

#define _cleanup_buffer_ _cleanup_(buffer_free)

#endif
