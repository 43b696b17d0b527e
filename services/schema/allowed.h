/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the model allows at a node, in words for a person; derived from the compiled model. */
#ifndef TRIREME_SCHEMA_ALLOWED_H
#define TRIREME_SCHEMA_ALLOWED_H

#include <libyang/libyang.h>

/* Values of a leaf: "1..16", "one of: tcp, udp", "126..10000 milliseconds". buf ≥ 64 bytes. */
void allowed_values(const struct lysc_node *leaf, char *buf, size_t size);

/* Names below parent; parent NULL: at the top of module. "one of: name, id, role". */
void allowed_children(const struct lysc_node *parent, const struct lys_module *module, char *buf,
		      size_t size);

/* The values that a leafref could have in this document. tree: any of its top-level siblings. */
void allowed_references(const struct lysc_node *leaf, const struct lyd_node *tree, char *buf,
			size_t size);

#endif
