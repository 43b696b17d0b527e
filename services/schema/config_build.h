/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From libyang's validated tree to the plain structs of config.h. */
#ifndef TRIREME_SCHEMA_CONFIG_BUILD_H
#define TRIREME_SCHEMA_CONFIG_BUILD_H

#include <libyang/libyang.h>

#include "schema/config.h"

/*
 * tree: first top-level sibling of a validated document with its defaults (lyd_validate_all()).
 * 0: *ret_config is the caller's. -ENOMEM. -EOVERFLOW: more entries than the structs hold, or
 * -EINVAL: a value the structs do not know; both mean that the model and config.h disagree.
 */
int config_build(const struct lyd_node *tree, struct config **ret_config);

#endif
