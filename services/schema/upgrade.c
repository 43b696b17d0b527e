// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/upgrade.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/error.h"
#include "schema/upgrade_steps.h"

const char *upgrade_revision(size_t i)
{
	return i < upgrade_n_steps ? upgrade_steps[upgrade_n_steps - 1 - i].from : NULL;
}

bool upgrade_knows(const char *from, const char *to)
{
	for (size_t i = 0; i < upgrade_n_steps && strcmp(from, to) != 0; i++) {
		if (strcmp(upgrade_steps[i].from, from) == 0)
			from = upgrade_steps[i].to;
	}
	return strcmp(from, to) == 0;
}

const char *upgrade_earliest(const char *model, uint32_t level)
{
	for (size_t i = upgrade_n_steps; i > 0; i--) {
		const struct upgrade_step *step = &upgrade_steps[i - 1];

		if (!step->upgrade && level < step->since && strcmp(step->to, model) == 0)
			model = step->from;
	}
	return model;
}

bool upgrade_same(const char *a, const char *b)
{
	return strcmp(upgrade_earliest(a, 0), upgrade_earliest(b, 0)) == 0;
}

static int refuse(const char *value, const char *allowed, struct schema_error *error)
{
	error_text(error->value, sizeof(error->value), "%s", value);
	error_text(error->allowed, sizeof(error->allowed), "%s", allowed);
	error_make_printable(error);
	return -EBADMSG;
}

static int upgrade(const char *from, const char *to, json_t *document, struct schema_error *error)
{
	for (size_t i = 0; i < upgrade_n_steps && strcmp(from, to) != 0; i++) {
		int r;

		if (strcmp(upgrade_steps[i].from, from) != 0)
			continue;
		r = upgrade_steps[i].upgrade ? upgrade_steps[i].upgrade(document) : 0;
		if (r < 0)
			return r;
		from = upgrade_steps[i].to;
	}
	if (strcmp(from, to) == 0)
		return 0;
	error_text(error->path, sizeof(error->path), "revision of the model");
	return refuse(from, "a revision that this software knows, not a later one", error);
}

int upgrade_document(const char *from, const char *to, const char *text, size_t size,
		     char **ret_text, struct schema_error *error)
{
	json_t *document = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	char *upgraded = NULL;
	int r;

	*error = (struct schema_error){0};
	if (!json_is_object(document)) {
		json_decref(document);
		return refuse("", "a JSON document: {...}", error);
	}
	r = upgrade(from, to, document, error);
	if (r == 0)
		upgraded = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	if (r < 0)
		return r;
	if (!upgraded)
		return -ENOMEM;
	*ret_text = upgraded;
	return 0;
}
