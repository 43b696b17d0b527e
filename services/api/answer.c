// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/answer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/wipe.h"
#include "proto/api_ipc.h"

#define WORDS_MAX 1024

void answer_clear(struct answer *answer)
{
	if (answer->text)
		explicit_bzero(answer->text, answer->size);
	free(answer->text);
	json_decref(answer->json);
	*answer = (struct answer){0};
}

void answer_json(struct answer *answer, json_t *object)
{
	answer_clear(answer);
	answer->json = object;
	if (!object)
		answer_error(answer, API_TAG_FAILED, NULL, "no memory");
}

void answer_output(struct answer *answer, json_t *object)
{
	answer_json(answer, json_pack("{s:o}", "output", object));
}

void answer_error(struct answer *answer, const char *tag, const char *app_tag, const char *format,
		  ...)
{
	char words[WORDS_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	answer_clear(answer);
	answer->json = json_pack("{s:{s:s, s:s*, s:s}}", "error", "tag", tag, "app-tag", app_tag,
				 "message", words);
}

void answer_error_add(struct answer *answer, const char *member, json_t *value)
{
	json_t *error = json_object_get(answer->json, "error");

	if (error)
		(void)json_object_set_new(error, member, value);
	else
		json_decref(value);
}

const json_t *answer_error_of(const struct answer *answer)
{
	return json_object_get(answer->json, "error");
}

int answer_text(const struct answer *answer, const char *renew, char **ret_text, size_t *ret_size)
{
	_cleanup_buffer_ struct buffer buffer = buffer_of(API_IPC_MAX);
	/* It may have a new token. */
	_cleanup_wipe_ char *dumped = NULL;
	const char *text = answer->text;

	if (!text) {
		dumped = json_dumps(answer->json, JSON_COMPACT);
		text = dumped;
	}
	if (!text || text[0] != '{')
		return -ENOMEM;
	if (!renew[0]) {
		buffer_text(&buffer, text);
	} else {
		buffer_text(&buffer, "{\"renew\":");
		buffer_json(&buffer, renew);
		buffer_text(&buffer, text[1] == '}' ? "" : ",");
		buffer_text(&buffer, text + 1);
	}
	return buffer_take(&buffer, ret_text, ret_size);
}
