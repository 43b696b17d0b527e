/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which node of the cluster this machine is, for a daemon that has read its configuration. */
#ifndef TRIREME_SCHEMA_NODE_IO_H
#define TRIREME_SCHEMA_NODE_IO_H

#include "schema/config.h"

/* One word, beside the running configuration; written by trireme-config. */
#define NODE_FILE "node"

/*
 * The node named by option (NULL: none given), else by the file NODE_FILE in config_path's folder,
 * else by the document itself. *ret_node is part of config. -ENOENT: nobody says, or the
 * configuration has no such node; else the errno of reading the file. ret_name gets the name
 * that was found, for the log; it may be empty.
 */
int node_find(const struct config *config, const char *config_path, const char *option,
	      char ret_name[CONFIG_NAME_MAX], const struct config_node **ret_node);

#endif
