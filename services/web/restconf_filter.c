// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/restconf_filter.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/*
 *   fields-expr = path "(" fields-expr ")" / path ";" fields-expr / path
 *   path        = api-identifier [ "/" path ]
 *
 * The RFC's grammar lets a ")" be followed by nothing; its examples and this let ";" follow.
 */
struct parser {
	const char *at;
	struct filter *filter;
	uint64_t *among; /* where the next name belongs */
};

static size_t identifier(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || (text[n] && strchr("_-.", text[n])))
		n++;
	return n;
}

static int take_identifier(struct parser *parser, char *buf, size_t size)
{
	size_t n = identifier(parser->at);

	if (n == 0 || n >= size)
		return -EINVAL;
	memcpy(buf, parser->at, n);
	buf[n] = '\0';
	parser->at += n;
	return 0;
}

/* [module:]name; what comes next is below it. */
static int parse_name(struct parser *parser)
{
	struct filter *filter = parser->filter;
	struct filter_field *field = &filter->fields[filter->n_fields];
	int r;

	if (filter->n_fields == FILTER_FIELDS_MAX)
		return -E2BIG;
	*field = (struct filter_field){0};
	r = take_identifier(parser, field->name, sizeof(field->name));
	if (r == 0 && *parser->at == ':') {
		memcpy(field->module, field->name, sizeof(field->module));
		parser->at++;
		r = take_identifier(parser, field->name, sizeof(field->name));
	}
	if (r < 0)
		return r;
	*parser->among |= UINT64_C(1) << filter->n_fields++;
	parser->among = &field->below;
	return 0;
}

static int parse_path(struct parser *parser)
{
	for (;;) {
		int r = parse_name(parser);

		if (r < 0 || *parser->at != '/')
			return r;
		parser->at++;
	}
}

static int parse_fields(struct parser *parser)
{
	uint64_t *among[FILTER_NESTING_MAX + 1] = {&parser->filter->top};
	unsigned int open = 0;

	for (;;) {
		int r;

		parser->among = among[open];
		r = parse_path(parser);
		if (r < 0)
			return r;
		if (*parser->at == '(') {
			if (open == FILTER_NESTING_MAX)
				return -E2BIG;
			among[++open] = parser->among;
			parser->at++;
			continue;
		}
		parser->filter->fields[parser->filter->n_fields - 1].selects = true;
		while (*parser->at == ')' && open > 0) {
			open--;
			parser->at++;
		}
		if (*parser->at != ';')
			return *parser->at || open ? -EINVAL : 0;
		parser->at++;
	}
}

int filter_parse(const struct query *query, struct filter *ret_filter, struct problem *problem)
{
	struct parser parser = {.at = query->fields, .filter = ret_filter};

	*ret_filter = (struct filter){.depth = query->depth};
	if (!query->fields[0] || parse_fields(&parser) == 0)
		return 0;
	problem_say(problem, "invalid-value", "the query parameter fields cannot be read",
		    parser.at[0] ? parser.at : query->fields,
		    "names with '/' for what is below, ';' between them and '(' ')' around several "
		    "below one: "
		    "name;node(id;port/address); at most 64 names and 16 levels");
	return -EINVAL;
}

/* Where a walk over the data is, and what applies to the children there. */
struct place {
	const struct filter *filter;
	const struct model *model;
	size_t node;	    /* of the model; 0: the top, or not known */
	const char *module; /* of the data; NULL: none yet */
	uint64_t among;	    /* fields that select; 0: all stay that depth lets */
	unsigned int depth; /* of the children */
};

static void prune(const struct place *place, json_t *value);

static bool is_key(const struct place *place, const char *name)
{
	const struct model_node *node = &place->model->nodes[place->node];

	for (size_t k = 0; place->node && k < node->n_keys; k++)
		if (strcmp(node->keys[k], name) == 0)
			return true;
	return false;
}

static bool field_names(const struct filter_field *field, const char *module, const char *name)
{
	return strcmp(field->name, name) == 0 &&
	       (!field->module[0] || (module && strcmp(field->module, module) == 0));
}

/* Whether a field names the child; child->among gets what the fields want of it. */
static bool select_child(const struct place *place, struct place *child, const char *name)
{
	bool selected = false, whole = false;

	for (size_t i = 0; i < place->filter->n_fields; i++) {
		const struct filter_field *field = &place->filter->fields[i];

		if (!(place->among & UINT64_C(1) << i) || !field_names(field, child->module, name))
			continue;
		selected = true;
		whole = whole || field->selects;
		child->among |= field->below;
	}
	if (whole)
		child->among = 0;
	/* What fields name is of depth 1 itself (section 4.8.2). */
	child->depth = 2;
	return selected;
}

/* Whether the member stays; what does not of the data below it is taken out. */
static bool keep_member(const struct place *place, const char *member, json_t *value)
{
	const char *colon = strchr(member, ':'), *name = colon ? colon + 1 : member;
	struct place child = *place;
	char module[64] = "";

	if (colon && colon - member < (ptrdiff_t)sizeof(module)) {
		memcpy(module, member, (size_t)(colon - member));
		child.module = module;
	}
	child.node =
		place->node || !place->module ? model_member(place->model, place->node, member) : 0;
	child.among = 0;
	child.depth = place->depth + 1;
	if (place->among && !select_child(place, &child, name))
		return is_key(place, name);
	if (!place->among && place->filter->depth && place->depth > place->filter->depth)
		return is_key(place, name);
	prune(&child, value);
	return true;
}

static void prune_object(const struct place *place, json_t *object)
{
	const char *member;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, member,
				 value) if (!keep_member(place, member, value))
		json_object_del(object, member);
}

static void prune(const struct place *place, json_t *value)
{
	json_t *entry;
	size_t i;

	if (json_is_object(value))
		prune_object(place, value);
	else
		json_array_foreach(value, i, entry) if (json_is_object(entry))
			prune_object(place, entry);
}

void filter_apply(const struct filter *filter, const struct model *model, json_t *target,
		  const struct api_path *path)
{
	struct place place = {.filter = filter, .model = model, .among = filter->top, .depth = 2};

	if (!filter->depth && !filter->top)
		return;
	for (size_t i = 0; i < path->n_steps; i++) {
		const struct api_step *step = &path->steps[i];

		place.module = step->module ? step->module : place.module;
		place.node = model_child(model, place.node, step->module, step->name);
		if (!place.node)
			break;
	}
	prune(&place, json_object_iter_value(json_object_iter(target)));
}
