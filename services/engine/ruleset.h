/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firewall of a node as nftables text (nft(8)): one table, `inet trireme`, written exactly as
 * libnftables lists it (RULESET_TABLE alone, stateless, numeric protocols and priorities), so
 * that the kernel's listing can be compared with it: see ruleset_match.h.
 *
 * Where the chains hook. IPVS (net/netfilter/ipvs/ip_vs_core.c) takes a client's packet in
 * LOCAL_IN at priority 98 and 99, and turns an answer's source into the floating address in
 * FORWARD at 99 and 100. Both filter chains come after it, at 110:
 *  - `input` sees only what IPVS did not take. A service that has no real server left is refused
 *    by IPVS itself; one that is not in the kernel yet meets the closed end of the chain. So a
 *    floating address never leads to a program on the router.
 *  - `forward` sees answers already translated: whatever still has a private source there was
 *    not translated by IPVS.
 *  - `guard` comes after source NAT (100): the last look at what leaves on the public port.
 * Services of more than one port have a firewall mark, set in `untracked_in` on packets that came
 * from outside: by it IPVS knows them, and so do the rules that follow.
 * Traffic of the services, of their checks on eth1 and of the cluster is not tracked: a flood of
 * any cannot fill the connection table, and a full table cannot stop any.
 */
#ifndef TRIREME_ENGINE_RULESET_H
#define TRIREME_ENGINE_RULESET_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/config.h"

#define RULESET_NAME "inet trireme"
#define RULESET_TABLE "table " RULESET_NAME

#define RULESET_MAX (8u << 20) /* bytes; see tests/test_ruleset.c for what the limits need */

/*
 * The table for this node; marks: marks_make(). joining: machines of the private subnet may reach
 * ENGINE_JOINING_PORT. The caller frees the text. -ENOMEM, -ENOSPC: above RULESET_MAX.
 */
int ruleset_make(const struct config *config, const uint32_t *marks, const struct config_node *node,
		 bool joining, char **ret_text);

#endif
