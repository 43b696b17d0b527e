/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is freed as a whole: everything that an import makes. Once something could not be
 * had, `failed` is set, and who made a chain of things need look only once.
 */
#ifndef TRIREME_IMPORT_ARENA_H
#define TRIREME_IMPORT_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* All of it; a text of IMPORT_TEXT_MAX takes less than half. */
#define ARENA_MAX (192u << 20)

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* the newest first */
	size_t total;
	bool failed;
};

/* NULL: no memory. Freed by arena_free(). */
struct arena *arena_create(void);

/* Accepts NULL. */
void arena_free(struct arena *arena);

static inline void arena_freep(struct arena **arena)
{
	arena_free(*arena);
}

/* size bytes, all 0, aligned for everything. NULL: failed is set. */
void *arena_new(struct arena *arena, size_t size);

/* A copy of the first size bytes with a NUL behind them, or "" when failed. */
const char *arena_text(struct arena *arena, const char *text, size_t size);

/* printf(3); what is longer than 1023 bytes is cut off. "" when failed. */
const char *arena_format(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *arena_formatv(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

#endif
