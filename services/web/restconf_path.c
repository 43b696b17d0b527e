// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/restconf_path.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define NAME_MAX_BYTES 64

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t sequence_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if ((first & 0xf0) == 0xe0)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* Neither overlong forms nor surrogates nor what is beyond U+10FFFF (RFC 3629). */
static bool second_is_good(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second < 0xa0;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second < 0x90;
	default:
		return true;
	}
}

static bool is_plain_utf8(const char *text, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)text;

	for (size_t i = 0; i < size;) {
		size_t length = sequence_length(bytes[i]);

		if (bytes[i] < 0x20 || bytes[i] == 0x7f || !length || length > size - i)
			return false;
		for (size_t k = 1; k < length; k++)
			if ((bytes[i + k] & 0xc0) != 0x80)
				return false;
		if (length > 1 && !second_is_good(bytes[i], bytes[i + 1]))
			return false;
		i += length;
	}
	return true;
}

int percent_decode(const char *text, size_t size, char *buf)
{
	size_t used = 0;

	for (size_t i = 0; i < size; i++) {
		int high, low;

		if (text[i] != '%') {
			buf[used++] = text[i];
			continue;
		}
		if (size - i < 3)
			return -EINVAL;
		high = hex_digit(text[i + 1]);
		low = hex_digit(text[i + 2]);
		if (high < 0 || low < 0)
			return -EINVAL;
		buf[used++] = (char)(high << 4 | low);
		i += 2;
	}
	if (!is_plain_utf8(buf, used))
		return -EINVAL;
	buf[used] = '\0';
	return 0;
}

static bool is_identifier(const char *text, size_t size)
{
	if (size == 0 || size >= NAME_MAX_BYTES ||
	    !(isalpha((unsigned char)text[0]) || text[0] == '_'))
		return false;
	for (size_t i = 1; i < size; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("_-.", text[i]))
			return false;
	return true;
}

/* Decodes into the path's own text. NULL: not encoded well. It always fits: see api_path_parse().
 */
static const char *keep(struct api_path *path, const char *text, size_t size)
{
	char *kept = path->text + path->used;

	if (percent_decode(text, size, kept) < 0)
		return NULL;
	path->used += strlen(kept) + 1;
	return kept;
}

/* size bytes of "[module:]name". */
static int parse_names(struct api_path *path, struct api_step *step, const char *text, size_t size)
{
	const char *colon = memchr(text, ':', size);
	size_t module = colon ? (size_t)(colon - text) : 0;
	const char *name = colon ? colon + 1 : text;

	size -= (size_t)(name - text);
	if ((colon && !is_identifier(text, module)) || !is_identifier(name, size))
		return -EINVAL;
	step->module = colon ? keep(path, text, module) : NULL;
	step->name = keep(path, name, size);
	return 0;
}

/* size bytes of "key,key"; a key may be empty. */
static int parse_keys(struct api_path *path, struct api_step *step, const char *text, size_t size)
{
	for (;;) {
		const char *comma = memchr(text, ',', size);
		size_t length = comma ? (size_t)(comma - text) : size;

		if (step->n_keys == API_KEYS_MAX)
			return -EINVAL;
		step->keys[step->n_keys] = keep(path, text, length);
		if (!step->keys[step->n_keys++])
			return -EINVAL;
		if (!comma)
			return 0;
		text += length + 1;
		size -= length + 1;
	}
}

static int parse_step(struct api_path *path, const char *text, size_t size)
{
	const char *equals = memchr(text, '=', size);
	size_t names = equals ? (size_t)(equals - text) : size;
	struct api_step *step = &path->steps[path->n_steps];
	int r;

	if (path->n_steps == API_STEPS_MAX)
		return -EINVAL;
	*step = (struct api_step){0};
	r = parse_names(path, step, text, names);
	if (r == 0 && equals)
		r = parse_keys(path, step, equals + 1, size - names - 1);
	if (r == 0 && path->n_steps == 0 && !step->module)
		r = -EINVAL;
	path->n_steps++;
	return r;
}

