// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "proto/api_ipc.h"

#define WORDS_MAX 1024
#define ETAG_BYTES 8 /* of an id */

static void put_part(json_t *object, const char *key, const char *text)
{
	if (text && text[0])
		json_object_set_new(object, key, json_string(text));
}

struct tags {
	const char *tag, *app_tag; /* app_tag may be NULL */
};

static json_t *error_object(struct tags tags, const char *format, va_list args)
{
	char words[WORDS_MAX];
	json_t *parts = json_object();

	vsnprintf(words, sizeof(words), format, args);
	words[strcspn(words, "\n")] = '\0';
	json_object_set_new(parts, "message", json_string(words));
	put_part(parts, "tag", tags.tag);
	put_part(parts, "app-tag", tags.app_tag);
	return json_pack("{s:o}", "error", parts);
}

static struct tags tags_of_fault(enum schema_fault fault)
{
	static const struct tags tags[] = {
		[SCHEMA_FAULT_VALUE] = {API_TAG_INVALID_VALUE, NULL},
		[SCHEMA_FAULT_UNKNOWN] = {API_TAG_UNKNOWN_ELEMENT, NULL},
		[SCHEMA_FAULT_TARGET] = {API_TAG_INVALID_VALUE, API_APP_NOT_FOUND},
		[SCHEMA_FAULT_MISSING] = {API_TAG_DATA_MISSING, NULL},
		[SCHEMA_FAULT_EXISTS] = {API_TAG_DATA_EXISTS, NULL},
		[SCHEMA_FAULT_FORM] = {API_TAG_MALFORMED, NULL},
		[SCHEMA_FAULT_SIZE] = {API_TAG_TOO_BIG, NULL},
		[SCHEMA_FAULT_METHOD] = {API_TAG_NOT_SUPPORTED, NULL},
		[SCHEMA_FAULT_DENIED] = {API_TAG_ACCESS_DENIED, NULL},
	};

	return tags[fault];
}

json_t *request_error(const struct schema_error *error, const char *format, ...)
{
	struct tags tags = {API_TAG_FAILED, NULL};
	json_t *answer, *parts;
	va_list args;

	va_start(args, format);
	answer = error_object(error ? tags_of_fault(error->fault) : tags, format, args);
	va_end(args);
	if (!error)
		return answer;
	parts = json_object_get(answer, "error");
	put_part(parts, "path", error->path);
	put_part(parts, "value", error->value);
	put_part(parts, "allowed", error->allowed);
	if (error->edit)
		json_object_set_new(parts, "edit", json_integer(error->edit));
	return answer;
}

json_t *request_refusal(const char *tag, const char *app_tag, const char *format, ...)
{
	json_t *answer;
	va_list args;

	va_start(args, format);
	answer = error_object((struct tags){tag, app_tag}, format, args);
	va_end(args);
	return answer;
}

static struct tags tags_of_outcome(int error)
{
	switch (error) {
	case -ESTALE:
		return (struct tags){API_TAG_IN_USE, NULL};
	case -EBUSY:
	case -EAGAIN:
		return (struct tags){API_TAG_FAILED, API_APP_BUSY};
	case -EBADMSG:
	case -EINVAL:
		return (struct tags){API_TAG_INVALID_VALUE, NULL};
	default:
		return (struct tags){API_TAG_FAILED, NULL};
	}
}

json_t *request_not_made(int error, const char *format, ...)
{
	json_t *answer;
	va_list args;

	va_start(args, format);
	answer = error_object(tags_of_outcome(error), format, args);
	va_end(args);
	return answer;
}

json_t *request_summary(const char *format, ...)
{
	char words[WORDS_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	return json_pack("{s:s}", "summary", words);
}

const char *request_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

int request_number(const json_t *object, const char *key, uint64_t min, uint64_t max,
		   uint64_t *ret_number)
{
	const json_t *value = json_object_get(object, key);
	json_int_t number;

	if (!value)
		return -ENOENT;
	if (!json_is_integer(value))
		return -EINVAL;
	number = json_integer_value(value);
	if (number < 0 || (uint64_t)number < min || (uint64_t)number > max)
		return -EINVAL;
	*ret_number = (uint64_t)number;
	return 0;
}

bool request_is_restricted(const struct request *r)
{
	return json_is_true(json_object_get(r->json, "restricted"));
}

void request_etag(uint64_t number, const struct revision_id *id, char ret_etag[REQUEST_ETAG_MAX])
{
	int n = snprintf(ret_etag, REQUEST_ETAG_MAX, "%llu-", (unsigned long long)number);

	for (size_t i = 0; i < ETAG_BYTES; i++)
		n += snprintf(ret_etag + n, REQUEST_ETAG_MAX - (size_t)n, "%02x", id->bytes[i]);
}

int request_check_etag(struct request *r, const char *etag)
{
	const char *wanted = request_text(r->json, "if-match");

	if (!wanted[0] || strcmp(wanted, etag) == 0)
		return 0;
	r->answer = request_refusal(API_TAG_FAILED, API_APP_PRECONDITION,
				    "it has been changed meanwhile: its etag is %s", etag);
	return -ESTALE;
}
