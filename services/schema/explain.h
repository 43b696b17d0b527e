/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns libyang's error into path, value and what is allowed. */
#ifndef TRIREME_SCHEMA_EXPLAIN_H
#define TRIREME_SCHEMA_EXPLAIN_H

#include <libyang/libyang.h>

#include "schema/schema.h"

/* The first stored record that is an error; libyang stores warnings beside it. Never NULL. */
const struct ly_err_item *explain_first(const struct ly_ctx *ctx);

/* A secret is never quoted: the value of an error at one becomes this. */
#define EXPLAIN_SECRET "(secret)"

/*
 * The document could not be parsed. opaque: the same document parsed with LYD_PARSE_OPAQ, in
 * which the offending value can be read; NULL when even that failed.
 */
void explain_parse(const struct ly_ctx *ctx, const struct ly_err_item *item,
		   const struct lyd_node *opaque, struct schema_error *error);

/* The parsed document, tree, is not valid as a whole. */
void explain_validation(const struct ly_ctx *ctx, const struct ly_err_item *item,
			const struct lyd_node *tree, struct schema_error *error);

#endif
