// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/buffer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_MAX 1024
#define ROOM_FIRST 4096

/* Room for size more bytes and a NUL. */
static int make_room(struct buffer *buffer, size_t size)
{
	size_t room = buffer->room ? buffer->room : ROOM_FIRST;
	char *data;

	if (size > buffer->max || buffer->used > buffer->max - size)
		return -EFBIG;
	while (room < buffer->used + size + 1)
		room *= 2;
	if (room == buffer->room)
		return 0;
	data = realloc(buffer->data, room);
	if (!data)
		return -ENOMEM;
	buffer->data = data;
	buffer->room = room;
	return 0;
}

void buffer_add(struct buffer *buffer, const void *data, size_t size)
{
	if (buffer->error == 0)
		buffer->error = make_room(buffer, size);
	if (buffer->error < 0)
		return;
	memcpy(buffer->data + buffer->used, data, size);
	buffer->used += size;
}

void buffer_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
	char text[FORMAT_MAX];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(text))
		buffer->error = buffer->error ? buffer->error : -EFBIG;
	else
		buffer_add(buffer, text, (size_t)n);
}

void buffer_json(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, "\"", 1);
	while (*text) {
		size_t plain = 0;

		while ((unsigned char)text[plain] >= ' ' && text[plain] != '"' &&
		       text[plain] != '\\')
			plain++;
		buffer_add(buffer, text, plain);
		text += plain;
		if (*text == '"' || *text == '\\')
			buffer_format(buffer, "\\%c", *text++);
		else if (*text)
			buffer_format(buffer, "\\u%04x", (unsigned int)*text++);
	}
	buffer_add(buffer, "\"", 1);
}

int buffer_take(struct buffer *buffer, char **ret_text, size_t *ret_size)
{
	buffer_add(buffer, "", 0);
	if (buffer->error < 0)
		return buffer->error;
	buffer->data[buffer->used] = '\0';
	if (ret_size)
		*ret_size = buffer->used;
	*ret_text = buffer->data;
	*buffer = buffer_of(buffer->max);
	return 0;
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = buffer_of(buffer->max);
}
