// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/shape.h"

#include <errno.h>

#include "schema/error.h"

struct shape {
	struct {
		bool object;
		unsigned int members;
	} levels[SHAPE_DEPTH_MAX];
	size_t depth;
	size_t objects;
	unsigned int line;
	bool in_string;
};

static int too_much(const struct shape *shape, const char *allowed, int max,
		    struct schema_error *error)
{
	error->fault = SCHEMA_FAULT_SIZE;
	error_text(error->allowed, sizeof(error->allowed), "line %u: at most %d %s", shape->line,
		   max, allowed);
	return -EBADMSG;
}

static int open_level(struct shape *shape, bool object, struct schema_error *error)
{
	if (shape->depth == SHAPE_DEPTH_MAX)
		return too_much(shape, "levels of { and [ within one another", SHAPE_DEPTH_MAX,
				error);
	shape->levels[shape->depth].object = object;
	shape->levels[shape->depth++].members = 1;
	shape->objects += object;
	if (shape->objects > SHAPE_OBJECTS_MAX)
		return too_much(shape, "objects, {...}, in a document", SHAPE_OBJECTS_MAX, error);
	return 0;
}

static int next_member(struct shape *shape, struct schema_error *error)
{
	if (shape->depth == 0 || !shape->levels[shape->depth - 1].object)
		return 0;
	if (++shape->levels[shape->depth - 1].members > SHAPE_MEMBERS_MAX)
		return too_much(shape, "members in an object", SHAPE_MEMBERS_MAX, error);
	return 0;
}

/* A character outside of strings. */
static int step(struct shape *shape, char c, struct schema_error *error)
{
	switch (c) {
	case '"':
		shape->in_string = true;
		return 0;
	case '{':
	case '[':
		return open_level(shape, c == '{', error);
	case '}':
	case ']':
		shape->depth -= shape->depth > 0;
		return 0;
	case ',':
		return next_member(shape, error);
	default:
		return 0;
	}
}

int shape_check(const char *data, struct schema_error *error)
{
	struct shape shape = {.line = 1};

	for (; *data; data++) {
		int r = 0;

		shape.line += *data == '\n';
		if (!shape.in_string)
			r = step(&shape, *data, error);
		else if (*data == '\\' && data[1])
			data++;
		else if (*data == '"')
			shape.in_string = false;
		if (r < 0)
			return r;
	}
	return 0;
}
