// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)64 << 10)
#define FORMAT_MAX 1024

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, size;
	_Alignas(max_align_t) char data[];
};

struct arena *arena_create(void)
{
	return calloc(1, sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	while (arena && arena->chunks) {
		struct arena_chunk *next = arena->chunks->next;

		free(arena->chunks);
		arena->chunks = next;
	}
	free(arena);
}

static struct arena_chunk *add_chunk(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk;

	if (size < CHUNK_SIZE)
		size = CHUNK_SIZE;
	if (size > ARENA_MAX || arena->total > ARENA_MAX - size)
		return NULL;
	chunk = calloc(1, sizeof(*chunk) + size);
	if (!chunk)
		return NULL;
	chunk->size = size;
	chunk->next = arena->chunks;
	arena->chunks = chunk;
	arena->total += size;
	return chunk;
}

void *arena_new(struct arena *arena, size_t size)
{
	const size_t unit = _Alignof(max_align_t);
	struct arena_chunk *chunk = arena->chunks;
	void *data;

	size = size < ARENA_MAX ? (size + unit - 1) / unit * unit : size;
	if (!chunk || size > chunk->size - chunk->used)
		chunk = add_chunk(arena, size);
	if (!chunk) {
		arena->failed = true;
		return NULL;
	}
	data = chunk->data + chunk->used;
	chunk->used += size;
	return data;
}

const char *arena_text(struct arena *arena, const char *text, size_t size)
{
	char *copy = arena_new(arena, size + 1);

	if (!copy)
		return "";
	memcpy(copy, text, size);
	return copy;
}

const char *arena_formatv(struct arena *arena, const char *format, va_list args)
{
	char text[FORMAT_MAX];
	int n = vsnprintf(text, sizeof(text), format, args);

	if (n < 0)
		return "";
	return arena_text(arena, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

const char *arena_format(struct arena *arena, const char *format, ...)
{
	const char *text;
	va_list args;

	va_start(args, format);
	text = arena_formatv(arena, format, args);
	va_end(args);
	return text;
}
