/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of a list's entries. Private to services/schema; pure. */
#ifndef TRIREME_SCHEMA_DOCUMENT_ORDER_H
#define TRIREME_SCHEMA_DOCUMENT_ORDER_H

#include "schema/tree.h"

/*
 * node, an entry of a list, to another place among the entries: behind `after`, another entry of
 * the same list, or in front of all where that is NULL. *tree: the first node at the top. -ENOMEM.
 */
int order_move(struct lyd_node **tree, struct lyd_node *node, const struct lyd_node *after);

/*
 * Which of n different numbers can stay where they are when the others move to put all in rising
 * order: a longest rising subsequence (Fredman 1975). ret_stays has n places. -ENOMEM.
 */
int order_stays(const size_t *numbers, size_t n, bool *ret_stays);

#endif
