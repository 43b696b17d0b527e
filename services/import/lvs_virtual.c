// SPDX-License-Identifier: GPL-2.0-or-later
/* A virtual server of lvs.cf: a service, its pool, its address, and its firewall mark. */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "import/lvs.h"
#include "import/service.h"
#include "import/value.h"

static const char *const protocol_names[] = {
	[CONFIG_PROTOCOL_TCP] = "tcp", [CONFIG_PROTOCOL_UDP] = "udp", NULL};

static const char *path(const struct lvs_virtual *v, const char *leaf)
{
	return plan_service_path(v->im->arena, v->service, leaf);
}

static int read_port_and_protocol(struct lvs_virtual *v)
{
	const struct statement *port = v->found[LVS_PORT], *protocol = v->found[LVS_PROTOCOL];
	int which = 0, r = 0;

	v->port = LVS_PORT_DEFAULT;
	if (port)
		r = value_port(v->im, port, 1, &v->port);
	if (r < 0)
		return r;
	if (protocol)
		which = value_choice(protocol->words[1].text, protocol_names);
	if (which < 0)
		return value_bad(v->im, protocol, 1, "tcp or udp");
	v->service->is.protocol = (enum config_protocol)which;
	return 0;
}

/* The address floats in any case: with a mark, too, packets are sent to it. */
static int map_address(struct lvs_virtual *v, struct plan_alias **ret_alias)
{
	const struct statement *s = v->found[LVS_ADDRESS];
	struct config_inet inet;
	const char *why;
	int r;

	if (!s) {
		v->service->item.out = true;
		report_item(&v->im->report, &v->service->item, IMPORT_ERROR,
			    "left out: it has no address");
		return -ENOENT;
	}
	r = value_inet(v->im, s, 1, &inet);
	if (r < 0)
		return r;
	v->service->is.ipv6 = inet.family == AF_INET6;
	r = plan_alias(&v->im->plan, &(struct item){.line = s->line, .key = s->words[1].text},
		       &inet, s->words[2].text, NULL, ret_alias, &why);
	if (r == -ENOENT) {
		v->service->item.out = true;
		ROW(v->im, s, NULL, IMPORT_ERROR, NULL,
		    "the service is left out: %s cannot be its address: %s", s->words[1].text, why);
	}
	return r;
}

/* What iptables or nftables say of the mark does not stand in the file. */
static int add_match(struct lvs_virtual *v, struct plan_mark *mark, struct plan_alias *alias)
{
	struct config_match match = {
		.protocol = v->service->is.protocol,
		.range = {v->port ? v->port : 1, v->port ? v->port : UINT16_MAX}};

	inet_put(&alias->inet, &match.address, &match.ipv6_address);
	memcpy(match.name, v->service->is.name, sizeof(match.name));
	if (!plan_add_match(&v->im->plan, mark, &v->service->item, &match, alias))
		v->service->item.out = true;
	return 0;
}

static const char *mark_path(const struct lvs_virtual *v, const struct plan_mark *mark)
{
	return arena_format(v->im->arena, "/trireme:firewall-mark[mark='%u']", mark->is.mark);
}

static int map_mark(struct lvs_virtual *v, struct plan_alias *alias, uint32_t number)
{
	const struct statement *s = v->found[LVS_FWMARK];
	struct plan_mark *mark = NULL;
	const char *why;
	int r = plan_use_mark(&v->im->plan, v->service, number, &mark, &why);

	if (r == -ENOENT) {
		v->service->item.out = true;
		ROW(v->im, s, NULL, IMPORT_ERROR, NULL, "the service is left out: %s", why);
		return 0;
	}
	if (r < 0 && r != -EEXIST)
		return r;
	if (r == -EEXIST && mark->service->is.ipv6 != plan_is_ipv6(alias)) {
		v->service->item.out = true;
		ROW(v->im, s, NULL, IMPORT_WARNING, NULL,
		    "the service is left out: it is of %s, and service %s, which has the mark, is "
		    "of %s: all of a mark are of one family",
		    inet_family_name(plan_is_ipv6(alias)), mark->service->is.name,
		    inet_family_name(mark->service->is.ipv6));
		return 0;
	}
	v->mark = mark;
	if (r == -EEXIST) {
		v->service->item.out = true;
		ROW(v->im, s, &mark->service->item, IMPORT_WARNING, mark_path(v, mark),
		    "one service for one mark: port %u joins service %s, and the real servers are "
		    "that one's",
		    v->port, mark->service->is.name);
		ROW(v->im, v->at, NULL, IMPORT_DROPPED, NULL, "a part of service %s: see fwmark",
		    mark->service->is.name);
	} else if (mark->present) {
		ROW(v->im, s, v->owner, IMPORT_MAPPED, mark_path(v, mark),
		    "the mark of the document, which says what has it");
	} else {
		ROW(v->im, s, v->owner, IMPORT_WARNING, mark_path(v, mark),
		    "the file does not say which packets have the mark, a firewall did: port %u "
		    "of the address has it now; add what else had it",
		    v->port);
	}
	return mark->present ? 0 : add_match(v, mark, alias);
}

