/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of a case as a configuration, and the table that the engine makes of it. */
#ifndef TRIREME_ENGINE_TESTS_SETUP_H
#define TRIREME_ENGINE_TESTS_SETUP_H

#include "engine/health_state.h"
#include "engine/ipvs_table.h"
#include "engine/tests/conform/case.h"
#include "schema/config.h"

struct setup {
	struct config *config;
	uint32_t *marks;
	struct ipvs_table wanted;
};

/* -errno. The caller clears it. */
int setup_make(const struct conform_case *c, struct setup *ret_setup);
/* CASE_WEIGHT, CASE_REMOVE: the configuration is changed, and the table made anew. */
int setup_change(struct setup *setup, const struct case_step *step);
void setup_clear(struct setup *setup);

#endif
