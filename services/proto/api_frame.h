/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames of proto/api_ipc.h: a length of four bytes, big-endian, then as many bytes of JSON (1 to
 * API_IPC_MAX). Pure: the caller reads and writes.
 */
#ifndef TRIREME_PROTO_API_FRAME_H
#define TRIREME_PROTO_API_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define API_FRAME_HEAD 4

/* A frame that comes in bit by bit; begins as {0}. Memory grows with what has come, not with the
 * length that is announced. */
struct api_frame {
	uint8_t head[API_FRAME_HEAD];
	size_t have; /* bytes so far, with the head's */
	char *text;  /* NUL behind the last byte once the frame is whole */
	size_t size; /* of the text, once the head is there */
	size_t room;
};

/*
 * Where the next bytes belong, and how many at most (≥ 1): they may be read there. Not to be called
 * for a frame that is whole. -ENOMEM.
 */
int api_frame_next(struct api_frame *frame, void **ret_where, size_t *ret_room);

/*
 * So many bytes were put there. 1: the frame is whole; 0: not yet; -EMSGSIZE: its length is none
 * that is allowed, the connection cannot go on.
 */
int api_frame_took(struct api_frame *frame, size_t bytes);

/* Overwrites and frees the text; the next frame can begin. */
void api_frame_clear(struct api_frame *frame);

/* The head of a frame of size bytes. -EMSGSIZE: no such frame can be. */
int api_frame_head(size_t size, uint8_t ret_head[API_FRAME_HEAD]);

#endif