static int refuse(struct problem *problem, const char *text)
{
	problem_say(
		problem, "invalid-value", "this is no path of a data resource", text,
		"/MODULE:NAME and /NAME or /LIST=KEY for each level below, with other characters "
		"than letters, digits, '-', '.', '_', '~' in keys as %XX of UTF-8; at most 16 "
		"levels "
		"and 1,023 bytes (RFC 8040, section 3.5.3)");
	return -EINVAL;
}

int api_path_parse(const char *text, struct api_path *path, struct problem *problem)
{
	const char *rest = text;

	path->n_steps = path->used = 0;
	/* Decoded, it is no longer than encoded, with a NUL for each separator. */
	if (strnlen(text, API_PATH_MAX) == API_PATH_MAX)
		return refuse(problem, text);
	while (rest[0]) {
		size_t size = strcspn(rest + 1, "/");

		if (rest[0] != '/' || parse_step(path, rest + 1, size) < 0)
			return refuse(problem, text);
		rest += 1 + size;
	}
	return 0;
}

static void format_key(struct text *text, const char *key)
{
	for (; *key; key++) {
		if (isalnum((unsigned char)*key) || strchr("-._~", *key))
			text_add(text, "%c", *key);
		else
			text_add(text, "%%%02X", (unsigned char)*key);
	}
}

void api_path_format(const struct api_path *path, struct text *text)
{
	for (size_t i = 0; i < path->n_steps; i++) {
		const struct api_step *step = &path->steps[i];

		text_add(text, "/%s%s%s", step->module ? step->module : "", step->module ? ":" : "",
			 step->name);
		for (size_t k = 0; k < step->n_keys; k++) {
			text_add(text, k ? "," : "=");
			format_key(text, step->keys[k]);
		}
	}
}

/* What follows the beginning, if that is the whole or ends where a level does; else NULL. */
static const char *below(const char *path, const char *beginning)
{
	size_t length = strlen(beginning);

	if (strncmp(path, beginning, length) != 0 || (path[length] && path[length] != '/'))
		return NULL;
	return path + length;
}

struct place {
	const char *path;
	enum resource_kind kind;
	enum datastore store;
	bool has_below; /* an api-path may follow */
};

static const struct place places[] = {
	{"/.well-known/host-meta", RESOURCE_HOST_META, DATASTORE_ALL, false},
	{"/hello", RESOURCE_HELLO, DATASTORE_ALL, false},
	{"/metrics", RESOURCE_METRICS, DATASTORE_ALL, false},
	{"/events", RESOURCE_EVENTS, DATASTORE_ALL, false},
	{"/restconf/data", RESOURCE_DATA, DATASTORE_ALL, true},
	{"/restconf/ds/ietf-datastores:running", RESOURCE_DATA, DATASTORE_RUNNING, true},
	{"/restconf/ds/ietf-datastores:candidate", RESOURCE_DATA, DATASTORE_CANDIDATE, true},
	{"/restconf/ds/ietf-datastores:operational", RESOURCE_DATA, DATASTORE_OPERATIONAL, true},
	{"/restconf/operations", RESOURCE_OPERATIONS, DATASTORE_ALL, true},
	{"/restconf/yang-library-version", RESOURCE_LIBRARY_VERSION, DATASTORE_ALL, false},
	{"/restconf", RESOURCE_ROOT, DATASTORE_ALL, false},
};

static int parse_place(const struct place *place, const char *rest, struct resource *resource,
		       struct problem *problem)
{
	int r = api_path_parse(rest, &resource->path, problem);

	resource->kind = place->kind;
	resource->store = place->store;
	if (r == 0 && place->kind == RESOURCE_OPERATIONS && resource->path.n_steps > 0)
		resource->kind = RESOURCE_OPERATION;
	return r;
}

int resource_parse(const char *path, struct resource *ret_resource, struct problem *problem)
{
	*ret_resource = (struct resource){.kind = RESOURCE_FILE};
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const char *rest = below(path, places[i].path);

		if (rest && (places[i].has_below || !rest[0]))
			return parse_place(&places[i], rest, ret_resource, problem);
	}
	if (!below(path, "/restconf"))
		return 0;
	problem_say(problem, "invalid-value", "there is no such resource", path,
		    "/restconf/data, /restconf/operations, /restconf/yang-library-version, and "
		    "/restconf/ds/ietf-datastores: with running, candidate or operational");
	problem->app_tag = "not-found";
	return -EINVAL;
}
