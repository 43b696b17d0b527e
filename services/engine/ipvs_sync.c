// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ipvs_sync.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/hash.h"
#include "base/parse.h"
#include "proto/agent_wire.h"

#define SYNC_IDS 255 /* of 8 bits; 0 stands for all */

bool ipvs_daemon_equal(const struct ipvs_daemon *a, const struct ipvs_daemon *b)
{
	if (!a->runs || !b->runs)
		return a->runs == b->runs;
	return strcmp(a->interface, b->interface) == 0 && a->sync_id == b->sync_id &&
	       a->group == b->group && a->length == b->length && a->port == b->port &&
	       a->hops == b->hops;
}

uint32_t ipvs_sync_id(const char *cluster_name)
{
	uint64_t hash = hash_add(HASH_START, cluster_name, strlen(cluster_name));

	return 1 + (uint32_t)(hash % SYNC_IDS);
}

static bool takes_part(const struct config_node *node)
{
	const struct config_port *port = config_port_by_name(node, IPVS_SYNC_INTERFACE);

	return node->role == CONFIG_ROLE_ROUTER && port && port->address;
}

static bool has_peer(const struct ipvs_sync_scene *scene)
{
	for (size_t i = 0; i < scene->config->n_nodes; i++) {
		const struct config_node *other = &scene->config->nodes[i];

		if (other->id != scene->node->id && takes_part(other))
			return takes_part(scene->node);
	}
	return false;
}

static bool is_held(const struct gate_lease *leases, const char *group, uint64_t now)
{
	uint64_t key = agent_wire_key(group);

	for (size_t i = 0; i < GATE_GROUPS_MAX; i++)
		if (__atomic_load_n(&leases[i].key, __ATOMIC_ACQUIRE) == key)
			return gate_lease_runs(&leases[i], now);
	return false;
}

static size_t count_held(const struct ipvs_sync_scene *scene, uint64_t now)
{
	size_t n = 0;

	for (size_t i = 0; i < scene->config->n_groups; i++)
		n += is_held(scene->leases, scene->config->groups[i].name, now);
	return n;
}

static bool goes_on(struct ipvs_sync_need *need, bool needed, uint64_t now)
{
	if (need->needed && !needed)
		need->until = now + IPVS_SYNC_LINGER_NS;
	need->needed = needed;
	return needed || now < need->until;
}

static struct ipvs_daemon daemon_of(const struct config *config, bool runs)
{
	struct ipvs_daemon daemon = {.runs = runs,
				     .interface = IPVS_SYNC_INTERFACE,
				     .sync_id = ipvs_sync_id(config->cluster_name),
				     .length = IPVS_SYNC_LENGTH,
				     .port = IPVS_SYNC_PORT,
				     .hops = IPVS_SYNC_HOPS};

	parse_ipv4(IPVS_SYNC_GROUP, &daemon.group);
	return daemon;
}

void ipvs_sync_decide(struct ipvs_sync *sync, const struct ipvs_sync_scene *scene, uint64_t now,
		      struct ipvs_daemons *ret_wanted)
{
	bool master = true, backup = true;

	*ret_wanted = (struct ipvs_daemons){0};
	if (!scene->served || !has_peer(scene)) {
		*sync = (struct ipvs_sync){0};
		return;
	}
	if (scene->leases) {
		size_t held = count_held(scene, now);

		master = goes_on(&sync->master, held > 0, now);
		backup = goes_on(&sync->backup, held < scene->config->n_groups, now);
	}
	ret_wanted->master = daemon_of(scene->config, master);
	ret_wanted->backup = daemon_of(scene->config, backup);
}

void ipvs_sync_note_master(struct ipvs_sync *sync, bool runs, bool fresh, uint64_t now)
{
	if (!runs)
		sync->master_since = 0;
	else if (fresh || !sync->master_since)
		sync->master_since = now;
}

bool ipvs_sync_is_settled(const struct ipvs_sync *sync, uint64_t now)
{
	return !sync->master_since || now - sync->master_since >= IPVS_SYNC_SETTLED_NS;
}
