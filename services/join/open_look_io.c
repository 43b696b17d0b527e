// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/text.h"
#include "join/opening.h"
#include "join/words.h"
#include "schema/image.h"
#include "schema/node_io.h"

#define ID_MAX 16 /* of a node (trireme-cluster.yang) */

static int read_config(struct opening *o)
{
	char path[PATH_MAX], name[CONFIG_NAME_MAX];
	_cleanup_free_ char *bytes = NULL;
	struct schema_error error = {0};
	struct config_meta meta;
	uint64_t digest;
	size_t size;
	int r;

	if (snprintf(path, sizeof(path), "%s" SCHEMA_RUNNING, o->options->root) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	r = file_read(path, CONFIG_IMAGE_MAX, &bytes, &size);
	if (r == 0)
		r = config_image_read(bytes, size, &o->config, &meta, &digest, &error);
	if (r == 0)
		r = node_find(o->config, path, NULL, name, &o->self);
	if (r < 0)
		words_set(o->words, sizeof(o->words), "%s cannot be read: %s", path,
			  error.allowed[0] ? error.allowed : strerror(-r));
	return r;
}

static void list_nodes(const struct opening *o, struct text *text)
{
	const char *before = "";

	for (size_t i = 0; i < o->config->n_nodes; i++) {
		if (&o->config->nodes[i] == o->self)
			continue;
		text_add(text, "%s%s", before, o->config->nodes[i].name);
		before = ", ";
	}
}

static int find_target(struct opening *o)
{
	struct text text = TEXT_ON(o->words);

	o->target = config_node_by_name(o->config, o->options->node);
	if (o->target && o->target != o->self)
		return 0;
	if (o->target)
		text_add(&text, "this machine is %s itself; allowed: ", o->options->node);
	else
		text_add(&text,
			 "the configuration has no node %s: add it first, with its addresses; "
			 "allowed: ",
			 o->options->node);
	list_nodes(o, &text);
	return -ENOENT;
}

/* Numbers stay with a machine for good: another one gets another number. */
static int find_id(struct opening *o)
{
	uint32_t used = 0;

	if (!o->options->replace)
		return 0;
	for (size_t i = 0; i < o->config->n_nodes; i++)
		used |= 1u << o->config->nodes[i].id;
	for (uint8_t id = 1; id <= ID_MAX; id++) {
		if (used & 1u << id)
			continue;
		o->new_id = id;
		return 0;
	}
	words_set(o->words, sizeof(o->words),
		  "every id from 1 to %d is a node's: a machine that replaces another one needs a "
		  "free one",
		  ID_MAX);
	return -ENOSPC;
}

/* A node that is away knows the old key alone: the ring would keep it for its sake. */
static int check_others(struct opening *o)
{
	uint32_t others = 0, present = 0;
	int r;

	for (size_t i = 0; i < o->config->n_nodes; i++) {
		if (&o->config->nodes[i] != o->target)
			others |= 1u << o->config->nodes[i].id;
	}
	r = cluster_present(others, &present, o->words);
	if (r < 0)
		return r;
	for (size_t i = 0; i < o->config->n_nodes; i++) {
		const struct config_node *node = &o->config->nodes[i];

		if (!(others & ~present & 1u << node->id))
			continue;
		words_set(o->words, sizeof(o->words),
			  "%s is not there: the ring's key can be changed when every other node "
			  "is, or is no more in the configuration",
			  node->name);
		return -ENONET;
	}
	return 0;
}

int opening_check_members(struct opening *o)
{
	uint32_t present = 0;
	/* An agent that does not see its own node has no view yet. */
	int r = cluster_present(1u << o->self->id, &present, o->words);

	if (r < 0)
		return r;
	if (present & 1u << o->target->id) {
		words_set(o->words, sizeof(o->words),
			  "%s is a member now: a machine that is to be replaced is switched off "
			  "first",
			  o->target->name);
		return -EEXIST;
	}
	return o->options->replace ? check_others(o) : 0;
}

int opening_look(struct opening *o)
{
	int r;

	config_free(o->config);
	o->config = NULL;
	r = read_config(o);
	if (r == 0)
		r = find_target(o);
	if (r == 0)
		r = find_id(o);
	if (r == 0)
		r = cluster_revision(&o->revision, o->words);
	return r < 0 ? r : opening_check_members(o);
}
