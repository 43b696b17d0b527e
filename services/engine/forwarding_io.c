// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/forwarding_io.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <qb/qblog.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "engine/forward_lease.h"
#include "engine/full_nat.h"
#include "engine/wanted.h"
#include "proto/turn.h"

#define MIB (1024.0 * 1024.0)

static void on_sweep(void *data);
static void on_settled(void *data);

void forwarding_prepare(struct forwarding *f, qb_loop_t *loop, const char *folder,
			void (*again)(void *data), void *data)
{
	*f = (struct forwarding){.loop = loop,
				 .folder = folder,
				 .again = again,
				 .data = data,
				 .io = {.program = -1}};
	snprintf(f->broken, sizeof(f->broken), "not opened yet");
}

static void log_once(struct forwarding *f, int r, const char *what)
{
	if (r < 0 && r != f->error)
		qb_log(LOG_ERR, "data path: %s: %s", what, strerror(-r));
	f->error = r < 0 ? r : 0;
}

static uint64_t monotonic_ns(const struct forwarding *f)
{
	return clock_boot_ns() - f->io.tables.settings->boot_offset;
}

static void follow_sweep(struct forwarding *f)
{
	uint64_t wait = sweep_wait(&f->sweep, monotonic_ns(f));

	if (qb_loop_timer_add(f->loop, QB_LOOP_LOW, wait + NSEC_PER_MSEC, f, on_sweep,
			      &f->sweeping) < 0)
		qb_log(LOG_ERR, "data path: no timer; its flows do not age");
}

static void on_sweep(void *data)
{
	struct forwarding *f = data;

	f->sweeping = 0;
	if (sweep_step(&f->sweep, monotonic_ns(f)))
		forward_place_swept(f->place, f->sweep.began + f->io.tables.settings->boot_offset);
	follow_sweep(f);
}

/* By an event, or in the period. */
static void on_links(void *data, const struct links *links)
{
	struct forwarding *f = data;
	int r = attach_io_apply(&f->attach, links, f->served);

	log_once(f, r, "the ports cannot be served");
	if (r <= 0)
		return;
	f->ports_changed = true;
	f->again(f->data);
}

/* Answers to it would find nobody. */
static void on_flow_without_hop(void *data, const struct flow *flow)
{
	struct forwarding *f = data;
	struct full_nat_client client;

	if (!FWD_IS_FULLNAT(flow->key))
		nexthop_io_client(&f->nexthop, flow->ipv6, flow->client);
	else if (full_nat_client(&f->io.tables, flow, &client))
		nexthop_io_client(&f->nexthop, flow->ipv6, client.address);
}

static int open_parts(struct forwarding *f)
{
	int r = attach_io_open(&f->attach, f->io.program, f->io.ports, f->io.folder,
			       f->io.tables.links, ATTACH_TABLE);

	if (r == 0)
		r = nexthop_io_open(&f->nexthop, f->loop, &f->io.tables, &f->attach.numbers,
				    on_links, f);
	if (r == 0)
		r = forward_place_make(&f->io.tables, &f->place);
	if (r == 0)
		r = forward_applied_make(&f->io.tables, f->place, clock_boot_ns(), &f->applied);
	if (r == 0)
		r = sweep_open(&f->sweep, &f->io.tables);
	f->sweep.without_hop = on_flow_without_hop;
	f->sweep.data = f;
	full_nat_unclaim(&f->io.tables);
	return r;
}

/* Without it the data path serves all the same. */
static void open_sync(struct forwarding *f)
{
	int r = sync_io_open(&f->sync, f->loop, &f->io.tables, f->place, f->io.leases,
			     SYNC_KEY_FILE);

	if (r < 0)
		qb_log(LOG_ERR, "data path: other routers cannot hear of connections: %s",
		       strerror(-r));
	sync_io_on_change(&f->sync, f->synchronised, f->data);
	sync_io_on_poke(&f->sync, f->poked, f->data);
	sync_io_listen(&f->sync, ENGINE_TURN_FILE ENGINE_POKE_SUFFIX);
}

