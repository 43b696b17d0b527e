// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/model_io.h"

#include <errno.h>
#include <libyang/libyang.h>
#include <stdio.h>
#include <string.h>

#include "web/discovery.h"

static const char *const modules[] = {"trireme", "trireme-api"};

static void closep_context(struct ly_ctx **ctx)
{
	if (*ctx)
		ly_ctx_destroy(*ctx);
}

static enum model_kind kind_of(const struct lysc_node *node)
{
	switch (node->nodetype) {
	case LYS_LIST:
		return MODEL_LIST;
	case LYS_LEAF:
		return MODEL_LEAF;
	case LYS_LEAFLIST:
		return MODEL_LEAF_LIST;
	default:
		return MODEL_CONTAINER;
	}
}

static int add_keys(struct model_node *made, const struct lysc_node *node)
{
	const struct lysc_node *child = lysc_node_child(node);

	/* A list's keys are its first children (RFC 7950, 7.8.5). */
	for (; child && lysc_is_key(child); child = child->next) {
		if (made->n_keys == API_KEYS_MAX)
			return -E2BIG;
		made->keys[made->n_keys] = strdup(child->name);
		if (!made->keys[made->n_keys++])
			return -ENOMEM;
	}
	return 0;
}

static int add_node(struct model *model, size_t parent, const struct lysc_node *node)
{
	enum model_kind kind = kind_of(node);
	int r = model_add(model, parent, node->module->name, node->name, kind);

	return r == 0 && kind == MODEL_LIST ? add_keys(&model->nodes[model->n_nodes - 1], node) : r;
}

static int add_operation(struct model *model, const struct lysc_node *node)
{
	char name[160];

	if (model->n_operations == MODEL_OPERATIONS_MAX)
		return -E2BIG;
	snprintf(name, sizeof(name), "%s:%s", node->module->name, node->name);
	model->operations[model->n_operations] = strdup(name);
	return model->operations[model->n_operations++] ? 0 : -ENOMEM;
}

/* The children of a node, or what stands at the top of a module, and all below; choices are no
 * level. */
static int add_children(struct model *model, size_t place, const struct lysc_node *parent,
			const struct lys_module *module)
{
	const struct lysc_node *node = NULL;
	int r = 0;

	while (r == 0 && (node = lys_getnext(node, parent, module ? module->compiled : NULL, 0))) {
		if (node->nodetype & (LYS_CONTAINER | LYS_LIST | LYS_LEAF | LYS_LEAFLIST)) {
			r = add_node(model, place, node);
			if (r == 0)
				r = add_children(model, model->n_nodes - 1, node, NULL);
		} else if (node->nodetype == LYS_RPC) {
			r = add_operation(model, node);
		}
	}
	return r;
}

/* libyang's own, and those that are not for clients, come without data. */
static int add_modules(struct model *model, struct ly_ctx *ctx)
{
	const struct lys_module *module;
	uint32_t at = 0;
	int r = 0;

	while (r == 0 && (module = ly_ctx_get_module_iter(ctx, &at)))
		if (module->implemented && module->compiled)
			r = add_children(model, 0, NULL, module);
	return r;
}

static int add_library(struct model *model, struct ly_ctx *ctx)
{
	struct lyd_node *data = NULL;
	char *text = NULL;
	int r = -EIO;

	if (ly_ctx_get_yanglib_data(ctx, &data, "0") == LY_SUCCESS &&
	    lyd_print_mem(&text, data, LYD_JSON, LYD_PRINT_WITHSIBLINGS | LYD_PRINT_SHRINK) ==
		    LY_SUCCESS)
		r = discovery_library(text, &model->library);
	free(text);
	lyd_free_all(data);
	return r;
}

int model_read(const char *yang_dirs, struct model *ret_model)
{
	_cleanup_(closep_context) struct ly_ctx *ctx = NULL;
	struct model model;
	int r = model_init(&model);

	/* Nothing is printed; the caller says what could not be read. */
	ly_log_options(LY_LOSTORE);
	if (r == 0 && ly_ctx_new(yang_dirs, LY_CTX_DISABLE_SEARCHDIR_CWD, &ctx) != LY_SUCCESS)
		r = -EIO;
	for (size_t i = 0; i < ARRAY_SIZE(modules) && r == 0; i++)
		r = ly_ctx_load_module(ctx, modules[i], NULL, NULL) ? 0 : -EIO;
	if (r == 0)
		r = add_modules(&model, ctx);
	if (r == 0)
		r = model_add_monitoring(&model);
	if (r == 0)
		r = add_library(&model, ctx);
	if (r < 0)
		model_clear(&model);
	else
		*ret_model = model;
	return r;
}
