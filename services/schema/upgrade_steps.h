/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From each revision of the model to the next. Private to services/schema; pure. */
#ifndef TRIREME_SCHEMA_UPGRADE_STEPS_H
#define TRIREME_SCHEMA_UPGRADE_STEPS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct upgrade_step {
	const char *from, *to;
	/*
	 * Changes the document in place. 0 or -ENOMEM; what has not the form it expects is left as
	 * it is. NULL: `to` only adds nodes, each with the extension `since` and at least this
	 * number; a document without them means the same by both.
	 */
	int (*upgrade)(json_t *document);
	uint32_t since;
};

/* The oldest first. */
extern const struct upgrade_step upgrade_steps[];
extern const size_t upgrade_n_steps;

/* Pools instead of real servers in services, timing profiles, ports for masquerading. */
int upgrade_to_2026_11_24(json_t *document);

#endif