/* Where it says which packets are the service's: there, or in its mark. */
static void where_row(struct lvs_virtual *v, enum lvs_virtual_key key, const char *leaf,
		      const char *match_leaf)
{
	const struct plan_mark *mark = v->mark;
	const struct item *owner = mark && mark->service ? &mark->service->item : v->owner;

	if (!v->found[key])
		return;
	if (!mark)
		ROW(v->im, v->found[key], v->owner, IMPORT_MAPPED, path(v, leaf),
		    "clients reach the service there");
	else if (mark->present)
		ROW(v->im, v->found[key], NULL, IMPORT_DROPPED, NULL,
		    "not needed: the mark of the document says it");
	else
		ROW(v->im, v->found[key], owner, IMPORT_MAPPED,
		    arena_format(v->im->arena, "%s/match[name='%s']/%s", mark_path(v, mark),
				 v->service->is.name, match_leaf),
		    "packets to there have the mark");
}

/* The address can be of use without the service: in a mark that another one has. */
static const struct item *address_owner(const struct lvs_virtual *v, const struct plan_alias *alias)
{
	const struct plan_mark *mark = v->mark;

	if (mark && mark->service != v->service && alias->present)
		return &mark->service->item;
	if (mark && !alias->present && (mark->service != v->service || mark->present))
		return &alias->item;
	return v->owner;
}

static int map_where(struct lvs_virtual *v)
{
	const struct statement *s = v->found[LVS_FWMARK];
	struct plan_alias *alias = NULL;
	uint32_t mark = 0;
	int r = s ? value_number(v->im, s, 1, 0, 0, UINT32_MAX, &mark) : 0;

	if (r == 0)
		r = map_address(v, &alias);
	if (r < 0 && r != -ENOENT)
		return r;
	if (mark && alias)
		r = map_mark(v, alias, mark);
	else if (mark)
		ROW(v->im, s, v->owner, IMPORT_MAPPED, NULL, "the mark of the service");
	else if (alias)
		service_set_address(v->service, alias, v->port);
	where_row(v, LVS_PORT, v->port ? "/port" : "/ports", "port-first");
	where_row(v, LVS_PROTOCOL, "/protocol", "protocol");
	if (s && !mark)
		ROW(v->im, s, v->owner, IMPORT_DROPPED, NULL, "not needed: 0 is no mark");
	if (alias)
		lvs_alias_row(v->lvs, v->found[LVS_ADDRESS], address_owner(v, alias), alias,
			      mark ? "where the packets with the mark go to"
				   : "the service's address");
	return r == -ENOENT ? 0 : r;
}

static int map_scheduler(struct lvs_virtual *v)
{
	const struct statement *s = v->found[LVS_SCHEDULER];

	if (!s)
		return 0;
	if (value_choice(s->words[1].text, service_schedulers) < 0)
		return value_bad(v->im, s, 1,
				 "one of lc, rr, wlc, wrr, lblc, lblcr, dh, sh, sed, "
				 "nq, mh, fo, ovf");
	ROW(v->im, s, v->owner, IMPORT_MAPPED, path(v, "/scheduler"), "the service's scheduler");
	return copy_text(v->service->is.scheduler, sizeof(v->service->is.scheduler),
			 s->words[1].text);
}

static int map_persistence(struct lvs_virtual *v)
{
	const struct statement *s = v->found[LVS_PERSISTENT], *mask = v->found[LVS_PMASK];
	uint32_t seconds = 0;
	int r = s ? value_number(v->im, s, 1, 0, 0, UINT32_MAX, &seconds) : 0;

	if (r < 0)
		return r;
	if (s && seconds)
		service_set_persistence(v->im, v->service, s, seconds);
	else if (s)
		ROW(v->im, s, v->owner, IMPORT_DROPPED, NULL, "not needed: 0 is no persistence");
	if (!mask)
		return 0;
	if (seconds)
		return service_set_mask(v->im, v->service, mask);
	ROW(v->im, mask, v->owner, IMPORT_DROPPED, NULL, "not needed without persistence");
	return 0;
}

