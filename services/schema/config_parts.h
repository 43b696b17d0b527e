/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of config_build(), a file per subject of the model. Each reads a whole valid document,
 * `tree` being its first top-level node. Pure.
 */
#ifndef TRIREME_SCHEMA_CONFIG_PARTS_H
#define TRIREME_SCHEMA_CONFIG_PARTS_H

#include <libyang/libyang.h>

#include "schema/config.h"

/* Elements of a node's lists. */
int build_port(void *object, const struct lyd_node *from);
int build_route(void *object, const struct lyd_node *from);

/* Of an agent of fencing, or of a resource. */
int build_parameter(void *object, const struct lyd_node *from);

int build_cluster(struct config *config, const struct lyd_node *tree);
int build_resources(struct config *config, const struct lyd_node *tree);
int build_system(struct config *config, const struct lyd_node *tree);
int build_access(struct config *config, const struct lyd_node *tree);
int build_management(struct config *config, const struct lyd_node *tree);
int build_fencing(struct config *config, const struct lyd_node *tree);
int build_pools(struct config *config, const struct lyd_node *tree);

/* After build_pools(). */
int build_services(struct config *config, const struct lyd_node *tree);
int build_sources(struct config *config, const struct lyd_node *tree);

#endif
