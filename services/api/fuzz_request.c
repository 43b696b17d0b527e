// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer: any bytes as what a front sends: frames in bits, requests in them, inputs of RPCs.
 * What is refused must come with words, what is taken must be what the rest relies on.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/request.h"
#include "api/rpc_input.h"
#include "proto/api_frame.h"
#include "proto/api_ipc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refusal(struct answer *answer)
{
	const json_t *error = answer_error_of(answer);
	const char *tag = json_string_value(json_object_get(error, "tag"));
	const char *words = json_string_value(json_object_get(error, "message"));

	if (!tag || !tag[0] || !words || !words[0])
		abort();
	answer_clear(answer);
}

static void check_taken(const struct request *q)
{
	if (strlen(q->target) >= REQUEST_TARGET_MAX || strlen(q->session) > API_IPC_SESSION_MAX ||
	    strlen(q->user) >= REQUEST_USER_MAX || strlen(q->password) >= REQUEST_PASSWORD_MAX ||
	    q->credential == REQUEST_PEER || (q->input && !json_is_object(q->input)))
		abort();
}

static void try_request(const char *text, size_t size)
{
	struct answer answer = {0};
	struct request q;

	if (request_read(text, size, false, &q, &answer) < 0) {
		check_refusal(&answer);
		return;
	}
	check_taken(&q);
	if (q.op == ACCESS_RPC && rpc_input_check(q.rpc, q.input, &answer) < 0)
		check_refusal(&answer);
	request_clear(&q);
}

/* The first byte says in what bits the rest comes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct api_frame frame = {0};
	size_t step = size ? data[0] + 1u : 1, at = 1;

	while (at < size) {
		size_t room;
		void *where;
		int r;

		if (api_frame_next(&frame, &where, &room) < 0 || room == 0)
			abort();
		room = room > step ? step : room;
		room = room > size - at ? size - at : room;
		memcpy(where, data + at, room);
		at += room;
		r = api_frame_took(&frame, room);
		if (r < 0)
			break;
		if (r > 0) {
			try_request(frame.text, frame.size);
			api_frame_clear(&frame);
		}
	}
	api_frame_clear(&frame);
	try_request((const char *)data, size);
	return 0;
}
