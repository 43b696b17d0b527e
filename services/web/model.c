// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/model.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "web/discovery.h"

#define NODES_FIRST 256 /* room is doubled from here on */

int model_init(struct model *model)
{
	*model = (struct model){.nodes = calloc(NODES_FIRST, sizeof(model->nodes[0]))};
	if (!model->nodes)
		return -ENOMEM;
	model->n_nodes = 1;
	return 0;
}

static int make_room(struct model *model)
{
	struct model_node *larger;

	/* A power of two of them is there when it is full. */
	if (model->n_nodes < NODES_FIRST || (model->n_nodes & (model->n_nodes - 1)))
		return 0;
	if (model->n_nodes >= MODEL_NODES_MAX)
		return -E2BIG;
	larger = reallocarray(model->nodes, 2 * model->n_nodes, sizeof(larger[0]));
	if (!larger)
		return -ENOMEM;
	model->nodes = larger;
	return 0;
}

int model_add(struct model *model, size_t parent, const char *module, const char *name,
	      enum model_kind kind)
{
	struct model_node *node;
	int r = make_room(model);

	if (r < 0)
		return r;
	node = &model->nodes[model->n_nodes];
	*node = (struct model_node){.module = strdup(module), .name = strdup(name), .kind = kind};
	node->next = model->nodes[parent].first;
	model->nodes[parent].first = (uint16_t)model->n_nodes++;
	return node->module && node->name ? 0 : -ENOMEM;
}

int model_add_monitoring(struct model *model)
{
	static const char *const names[] = {"restconf-state", "capabilities", "capability"};
	size_t parent = 0;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names) && r == 0; i++) {
		r = model_add(model, parent, DISCOVERY_MONITORING, names[i],
			      i + 1 == ARRAY_SIZE(names) ? MODEL_LEAF_LIST : MODEL_CONTAINER);
		parent = model->n_nodes - 1;
	}
	return r;
}

size_t model_child(const struct model *model, size_t parent, const char *module, const char *name)
{
	size_t child = model->n_nodes ? model->nodes[parent].first : 0;

	if (!module)
		module = parent ? model->nodes[parent].module : "";
	while (child && (strcmp(model->nodes[child].name, name) != 0 ||
			 strcmp(model->nodes[child].module, module) != 0))
		child = model->nodes[child].next;
	return child;
}

size_t model_member(const struct model *model, size_t parent, const char *member)
{
	const char *colon = strchr(member, ':');
	char module[64];

	if (!colon)
		return model_child(model, parent, NULL, member);
	if (colon - member >= (ptrdiff_t)sizeof(module))
		return 0;
	memcpy(module, member, (size_t)(colon - member));
	module[colon - member] = '\0';
	return model_child(model, parent, module, colon + 1);
}

bool model_has_operation(const struct model *model, const char *module, const char *name)
{
	size_t length = strlen(module);

	for (size_t i = 0; i < model->n_operations; i++) {
		const char *known = model->operations[i];

		if (strncmp(known, module, length) == 0 && known[length] == ':' &&
		    strcmp(known + length + 1, name) == 0)
			return true;
	}
	return false;
}

/* A key's value as in a path. */
static bool key_is(const json_t *value, const char *key)
{
	char number[24];

	if (json_is_string(value))
		return strcmp(json_string_value(value), key) == 0;
	if (!json_is_integer(value))
		return false;
	snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return strcmp(number, key) == 0;
}

static json_t *find_entry(json_t *list, const struct model_node *node, const struct api_step *step)
{
	json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		size_t k = 0;

		while (k < step->n_keys &&
		       key_is(json_object_get(entry, node->keys[k]), step->keys[k]))
			k++;
		if (k == step->n_keys)
			return entry;
	}
	return NULL;
}

static json_t *missing(struct problem *problem, const struct api_step *step, const char *message,
		       const char *allowed)
{
	problem_say(problem, "invalid-value", message, step->name, allowed);
	problem->app_tag = "not-found";
	return NULL;
}

/* One level down: *at becomes what the step names, a list as a whole when it has no keys. */
static json_t *go_down(const struct model *model, json_t *at, size_t *node,
		       const struct api_step *step, struct problem *problem)
{
	size_t parent = *node;
	const struct model_node *found;
	char member[160];

	*node = model_child(model, parent, step->module, step->name);
	found = &model->nodes[*node];
	if (!*node)
		return missing(problem, step, "there is no such node", "a node of the model");
	if (step->n_keys && (found->kind != MODEL_LIST || found->n_keys != step->n_keys))
		return missing(problem, step, "this number of keys does not fit the node",
			       "as many keys as the list has in the model");
	snprintf(member, sizeof(member), "%s:%s", found->module, found->name);
	if (!json_object_get(at, member))
		snprintf(member, sizeof(member), "%s", found->name);
	at = json_object_get(at, member);
	if (at && step->n_keys)
		at = find_entry(at, found, step);
	return at ? at : missing(problem, step, "nothing is there", "what exists at this moment");
}

json_t *model_walk(const struct model *model, json_t *data, const struct api_path *path,
		   struct problem *problem)
{
	const struct api_step *step = NULL;
	char member[160];
	size_t node = 0;

	for (size_t i = 0; i < path->n_steps; i++) {
		if (step && model->nodes[node].kind == MODEL_LIST && !step->n_keys)
			return missing(problem, step, "which entry of the list is not said",
				       "/LIST=KEY/NAME");
		step = &path->steps[i];
		data = go_down(model, data, &node, step, problem);
		if (!data)
			return NULL;
	}
	if (!step)
		return json_incref(data);
	snprintf(member, sizeof(member), "%s:%s", model->nodes[node].module, step->name);
	return json_pack(step->n_keys ? "{s:[O]}" : "{s:O}", member, data);
}

void model_clear(struct model *model)
{
	for (size_t i = 0; i < model->n_nodes; i++) {
		free(model->nodes[i].module);
		free(model->nodes[i].name);
		for (size_t k = 0; k < model->nodes[i].n_keys; k++)
			free(model->nodes[i].keys[k]);
	}
	for (size_t i = 0; i < model->n_operations; i++)
		free(model->operations[i]);
	free(model->nodes);
	free(model->library);
	*model = (struct model){0};
}