void forwarding_on_synchronised(struct forwarding *f, void (*changed)(void *data))
{
	f->synchronised = changed;
}

void forwarding_on_poke(struct forwarding *f, void (*poked)(void *data))
{
	f->poked = poked;
}

const struct gate_lease *forwarding_leases(const struct forwarding *f)
{
	return f->open ? f->io.leases : NULL;
}

bool forwarding_is_synchronised(const struct forwarding *f)
{
	return f->open && sync_io_is_synchronised(&f->sync);
}

static void close_parts(struct forwarding *f)
{
	if (f->settling)
		qb_loop_timer_del(f->loop, f->settling);
	if (f->sweeping)
		qb_loop_timer_del(f->loop, f->sweeping);
	f->settling = 0;
	f->sweeping = 0;
	nexthop_io_close(&f->nexthop);
	sync_io_close(&f->sync);
	attach_io_close(&f->attach);
	sweep_close(&f->sweep);
	forward_applied_free(f->applied);
	forward_place_free(f->place);
	f->applied = NULL;
	f->place = NULL;
	forward_io_close(&f->io);
	f->open = false;
}

static void open_once(struct forwarding *f)
{
	const struct forward_tables *t = &f->io.tables;
	int r;

	if (f->tried)
		return;
	f->tried = true;
	r = forward_io_open(&f->io, f->folder, f->broken);
	if (r == 0) {
		r = open_parts(f);
		snprintf(f->broken, sizeof(f->broken), "%s", strerror(-r));
	}
	if (r < 0) {
		qb_log(LOG_WARNING, "no data path of its own, IPVS serves all: %s", f->broken);
		close_parts(f);
		return;
	}
	f->open = true;
	open_sync(f);
	f->statistics =
		(struct statistics_source){&f->io.tables, f->place, &f->sweep, f->io.memory};
	qb_log(LOG_NOTICE, "data path %s: %.1f MiB, of these %.1f for %u flows of IPv4, %u of IPv6",
	       f->io.kept ? "taken over" : "loaded", (double)f->io.memory / MIB,
	       (double)((uint64_t)t->lines4 + t->lines6) * FWD_LINE / MIB,
	       t->lines4 * FWD_FLOWS4 / 2, t->lines6 * FWD_FLOWS6 / 2);
	follow_sweep(f);
}

void forwarding_close(struct forwarding *f)
{
	close_parts(f);
	f->tried = false;
}

static struct ageing_timeouts timeouts_of(const struct config *config)
{
	return (struct ageing_timeouts){config->timeout_tcp, config->timeout_tcp_fin,
					config->timeout_udp};
}

void forwarding_configure(struct forwarding *f, const struct config *config,
			  const struct config_node *node)
{
	struct ageing_timeouts timeouts = timeouts_of(config);

	f->served = node->role == CONFIG_ROLE_ROUTER ? node : NULL;
	if (f->served)
		open_once(f);
	if (!f->open)
		return;
	sweep_configure(&f->sweep, &timeouts);
	full_nat_ports(f->io.tables.settings, config);
	memset(f->refused, 0, sizeof(f->refused));
	nexthop_io_configure(&f->nexthop, f->served);
	sync_io_configure(&f->sync, config, node);
}

void forwarding_look(struct forwarding *f)
{
	if (!f->open)
		return;
	nexthop_io_check(&f->nexthop);
	sync_io_look(&f->sync);
}

bool forwarding_ports_changed(struct forwarding *f)
{
	bool changed = f->ports_changed;

	f->ports_changed = false;
	return changed;
}

/* Without the name of the mode, with which it begins. */
static const char *why_of(const struct attach_port *port)
{
	size_t skip = strlen(attach_mode_name(port->mode));

	return port->reason[skip] ? port->reason + skip + strlen(": ") : "";
}

