// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/act_io.h"

#include <assert.h>
#include <errno.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "agent/announce_io.h"
#include "agent/probe_io.h"
#include "agent/settings.h"
#include "base/clock_io.h"
#include "base/parse.h"

static_assert(RESOURCE_WIRE_GROUPS_MAX >= CONFIG_GROUPS_MAX, "all groups have a place");
static_assert(RESOURCE_WIRE_NAME_MAX == CONFIG_NAME_MAX, "a name fits");

#define FRAMES_MAX 64		    /* read in one turn of the loop */
#define PROBE_AGAIN_NS NSEC_PER_SEC /* after a probe that could not be sent */
#define HELPER_AGAIN_NS NSEC_PER_SEC
#define HUNG_S 5 /* SIGALRM ends an agent whose loop has not turned for so long */

/* Of the decision's lines, by priority: looked up by qb_log() they would be allocated. */
static struct qb_log_callsite *log_sites[LOG_DEBUG + 1];

void act_prepare(void)
{
	for (uint8_t p = 0; p <= LOG_DEBUG; p++)
		log_sites[p] = qb_log_callsite_get("decide", __FILE__, "%s", p, __LINE__, 0);
}

static void arm_timer(struct agent *a)
{
	uint64_t at = decide_deadline(&a->state, clock_boot_ns());
	uint64_t ipc = ipc_io_deadline(&a->ipc);
	struct itimerspec spec = {0};

	at = ipc < at ? ipc : at;
	at = a->leave_by < at ? a->leave_by : at;
	for (size_t i = 0; i < a->config->n_groups; i++) {
		at = a->announce[i].next < at ? a->announce[i].next : at;
		at = a->probe[i].next < at ? a->probe[i].next : at;
	}
	/* Every second, however much else happens; so an idle loop is seen to turn, too. */
	at = a->health.next < at ? a->health.next : at;
	spec.it_value.tv_sec = (time_t)(at / NSEC_PER_SEC);
	spec.it_value.tv_nsec = (long)(at % NSEC_PER_SEC);
	timerfd_settime(a->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

void act_announce(struct agent *a, uint64_t now)
{
	for (size_t i = 0; i < a->config->n_groups; i++) {
		int r;

		if (!announce_due(&a->announce[i], now))
			continue;
		r = announce_io_send(a->announce_fd, &a->config->groups[i], a->link.ports,
				     a->link.n_ports);
		if (r < 0)
			qb_log(LOG_WARNING, "%s could not be announced: %s",
			       a->config->groups[i].name, strerror(-r));
	}
}

static bool is_own(const struct link_io *link, const uint8_t mac[6])
{
	for (size_t i = 0; i < link->n_ports; i++)
		if (memcmp(link->ports[i].mac, mac, sizeof(link->ports[i].mac)) == 0)
			return true;
	return false;
}

/* An address counts at its own port: hosts may speak of it elsewhere, which harms nobody. */
static void hear(struct agent *a, int index, const struct probe_seen *seen)
{
	for (size_t i = 0; i < a->config->n_groups; i++) {
		const struct config_group *g = &a->config->groups[i];

		for (size_t k = 0; k < config_n_floating(g); k++) {
			const struct config_floating alias = config_floating(g, k);
			const struct port_state *port =
				ports_find(a->link.ports, a->link.n_ports, alias.port);

			if (memcmp(&alias.address, &seen->address, sizeof(alias.address)) == 0 &&
			    port && port->index == index)
				decide_conflict(&a->state, i, seen, clock_boot_ns());
		}
	}
}

static void hear_all(struct agent *a, int fd)
{
	struct probe_seen seen;
	int index;

	for (int i = 0; i < FRAMES_MAX && probe_io_read(fd, &index, &seen); i++)
		if (!is_own(&a->link, seen.mac))
			hear(a, index, &seen);
}

void act_hear(struct agent *a)
{
	hear_all(a, a->probe_fd);
	if (a->probe6_fd >= 0)
		hear_all(a, a->probe6_fd);
}

static void send_probes(struct agent *a, size_t group, uint64_t now)
{
	int r = probe_io_send(a->probe_fd, &a->config->groups[group], a->link.ports,
			      a->link.n_ports);

	if (r == 0)
		return;
	qb_log(LOG_WARNING, "%s could not be probed for: %s", a->config->groups[group].name,
	       strerror(-r));
	probe_start(&a->probe[group], now + PROBE_AGAIN_NS);
}

void act_probe(struct agent *a, uint64_t now)
{
	for (size_t i = 0; i < a->config->n_groups; i++) {
		switch (probe_step(&a->probe[i], now)) {
		case PROBE_SEND:
			send_probes(a, i, now);
			break;
		case PROBE_END:
			/* An answer that waits counts, however late this process is. */
			act_hear(a);
			decide_probed(&a->state, i, now);
			break;
		case PROBE_WAIT:
			break;
		}
	}
}

/* ⌈L⌉ + 1 s: cleans up behind the lease should this agent be gone. */
static uint32_t valid_lifetime(const struct agent *a)
{
	uint64_t lease = a->state.settings.times.lease;

	return (uint32_t)((lease + NSEC_PER_SEC - 1) / NSEC_PER_SEC) + 1;
}

/* A label, or what says as much of an address that has none. */
static void name_alias(const struct config_floating *alias, char ret_name[AGENT_WIRE_OBJECT_MAX])
{
	if (alias->label)
		snprintf(ret_name, AGENT_WIRE_OBJECT_MAX, "%s", alias->label);
	else
		snprintf(ret_name, AGENT_WIRE_OBJECT_MAX, "%.8s (IPv6)", alias->port);
}

static void add_addresses(struct agent *a, size_t group)
{
	const struct config_group *g = &a->config->groups[group];
	char name[AGENT_WIRE_OBJECT_MAX], address[INET6_ADDRSTRLEN];
	struct config_floating alias;
	size_t failed = 0;
	int r = address_io_add(&a->addresses, g, a->link.ports, a->link.n_ports, valid_lifetime(a),
			       &failed);

	if (r == 0)
		return;
	alias = config_floating(g, failed);
	name_alias(&alias, name);
	qb_log(LOG_ERR, "%s: the alias %s, %s, could not be added: %s", g->name, name,
	       format_ipv6(&alias.address, address, sizeof(address)), strerror(-r));
	decide_addresses_failed(&a->state, group, name, clock_boot_ns());
}

/* By name only before the ports are watched: at the start, when nothing waits for it. */
static int delete_once(struct agent *a, const struct config_group *group)
{
	if (!a->watching)
		return address_io_delete_by_name(&a->addresses, group);
	return address_io_delete(&a->addresses, group, a->link.ports, a->link.n_ports);
}

static int delete_addresses(struct agent *a, size_t group)
{
	const struct config_group *g = &a->config->groups[group];
	int r = delete_once(a, g);

	if (r == 0)
		return 0;
	address_io_close(&a->addresses);
	r = address_io_open(&a->addresses);
	if (r == 0)
		r = delete_once(a, g);
	if (r == 0)
		return 0;
	qb_log(LOG_CRIT, "%s: an alias could not be removed: %s", g->name, strerror(-r));
	a->failed = r;
	qb_loop_stop(a->daemon.loop);
	return r;
}

/* A lease comes with the addresses; of a former life's one as well as of this one's. */
static void list_owned(const struct agent *a, struct resource_owned *ret_owned)
{
	uint64_t now = clock_boot_ns();

	memset(ret_owned, 0, sizeof(*ret_owned));
	ret_owned->version = RESOURCE_WIRE_VERSION;
	for (size_t i = 0; i < a->config->n_groups; i++)
		if (a->state.groups[i].lease_until > now)
			memcpy(ret_owned->groups[ret_owned->n_groups++], a->config->groups[i].name,
			       sizeof(ret_owned->groups[0]));
}

void act_meet_helpers(struct agent *a)
{
	struct resource_owned owned;

	if (a->config->n_fence_devices > 0)
		fence_io_connect(&a->fence);
	if (a->has_resources) {
		list_owned(a, &owned);
		resource_io_meet(&a->resource, &owned);
	}
	a->helpers_again = clock_boot_ns() + HELPER_AGAIN_NS;
}

static void tell_owned(struct agent *a)
{
	struct resource_owned owned;

	list_owned(a, &owned);
	resource_io_tell(&a->resource, &owned);
}

void act_follow_standby(struct agent *a, const struct config *config)
{
	const struct config_node *node = settings_node_by_id(config, a->state.settings.self);

	decide_standby(&a->state, node && node->standby, clock_boot_ns());
}

void act_follow_helpers(struct agent *a, struct config *config)
{
	struct decide_device devices[DECIDE_NODES_MAX];
	struct config *own = a->config;

	a->has_resources = config->n_resources > 0;
	settings_devices(config, &a->state.settings, devices);
	if (config != own) {
		struct config_fence_device *former = own->fence_devices;
		size_t n = own->n_fence_devices;

		own->fence_devices = config->fence_devices;
		own->n_fence_devices = config->n_fence_devices;
		config->fence_devices = former;
		config->n_fence_devices = n;
	}
	decide_fencing(&a->state, devices, clock_boot_ns());
	act_meet_helpers(a);
}

static void fence(struct agent *a, const struct decide_action *action)
{
	const struct config_fence_device *device = settings_fence_device(a->config, action->node);
	int r = device ? fence_io_ask(&a->fence, device, action->request) : -ENODEV;
	char text[120];

	if (r == 0)
		return;
	snprintf(text, sizeof(text), "the helper cannot be asked: %s", strerror(-r));
	decide_fenced(&a->state, action->request, text, clock_boot_ns());
}

/* The engine tells the others of connections as soon as they are this router's. */
static void set_lease(struct agent *a, const struct decide_action *action)
{
	const struct gate_lease *lease = gate_io_lease(&a->gate, action->group);
	bool begins = lease && lease->deadline == 0;

	gate_io_set(&a->gate, action->group, action->epoch, action->deadline);
	if (begins)
		poke_io_send(&a->health.poke);
}

static void execute(struct agent *a, const struct decide_action *action)
{
	size_t group = action->group;

	switch (action->type) {
	case DECIDE_SEND:
		/* Nobody may hear that a group is free whose aliases are still on the ports. */
		if (!a->failed)
			outbox_send(&a->outbox, &a->cpg, &action->message);
		break;
	case DECIDE_LEASE_SET:
		set_lease(a, action);
		break;
	case DECIDE_LEASE_CLEAR:
		gate_io_clear(&a->gate, group);
		/* The others get the last connections while this router's aliases go. */
		poke_io_send(&a->health.poke);
		break;
	case DECIDE_ADDRESSES_ADD:
	case DECIDE_ADDRESSES_REFRESH:
		add_addresses(a, group);
		break;
	case DECIDE_ADDRESSES_DELETE:
		delete_addresses(a, group);
		break;
	case DECIDE_ANNOUNCE_START:
		if (!a->state.groups[group].addresses)
			break; /* they could not be added */
		announce_start(&a->announce[group], clock_boot_ns(), a->state.settings.self);
		act_announce(a, clock_boot_ns());
		break;
	case DECIDE_ANNOUNCE_STOP:
		announce_stop(&a->announce[group]);
		break;
	case DECIDE_PROBE_START:
		probe_start(&a->probe[group], clock_boot_ns());
		act_probe(a, clock_boot_ns());
		break;
	case DECIDE_PROBE_STOP:
		probe_stop(&a->probe[group]);
		break;
	case DECIDE_FENCE:
		fence(a, action);
		break;
	}
}

void act(struct agent *a)
{
	struct decide_actions *actions = &a->actions;

	/* A hung agent would keep every later view from forming; a dead one leaves the group. */
	alarm(HUNG_S);
	turn_io_set(&a->turn, clock_boot_ns(), 0);
	/* A vote is kept before it is told. */
	vote_io_set(&a->vote, decide_vote(&a->state));
	/* An action may report a failure, which appends: the list is read by index. */
	for (size_t i = 0; i < actions->n; i++)
		execute(a, &actions->list[i]);
	actions->n = 0;
	for (size_t i = 0; i < actions->n_logs; i++) {
		record_io_add(&a->record, &a->state.settings, &actions->logs[i]);
		qb_log_real_(log_sites[actions->logs[i].priority], actions->logs[i].text);
	}
	actions->n_logs = 0;
	/* After all that is done for the addresses: resources follow them. */
	tell_owned(a);
	ipc_io_settle(&a->ipc, &a->state, clock_boot_ns());
	arm_timer(a);
	if (a->leave_by != UINT64_MAX && decide_may_leave(&a->state) && outbox_idle(&a->outbox))
		qb_loop_stop(a->daemon.loop);
}

struct former_ports {
	struct agent *agent;
	const struct config_node *node;
};

/* Of no group any more: it is looked for on every port. What fails here the kernel ends soon. */
static void delete_former(void *data, const struct in6_addr *address)
{
	const struct former_ports *on = data;
	static struct config_group group;

	for (size_t i = 0; i < on->node->n_ports; i++) {
		const char *port = on->node->ports[i].name;

		group.n_aliases = IN6_IS_ADDR_V4MAPPED(address);
		group.n_ipv6_aliases = !group.n_aliases;
		group.aliases[0].address = address->s6_addr32[3];
		group.ipv6_aliases[0].address = *address;
		memcpy(group.aliases[0].port, port, sizeof(group.aliases[0].port));
		memcpy(group.ipv6_aliases[0].port, port, sizeof(group.ipv6_aliases[0].port));
		address_io_delete_by_name(&on->agent->addresses, &group);
	}
}

int act_on_former_life(struct agent *a, const struct config_node *node)
{
	uint64_t now = clock_boot_ns();
	int r = 0;

	decide_voted(&a->state, vote_io_get(&a->vote), now);
	if (node)
		gate_io_each_former(&a->gate, a->config, delete_former,
				    &(struct former_ports){.agent = a, .node = node});
	/* Should it fail, each port says why it has no gate, and nothing is owned. */
	gate_io_configure(&a->gate, a->config, node);
	for (size_t i = 0; i < a->config->n_groups && r == 0; i++) {
		const struct gate_lease *lease = gate_io_lease(&a->gate, i);

		if (lease && gate_lease_runs(lease, now))
			decide_adopt(&a->state, i, lease->epoch, lease->deadline, now);
		else
			r = delete_addresses(a, i);
	}
	return r;
}
