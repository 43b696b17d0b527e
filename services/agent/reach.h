/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the addresses that the groups track (/alias-group/track-address) answer: each is asked
 * for by ARP once a second. One that has answered is away after three seconds without an answer, so
 * that a lost frame counts for nothing, and here again after two with one. Pure.
 */
#ifndef TRIREME_AGENT_REACH_H
#define TRIREME_AGENT_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/agent_wire.h"
#include "schema/config.h"

#define REACH_MISSES 3
#define REACH_ANSWERS 2
#define REACH_MAX (CONFIG_GROUPS_MAX * CONFIG_TRACKED_MAX)

struct reach {
	uint32_t address;		 /* network byte order */
	char port[CONFIG_PORT_NAME_MAX]; /* where it is asked for */
	bool here;
	bool fresh;	      /* it has never been here: the first answer is enough */
	bool asked, answered; /* in this second */
	uint8_t against;      /* seconds in a row that speak against `here` */
};

/*
 * What this node's groups track, each address once. adopted: bit i says that a lease of groups[i]
 * goes on from the agent's former life: what such a group tracks counts as here until it is known
 * to be away, anything else as away until its first answer.
 */
size_t reach_list(const struct config *config, const struct config_node *node, uint32_t adopted,
		  struct reach ret_list[REACH_MAX]);

/* An answer has come from that address, in at the port of that name. */
void reach_answer(struct reach *list, size_t n, uint32_t address, const char *port);

/* A second is over, and the address is asked for anew. True: `here` is another than before. */
bool reach_turn(struct reach *r);

/* The first address of the group that is away, or AGENT_HEALTH_FIT; as ports_health(). */
enum agent_wire_health reach_health(const struct reach *list, size_t n,
				    const struct config_group *group,
				    char ret_object[AGENT_WIRE_OBJECT_MAX]);

#endif