struct steer_facts forwarding_facts(struct forwarding *f, const struct config_node *node)
{
	static const enum steer_mode modes[] = {
		[ATTACH_NONE] = STEER_NONE,
		[ATTACH_GENERIC] = STEER_GENERIC,
		[ATTACH_NATIVE] = STEER_NATIVE,
	};
	struct steer_facts facts = {.refused = f->refused};

	if (!f->open || node->role != CONFIG_ROLE_ROUTER) {
		facts.broken = f->open ? "this node is a witness" : f->broken;
		return facts;
	}
	for (size_t i = 0; i < f->attach.n_ports; i++) {
		const struct attach_port *from = &f->attach.ports[i];
		struct steer_port *to = &f->ports[facts.n_ports];

		if (from->kind == CONFIG_PORT_VLAN)
			continue;
		memcpy(to->name, from->name, sizeof(to->name));
		to->mode = modes[from->mode];
		copy_text(to->why, sizeof(to->why), why_of(from));
		facts.ports[facts.n_ports++] = *to;
	}
	return facts;
}

/* NULL: it is in the tables, or only the agent's word is missing. */
static const char *refusal(enum forward_obstacle obstacle)
{
	if (obstacle == FORWARD_SERVED || obstacle == FORWARD_UNWANTED ||
	    obstacle == FORWARD_LEAVING || obstacle == FORWARD_NO_LEASE)
		return NULL;
	return forward_obstacle_text(obstacle);
}

/* True: some service was refused, or may be tried again. */
static bool note_refused(struct forwarding *f, size_t n_services)
{
	uint32_t freed = forward_place_freed(f->place);
	bool changed = false;

	for (size_t i = 0; i < n_services; i++) {
		const char *why = refusal(f->obstacles[i]);

		if (!why && freed == f->freed)
			why = f->refused[i];
		changed |= why != f->refused[i];
		f->refused[i] = why;
	}
	f->freed = freed;
	return changed;
}

/* Without IPVS, what the tables serve takes the place of what the kernel has. */
static int take_wanted(struct forwarding *f, const struct forwarding_input *input, uint64_t now,
		       struct ipvs_table *ret_made)
{
	_cleanup_(ipvs_table_clear) struct ipvs_table present = {0};
	int r;

	if (input->wanted)
		return 0;
	r = forward_apply_present(&f->io.tables, f->place, input->config, input->marks, &present);
	if (r == 0)
		r = wanted_make(input->config, input->marks, input->health, &present, now,
				ret_made);
	return r;
}

static void on_settled(void *data)
{
	struct forwarding *f = data;

	f->settling = 0;
	f->again(f->data);
}

static void wait_until_settled(struct forwarding *f)
{
	if (!f->settling)
		qb_loop_timer_add(f->loop, QB_LOOP_MED, FORWARD_SETTLE_NS + NSEC_PER_MSEC, f,
				  on_settled, &f->settling);
}

int forwarding_apply(struct forwarding *f, const struct forwarding_input *input, uint64_t now)
{
	const struct config *config = input->config;
	_cleanup_(ipvs_table_clear) struct ipvs_table made = {0};
	bool served[CONFIG_SERVICES_MAX];
	uint8_t groups[CONFIG_SERVICES_MAX];
	struct forward_wanted wanted = {.config = config,
					.marks = input->marks,
					.table = input->wanted ? input->wanted : &made,
					.served = served,
					.groups = groups};
	int r;

	if (!f->open)
		return 0;
	r = take_wanted(f, input, now, &made);
	for (size_t i = 0; i < config->n_services; i++) {
		served[i] = input->verdicts[i].xdp;
		groups[i] = forward_lease_number(config, &config->services[i], f->io.leases);
	}
	if (r == 0)
		r = forward_apply(f->applied, &wanted, now, f->obstacles);
	if (r == -EAGAIN) {
		wait_until_settled(f);
		return 0;
	}
	log_once(f, r, "the tables cannot be filled");
	if (r > 0)
		nexthop_io_reals(&f->nexthop);
	sync_io_look(&f->sync);
	return r >= 0 && note_refused(f, config->n_services);
}