static int map_sorry(struct lvs_virtual *v)
{
	const struct statement *s = v->found[LVS_SORRY_SERVER];
	struct config_service *is = &v->service->is;
	struct config_inet inet;
	int r = s ? value_inet(v->im, s, 1, &inet) : 0;

	if (!s || r < 0)
		return r;
	if (!service_same_family(v->im, v->service, s, &inet))
		return 0;
	inet_put(&inet, &is->sorry_address, &is->sorry_ipv6_address);
	plan_set_sorry(&v->im->plan, v->service, s);
	ROW(v->im, s, &v->service->sorry, IMPORT_MAPPED, path(v, "/sorry-server/address"),
	    "the service's sorry server");
	return 0;
}

/* Keys that say what happens to real servers, not whether they answer. */
static int map_rest(struct lvs_virtual *v)
{
	const struct statement *quiesce = v->found[LVS_QUIESCE_SERVER];
	const struct statement *load = v->found[LVS_LOAD_MONITOR];
	uint32_t on = 0;
	int r = quiesce ? value_number(v->im, quiesce, 1, 0, 0, 1, &on) : 0;

	if (r < 0)
		return r;
	if (quiesce && on)
		ROW(v->im, quiesce, v->owner, IMPORT_WARNING, NULL,
		    "connections to a real server that fails end; they do not stay with weight 0");
	else if (quiesce)
		ROW(v->im, quiesce, v->owner, IMPORT_DROPPED, NULL,
		    "not needed: connections to a real server that fails end in any case");
	if (load && strcmp(load->words[1].text, "none") != 0)
		ROW(v->im, load, v->owner, IMPORT_WARNING, NULL,
		    "weights do not follow the load of the real servers: they stay as they are");
	else if (load)
		ROW(v->im, load, v->owner, IMPORT_DROPPED, NULL,
		    "not needed: weights stay as they are in any case");
	return 0;
}

static int map_settings(struct lvs_virtual *v)
{
	int r = read_port_and_protocol(v);

	v->service->is.method = v->lvs->method;
	if (r == 0)
		r = map_where(v);
	if (r == 0)
		r = map_scheduler(v);
	if (r == 0)
		r = map_persistence(v);
	if (r == 0)
		r = map_sorry(v);
	if (r == 0)
		r = lvs_map_check(v);
	return r < 0 ? r : map_rest(v);
}

/* 1 or 0; -errno. */
static int is_active(struct importer *im, const struct statement *s)
{
	const struct statement *active = NULL;
	uint32_t on = 0;
	int r;

	for (s = s->inner; s; s = s->next) {
		if (strcmp(s->words[0].text, "active") == 0)
			active = s;
	}
	r = active ? value_number(im, active, 1, 0, 0, 1, &on) : 0;
	return r < 0 ? r : (int)on;
}

/* It is not taken; the reason is in the row of its first line. */
static int leave(struct lvs *lvs, const struct statement *s)
{
	keywords_drop(lvs->im, s->inner, lvs_virtual_keys, "left out with its block");
	return lvs->im->arena->failed ? -ENOMEM : 0;
}

int lvs_map_virtual(struct lvs *lvs, const struct statement *s)
{
	const struct item item = {.line = s->line, .key = statement_key(lvs->im->arena, s)};
	struct lvs_virtual v = {.lvs = lvs, .im = lvs->im, .at = s};
	int active = is_active(lvs->im, s), r;

	if (active < 0)
		return active;
	if (!active || lvs->failover_only) {
		ROW(lvs->im, s, NULL, IMPORT_WARNING, NULL, "left out: it is not in use: %s",
		    active ? "service is fos" : "active is 0, as it is when it is not given");
		return leave(lvs, s);
	}
	v.pool = plan_add_pool(&lvs->im->plan, &item, s->words[1].text);
	v.service =
		v.pool ? plan_add_service(&lvs->im->plan, &item, s->words[1].text, v.pool) : NULL;
	if (!v.service)
		return leave(lvs, s);
	v.owner = &v.pool->item;
	service_row(v.im, s, v.owner, v.service, s->words[1].text);
	r = keywords_collect(v.im, v.owner, s->inner, lvs_virtual_keys, v.found);
	if (r == 0)
		r = map_settings(&v);
	if (r == 0)
		ROW(v.im, v.found[LVS_ACTIVE], v.owner, IMPORT_MAPPED, path(&v, ""),
		    "the service is in use");
	return r < 0 ? r : lvs_map_servers(&v);
}
