/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounds on the shape of a document, checked before libyang sees it: its parser takes quadratic
 * time in the length of a list at the top and in the members of an object (minutes for 100,000 of
 * them), and anybody may have written the medium of a first boot. Pure.
 */
#ifndef TRIREME_SCHEMA_SHAPE_H
#define TRIREME_SCHEMA_SHAPE_H

#include "schema/config.h"
#include "schema/schema.h"

#define SHAPE_REALS_MAX 4096 /* real servers of all services together, and of all pools */

/* Root, machine, cluster, timing, ring, system, forwarding, access, management with their
 * containers. */
#define SHAPE_FIXED 17
/* A port with bond or VLAN, members, additional addresses, IPv6 addresses. */
#define SHAPE_PORT (2 + CONFIG_MEMBERS_MAX + CONFIG_ADDITIONAL_MAX + CONFIG_IPV6_ADDRESSES_MAX)
#define SHAPE_NODE (1 + CONFIG_PORTS_MAX * SHAPE_PORT + CONFIG_ROUTES_MAX)
/* A group with its addresses, and resources with their parameters. */
#define SHAPE_GROUP (1 + CONFIG_FLOATING_MAX + CONFIG_RESOURCES_MAX * (1 + CONFIG_PARAMETERS_MAX))
/* Services with three containers, sources with one. */
#define SHAPE_OBJECTS_MAX                                                                   \
	(SHAPE_FIXED + CONFIG_NODES_MAX * SHAPE_NODE + CONFIG_GROUPS_MAX * SHAPE_GROUP +    \
	 CONFIG_MARKS_MAX * (1 + CONFIG_MATCHES_MAX) + CONFIG_POOLS_MAX + SHAPE_REALS_MAX + \
	 CONFIG_SERVICES_MAX * 4 + CONFIG_SOURCES_MAX * 2 + CONFIG_USERS_MAX + CONFIG_TOKENS_MAX)
#define SHAPE_MEMBERS_MAX 32 /* of one object; the model's largest has fewer than half */
#define SHAPE_DEPTH_MAX 16   /* the model's deepest value is at 10 */

/*
 * data ends with NUL. -EBADMSG and *error says what is too much and in which line. A text that is
 * no JSON is for the parser to refuse: up to the place where it does, both see the same.
 */
int shape_check(const char *data, struct schema_error *error);

#endif
