// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever fields and depth are, on whatever data: what is left was there before. */
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "web/restconf_filter.h"
#include "web/tests/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_part(const json_t *left, const json_t *whole);

static bool is_part_object(const json_t *left, const json_t *whole)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)left, name,
			    value) if (!is_part(value, json_object_get(whole, name))) return false;
	return true;
}

/* Arrays keep their entries. */
static bool is_part(const json_t *left, const json_t *whole)
{
	if (json_is_object(left) && json_is_object(whole))
		return is_part_object(left, whole);
	if (!json_is_array(left) || !json_is_array(whole))
		return json_equal(left, whole);
	for (size_t i = 0; i < json_array_size(left); i++)
		if (!is_part(json_array_get(left, i), json_array_get(whole, i)))
			return false;
	return json_array_size(left) == json_array_size(whole);
}

static void apply(const struct query *query, const char *path_text, const json_t *whole)
{
	static struct model model;
	struct problem problem;
	struct filter filter;
	struct api_path path;
	json_t *left;

	if (!model.nodes)
		fixture_model(&model);
	if (filter_parse(query, &filter, &problem) < 0 ||
	    api_path_parse(path_text, &path, &problem) < 0)
		return;
	left = json_deep_copy(whole);
	filter_apply(&filter, &model, left, &path);
	if (!is_part(left, whole))
		abort();
	json_decref(left);
}

/* A byte for the depth, a line of fields, a line with the path, and the data. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct query query = {.depth = size ? data[0] % 5 : 0};
	char *text = strndup(size ? (const char *)data + 1 : "", size ? size - 1 : 0), *rest = text;
	const char *fields = strsep(&rest, "\n"), *path = rest ? strsep(&rest, "\n") : NULL;
	json_t *whole = rest ? json_loads(rest, 0, NULL) : NULL;

	if (json_is_object(whole) && copy_text(query.fields, sizeof(query.fields), fields) == 0)
		apply(&query, path, whole);
	json_decref(whole);
	free(text);
	return 0;
}
