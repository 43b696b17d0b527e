// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"

/* As much of the text as fits, in whole characters, nothing that steers a terminal. */
static json_t *clean(const char *text, size_t max)
{
	char copy[AUDIT_TARGET_MAX + 1];
	size_t n = strnlen(text, max);
	json_t *string;

	for (size_t i = 0; i < n; i++)
		copy[i] = (char)((unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i]);
	copy[n] = '\0';
	/* jansson takes UTF-8 alone: what was cut in the middle of a character loses its rest. */
	for (size_t cut = 0; !(string = json_string(copy)) && cut < 3 && n > 0; cut++)
		copy[--n] = '\0';
	return string ? string : json_string("?");
}

static json_t *time_text(int64_t seconds)
{
	char text[TIME_TEXT_MAX];

	return json_string(format_time(seconds, text));
}

size_t audit_line(const struct audit_entry *entry, char ret_line[AUDIT_LINE_MAX])
{
	json_t *object = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "time", time_text(entry->time),
				   "user", clean(entry->user, 64), "from", clean(entry->from, 64),
				   "action", clean(entry->action, 32), "target",
				   clean(entry->target, AUDIT_TARGET_MAX), "outcome",
				   clean(entry->outcome, AUDIT_OUTCOME_MAX));
	_cleanup_free_ char *text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	size_t length = text ? strlen(text) : 0;

	json_decref(object);
	/* Its parts are bounded so that it fits; without memory there is none. */
	if (length == 0 || length + 2 > AUDIT_LINE_MAX)
		return (size_t)snprintf(ret_line, AUDIT_LINE_MAX, "{}\n");
	return (size_t)snprintf(ret_line, AUDIT_LINE_MAX, "%s\n", text);
}

/* Where the last n lines begin. */
static const char *last_lines(const char *lines, size_t size, size_t n)
{
	const char *at = lines + size;

	if (size > 0 && at[-1] == '\n')
		at--;
	for (; at > lines; at--) {
		if (at[-1] == '\n' && --n == 0)
			return at;
	}
	return lines;
}

json_t *audit_last(const char *lines, size_t size, size_t n)
{
	json_t *list = json_array();
	const char *end = lines + size, *at = n > 0 ? last_lines(lines, size, n) : end;

	while (at < end && list) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((newline ? newline : end) - at);
		json_t *entry = json_loadb(at, length, 0, NULL);

		if (json_object_size(entry) > 0)
			(void)json_array_append(list, entry);
		json_decref(entry);
		at += length + 1;
	}
	return list;
}
