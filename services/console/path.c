// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/path.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define MODULE "trireme:"
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-:"
#define KEY_PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"

/* What is written of each step. */
struct writer {
	struct text *text;
	bool keys;
};

static int malformed(const char *path, struct text *problem)
{
	text_add(
		problem,
		"the path '%.200s': allowed are names with '/' between them, and for an entry of a "
		"list =KEY or [NAME='KEY'], as in pool=web/real-server=web1/weight",
		path);
	return -EINVAL;
}

static void add_encoded(struct text *text, const char *key, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (key[i] && strchr(KEY_PLAIN, key[i]))
			text_add(text, "%c", key[i]);
		else
			text_add(text, "%%%02X", (unsigned int)(unsigned char)key[i]);
	}
}

void path_key(const char *key, struct text *text)
{
	add_encoded(text, key, strlen(key));
}

/* =web or =a,b at *at. What is percent-encoded stays so; what would have to be, becomes so. */
static int take_values(const char **at, const struct writer *writer)
{
	const char *text = *at;
	size_t size = strcspn(text, "/");

	for (size_t i = 0; i < size; i++) {
		bool encoded = text[i] == '%';

		if (encoded && (!isxdigit((unsigned char)text[i + 1]) ||
				!isxdigit((unsigned char)text[i + 2])))
			return -EINVAL;
		if (!writer->keys)
			continue;
		if (encoded || text[i] == ',' || (i == 0 && text[i] == '='))
			text_add(writer->text, "%c", text[i]);
		else
			add_encoded(writer->text, text + i, 1);
	}
	*at = text + size;
	return 0;
}

/* [name='web'] at *at, the n-th of its step. */
static int take_predicate(const char **at, size_t n, const struct writer *writer)
{
	const char *name = *at + 1, *end;
	size_t size = strspn(name, NAME_CHARACTERS);
	const char *value = name + size;

	if (size == 0 || value[0] != '=' || (value[1] != '\'' && value[1] != '"'))
		return -EINVAL;
	end = strchr(value + 2, value[1]);
	if (!end || end[1] != ']')
		return -EINVAL;
	if (writer->keys) {
		text_add(writer->text, n ? "," : "=");
		add_encoded(writer->text, value + 2, (size_t)(end - value - 2));
	}
	*at = end + 2;
	return 0;
}

static int take_step(const char **at, bool first, const struct writer *writer)
{
	size_t size = strspn(*at, NAME_CHARACTERS);
	int r = 0;

	if (size == 0)
		return -EINVAL;
	text_add(writer->text, "/%s%.*s", first && !memchr(*at, ':', size) ? MODULE : "", (int)size,
		 *at);
	*at += size;
	if (**at == '=')
		return take_values(at, writer);
	for (size_t n = 0; **at == '[' && r == 0; n++)
		r = take_predicate(at, n, writer);
	return r;
}

static int walk(const char *path, const struct writer *writer, struct text *problem)
{
	const char *at = path + (path[0] == '/');

	for (bool first = true; *at; first = false) {
		int r = take_step(&at, first, writer);

		if (r == 0 && *at && (*at != '/' || !at[1]))
			r = -EINVAL;
		if (r < 0)
			return malformed(path, problem);
		at += *at == '/';
	}
	if (text_result(writer->text) == 0)
		return 0;
	text_add(problem, "the path is too long: allowed are %d characters", PATH_TEXT_MAX - 1);
	return -ENOSPC;
}

int path_target(const char *path, struct text *target, struct text *problem)
{
	return walk(path, &(struct writer){target, true}, problem);
}

int path_schema(const char *path, struct text *schema, struct text *problem)
{
	return walk(path, &(struct writer){schema, false}, problem);
}

size_t path_last_step(const char *path)
{
	size_t begin = path[0] == '/';
	bool brackets = false;
	char quote = '\0';

	for (size_t i = begin; path[i]; i++) {
		if (quote && path[i] == quote)
			quote = '\0';
		else if (quote)
			continue;
		else if (path[i] == '[' || path[i] == ']')
			brackets = path[i] == '[';
		else if (brackets && (path[i] == '\'' || path[i] == '"'))
			quote = path[i];
		else if (path[i] == '/')
			begin = i + 1;
	}
	return begin;
}

const char *path_name(const char *path, size_t *ret_size)
{
	const char *name = path + path_last_step(path);
	const char *colon = memchr(name, ':', strspn(name, NAME_CHARACTERS));

	if (colon)
		name = colon + 1;
	*ret_size = strspn(name, NAME_CHARACTERS);
	return name;
}
