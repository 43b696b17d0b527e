/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Named sets of the ruleset, as text: each element once, sorted, none over another. */
#ifndef TRIREME_ENGINE_RULESET_SETS_H
#define TRIREME_ENGINE_RULESET_SETS_H

#include "base/text.h"
#include "schema/config.h"

/*
 * All of them; a set may be empty. The names are those that the rules use. marks: marks_make().
 * private: this node's port eth1.
 */
int ruleset_sets(struct text *text, const struct config *config, const uint32_t *marks,
		 const struct config_port *private);

#endif
