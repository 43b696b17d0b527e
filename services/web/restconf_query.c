// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/restconf_query.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"

#define NAMES "depth, fields, content, with-defaults (GET, HEAD), insert, point (POST, PUT)"

/* Takes a value. 0, or -errno: it is none of what is allowed. */
typedef int take_fn(struct query *query, const char *value);

static int take_depth(struct query *query, const char *value)
{
	uint32_t depth;
	int r;

	if (strcmp(value, "unbounded") == 0)
		return 0;
	r = parse_u32(value, 1, 65535, &depth);
	if (r == 0)
		query->depth = depth;
	return r;
}

static int take_fields(struct query *query, const char *value)
{
	return value[0] ? copy_text(query->fields, sizeof(query->fields), value) : -EINVAL;
}

/* Place of value among the n names, or -EINVAL. */
static int choose(const char *const *names, size_t n, const char *value)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], value) == 0)
			return (int)i;
	return -EINVAL;
}

static int take_content(struct query *query, const char *value)
{
	static const char *const names[] = {"all", "config", "nonconfig"};
	int chosen = choose(names, ARRAY_SIZE(names), value);

	if (chosen < 0)
		return chosen;
	query->content = (enum content)chosen;
	return 0;
}

/* What is always done: defaults are shown where they are asked for by name (RFC 6243, 2.3). */
static int take_defaults(struct query *query, const char *value)
{
	(void)query;
	return strcmp(value, "explicit") == 0 ? 0 : -EINVAL;
}

static int take_insert(struct query *query, const char *value)
{
	static const char *const names[] = {"first", "last", "before", "after"};
	int chosen = choose(names, ARRAY_SIZE(names), value);

	if (chosen < 0)
		return chosen;
	query->insert = names[chosen];
	return 0;
}

static int take_point(struct query *query, const char *value)
{
	struct text text = TEXT_ON(query->point);
	struct problem ignored;
	struct api_path path;

	if (api_path_parse(value, &path, &ignored) < 0 || path.n_steps == 0)
		return -EINVAL;
	api_path_format(&path, &text);
	return text_result(&text);
}

struct parameter {
	const char *name;
	unsigned int methods;
	take_fn *take;
	const char *allowed;
};

#define METHODS_GET (METHOD_BIT(METHOD_GET) | METHOD_BIT(METHOD_HEAD))
#define METHODS_PUT (METHOD_BIT(METHOD_POST) | METHOD_BIT(METHOD_PUT))

static const struct parameter parameters[] = {
	{"depth", METHODS_GET, take_depth, "depth=unbounded, or 1 to 65535"},
	{"fields", METHODS_GET, take_fields, "fields= and 1 to 1,023 bytes of RFC 8040, 4.8.3"},
	{"content", METHODS_GET, take_content, "content=all, config or nonconfig"},
	{"with-defaults", METHODS_GET, take_defaults, "with-defaults=explicit"},
	{"insert", METHODS_PUT, take_insert, "insert=first, last, before or after"},
	{"point", METHODS_PUT, take_point, "point= and the path of a list's entry"},
};

static int refuse(struct problem *problem, const char *message, const char *value,
		  const char *allowed)
{
	problem_say(problem, "invalid-value", message, value, allowed);
	return -EINVAL;
}

/* Of one "name=value" of size bytes. */
static int take_one(const char *text, size_t size, enum method method, unsigned int *seen,
		    struct query *query, struct problem *problem)
{
	const char *equals = memchr(text, '=', size);
	size_t length = equals ? (size_t)(equals - text) : size;
	char name[32] = "", value[QUERY_VALUE_MAX] = "";
	const struct parameter *p = parameters, *end = p + ARRAY_SIZE(parameters);

	if (length >= sizeof(name) || percent_decode(text, length, name) < 0)
		return refuse(problem, "a query parameter that is not known", text, NAMES);
	while (p < end && strcmp(p->name, name) != 0)
		p++;
	if (p == end)
		return refuse(problem, "a query parameter that is not known", name, NAMES);
	if (!(p->methods & METHOD_BIT(method)))
		return refuse(problem, "a query parameter that is not for this method", name,
			      NAMES);
	if (*seen & 1u << (p - parameters))
		return refuse(problem, "a query parameter that is given twice", name, "once");
	*seen |= 1u << (p - parameters);
	size -= equals ? length + 1 : length;
	if (size >= sizeof(value) || percent_decode(equals ? equals + 1 : "", size, value) < 0 ||
	    p->take(query, value) < 0)
		return refuse(problem, "a query parameter with a wrong value", value, p->allowed);
	return 0;
}

/* `point` is where `before` and `after` insert, and is for them alone (RFC 8040, 4.8.6). */
static int check_point(const struct query *query, struct problem *problem)
{
	bool relative = query->insert && (strcmp(query->insert, "before") == 0 ||
					  strcmp(query->insert, "after") == 0);

	if (relative == (query->point[0] != '\0'))
		return 0;
	return refuse(problem, "insert and point do not go together",
		      query->insert ? query->insert : query->point,
		      "insert=before or after with point; insert=first or last without");
}

int query_parse(const char *text, enum method method, struct query *ret_query,
		struct problem *problem)
{
	unsigned int seen = 0;
	int r = 0;

	*ret_query = (struct query){0};
	while (r == 0 && text && text[0]) {
		size_t size = strcspn(text, "&");

		r = take_one(text, size, method, &seen, ret_query, problem);
		text += size + (text[size] == '&');
	}
	return r == 0 ? check_point(ret_query, problem) : r;
}
