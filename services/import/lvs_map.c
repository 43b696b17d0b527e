// SPDX-License-Identifier: GPL-2.0-or-later
/* What lvs.cf says of the whole; its virtual servers are lvs_virtual.c's. */
#include <errno.h>
#include <string.h>

#include "import/lvs.h"
#include "import/service.h"
#include "import/value.h"

static const char *const method_names[] = {[CONFIG_METHOD_NAT] = "nat",
					   [CONFIG_METHOD_DIRECT] = "direct",
					   [CONFIG_METHOD_TUNNEL] = "tunnel",
					   NULL};
static const char *const service_names[] = {"lvs", "fos", NULL};

static int map_service(struct lvs *lvs, const struct statement *s)
{
	int which = s ? value_choice(s->words[1].text, service_names) : 0;

	if (which < 0)
		return value_bad(lvs->im, s, 1, "lvs or fos");
	lvs->failover_only = which == 1;
	if (lvs->failover_only)
		ROW(lvs->im, s, NULL, IMPORT_WARNING, NULL,
		    "failover services have no counterpart here, and the virtual ones of the file "
		    "are not in use: nothing is taken; write lvs if they shall be");
	else if (s)
		ROW(lvs->im, s, NULL, IMPORT_DROPPED, NULL,
		    "not needed: there are no other services than virtual ones here");
	return 0;
}

static int map_network(struct lvs *lvs, const struct statement *s)
{
	int which = s ? value_choice(s->words[1].text, method_names) : CONFIG_METHOD_NAT;

	if (which < 0)
		return value_bad(lvs->im, s, 1, "nat, direct or tunnel");
	lvs->method = (enum config_method)which;
	if (s)
		ROW(lvs->im, s, NULL, IMPORT_MAPPED, NULL, "the method of each virtual service");
	return 0;
}

static int map_nat_router(struct lvs *lvs, const struct statement *s)
{
	struct importer *im = lvs->im;
	struct plan_alias *alias;
	struct config_inet inet;
	const char *why;
	int r;

	if (!s)
		return 0;
	r = value_inet(im, s, 1, &inet);
	if (r < 0)
		return r;
	if (lvs->method != CONFIG_METHOD_NAT) {
		ROW(im, s, NULL, IMPORT_DROPPED, NULL,
		    "not needed: real servers have a gateway here with the network nat only");
		return 0;
	}
	r = plan_alias(&im->plan,
		       &(struct item){.line = s->line, .key = statement_key(im->arena, s)}, &inet,
		       s->words[2].text, NULL, &alias, &why);
	if (r == -ENOENT) {
		ROW(im, s, NULL, IMPORT_ERROR, NULL, "left out: %s is no floating address: %s",
		    s->words[1].text, why);
		return 0;
	}
	if (r < 0)
		return r;
	alias->asked = true;
	lvs_alias_row(lvs, s, &alias->item, alias, "the real servers' gateway");
	return 0;
}

void lvs_alias_row(struct lvs *lvs, const struct statement *s, const struct item *owner,
		   const struct plan_alias *alias, const char *what)
{
	bool other = !plan_is_on(alias, s->words[2].text);
	struct report_entry *entry = ROW(
		lvs->im, s, owner, other && !alias->present ? IMPORT_WARNING : IMPORT_MAPPED, NULL,
		"%s: %s floating address %s%s%s", what, alias->present ? "the" : "a new",
		plan_alias_name(alias), other ? ", by its subnet; the file has the device " : "",
		other ? s->words[2].text : "");

	if (entry)
		entry->alias = alias;
}

/* Base is what the document has. */
static int map_timeout(struct importer *im, const struct statement *s, uint32_t base,
		       const char *path, uint32_t *ret_seconds)
{
	uint32_t seconds;
	int r = s ? value_number(im, s, 1, 0, 0, 86400, &seconds) : 0;

	if (!s || r < 0)
		return r;
	service_set_timeout(im, s, path, seconds, base, ret_seconds);
	return 0;
}

static int map_timeouts(struct lvs *lvs, const struct statement *const *found)
{
	struct plan *plan = &lvs->im->plan;
	int r = map_timeout(lvs->im, found[LVS_TCP_TIMEOUT], plan->base->timeout_tcp,
			    "/trireme:forwarding/timeouts/tcp", &plan->tcp);

	if (r == 0)
		r = map_timeout(lvs->im, found[LVS_TCPFIN_TIMEOUT], plan->base->timeout_tcp_fin,
				"/trireme:forwarding/timeouts/tcp-fin", &plan->tcp_fin);
	if (r == 0)
		r = map_timeout(lvs->im, found[LVS_UDP_TIMEOUT], plan->base->timeout_udp,
				"/trireme:forwarding/timeouts/udp", &plan->udp);
	return r;
}

static int map_syncdaemon(struct lvs *lvs, const struct statement *s)
{
	uint32_t on = 0;
	int r = s ? value_number(lvs->im, s, 1, 0, 0, 1, &on) : 0;

	if (r == 0 && s)
		ROW(lvs->im, s, NULL, IMPORT_DROPPED, NULL,
		    "not needed: routers tell each other of connections by themselves, of those "
		    "that "
		    "IPVS carries by the kernel's daemons");
	return r;
}

static int map_globals(struct lvs *lvs, const struct statement *first)
{
	const struct statement *found[KEYWORDS_TAKEN_MAX];
	int r = keywords_collect(lvs->im, NULL, first, lvs_global_keys, found);

	if (r == 0)
		r = map_service(lvs, found[LVS_SERVICE]);
	if (r == 0)
		r = map_network(lvs, found[LVS_NETWORK]);
	if (r == 0)
		r = map_nat_router(lvs, found[LVS_NAT_ROUTER]);
	if (r == 0)
		r = map_timeouts(lvs, found);
	return r < 0 ? r : map_syncdaemon(lvs, found[LVS_SYNCDAEMON]);
}

int lvs_map(struct importer *im, const struct statement *first)
{
	struct lvs lvs = {.im = im};
	int r = map_globals(&lvs, first);

	for (const struct statement *s = first; s && r == 0; s = s->next) {
		if (strcmp(s->words[0].text, "virtual") == 0 && s->block)
			r = lvs_map_virtual(&lvs, s);
	}
	return r;
}
