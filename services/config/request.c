// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX 1024

static void put_part(json_t *object, const char *key, const char *text)
{
	if (text[0])
		json_object_set_new(object, key, json_string(text));
}

json_t *request_error(const struct schema_error *error, const char *format, ...)
{
	char words[WORDS_MAX];
	json_t *parts = json_object();
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	words[strcspn(words, "\n")] = '\0';
	json_object_set_new(parts, "message", json_string(words));
	if (error) {
		put_part(parts, "path", error->path);
		put_part(parts, "value", error->value);
		put_part(parts, "allowed", error->allowed);
	}
	return json_pack("{s:o}", "error", parts);
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
