// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/api_frame.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/api_ipc.h"

#define ROOM_FIRST 4096

static size_t text_have(const struct api_frame *frame)
{
	return frame->have - API_FRAME_HEAD;
}

/* realloc(3) could leave a copy of a password behind. */
static int grow(struct api_frame *frame)
{
	size_t room = frame->room ? 2 * frame->room : ROOM_FIRST;
	char *larger;

	if (room > frame->size + 1)
		room = frame->size + 1;
	larger = malloc(room);
	if (!larger)
		return -ENOMEM;
	if (frame->text) {
		memcpy(larger, frame->text, text_have(frame));
		explicit_bzero(frame->text, frame->room);
		free(frame->text);
	}
	frame->text = larger;
	frame->room = room;
	return 0;
}

int api_frame_next(struct api_frame *frame, void **ret_where, size_t *ret_room)
{
	int r;

	if (frame->have < API_FRAME_HEAD) {
		*ret_where = frame->head + frame->have;
		*ret_room = API_FRAME_HEAD - frame->have;
		return 0;
	}
	if (text_have(frame) + 1 >= frame->room) {
		r = grow(frame);
		if (r < 0)
			return r;
	}
	*ret_where = frame->text + text_have(frame);
	*ret_room = frame->room - 1 - text_have(frame);
	return 0;
}

int api_frame_took(struct api_frame *frame, size_t bytes)
{
	uint32_t size;

	frame->have += bytes;
	if (frame->have < API_FRAME_HEAD)
		return 0;
	if (frame->have == API_FRAME_HEAD) {
		memcpy(&size, frame->head, sizeof(size));
		frame->size = be32toh(size);
		return frame->size > 0 && frame->size <= API_IPC_MAX ? 0 : -EMSGSIZE;
	}
	if (text_have(frame) < frame->size)
		return 0;
	frame->text[frame->size] = '\0';
	return 1;
}

void api_frame_clear(struct api_frame *frame)
{
	if (frame->text)
		explicit_bzero(frame->text, frame->room);
	free(frame->text);
	*frame = (struct api_frame){0};
}

int api_frame_head(size_t size, uint8_t ret_head[API_FRAME_HEAD])
{
	uint32_t length = htobe32((uint32_t)size);

	if (size == 0 || size > API_IPC_MAX)
		return -EMSGSIZE;
	memcpy(ret_head, &length, API_FRAME_HEAD);
	return 0;
}
