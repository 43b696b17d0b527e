// SPDX-License-Identifier: GPL-2.0-or-later
/* A server of a virtual of lvs.cf: a real server of its pool. */
#include <errno.h>
#include <string.h>

#include "import/lvs.h"
#include "import/service.h"
#include "import/value.h"

/* The virtual's port as far as the file has been read when the server begins. */
static int port_so_far(struct lvs_virtual *v, const struct statement *server, uint16_t *ret_port)
{
	int r = 0;

	*ret_port = LVS_PORT_DEFAULT;
	for (const struct statement *s = v->at->inner; s != server && r == 0; s = s->next) {
		if (strcmp(s->words[0].text, "port") == 0)
			r = value_port(v->im, s, 1, ret_port);
	}
	return r;
}

static int map_real_port(struct lvs_virtual *v, struct plan_real *real,
			 const struct statement *server, const struct statement *s)
{
	uint16_t port;
	int r = s ? value_port(v->im, s, 1, &port) : port_so_far(v, server, &port);

	if (r < 0)
		return r;
	if (s)
		return service_set_real_port(v->im, v->service, real, s, port, v->port);
	if (port == v->port)
		return 0;
	if (v->lvs->method == CONFIG_METHOD_NAT)
		real->is.port = port;
	ROW(v->im, server, &real->item, IMPORT_WARNING,
	    v->lvs->method == CONFIG_METHOD_NAT
		    ? plan_real_path(v->im->arena, v->pool, real, "/port")
		    : NULL,
	    v->lvs->method == CONFIG_METHOD_NAT
		    ? "port %u: a server's is the virtual's as far as the file has been read, and "
		      "'port' stands behind it"
		    : "port %u, which 'port' behind it changes, is not taken: only nat translates "
		      "ports",
	    port);
	return 0;
}

static int map_server_values(struct lvs_virtual *v, struct plan_real *real,
			     const struct statement *server, const struct statement *const *found)
{
	const struct statement *active = found[LVS_SERVER_ACTIVE];
	const struct statement *weight = found[LVS_SERVER_WEIGHT];
	uint32_t number = 0;
	int r = active ? value_number(v->im, active, 1, 0, 0, 1, &number) : 0;

	if (r < 0)
		return r;
	if (number == 0)
		real->is.admin_state = CONFIG_ADMIN_DISABLED;
	ROW(v->im, active ? active : server, &real->item, IMPORT_MAPPED,
	    plan_real_path(v->im->arena, v->pool, real, "/admin-state"), "%s",
	    number   ? "enabled"
	    : active ? "disabled"
		     : "disabled: a server is active only if it says so");
	number = 1;
	r = weight ? value_number(v->im, weight, 1, 0, 0, UINT16_MAX, &number) : 0;
	if (r < 0)
		return r;
	real->is.weight = (uint16_t)number;
	if (weight)
		ROW(v->im, weight, &real->item, IMPORT_MAPPED,
		    plan_real_path(v->im->arena, v->pool, real, "/weight"),
		    "the real server's weight");
	return 0;
}

static int map_server_address(struct lvs_virtual *v, struct plan_real *real,
			      const struct statement *s)
{
	struct config_inet inet;
	int r = s ? value_inet(v->im, s, 1, &inet) : 0;

	if (r < 0)
		return r;
	if (!s) {
		real->item.out = true;
		report_item(&v->im->report, &real->item, IMPORT_ERROR,
			    "left out: it has no address");
		return 0;
	}
	if (!service_same_family(v->im, v->service, s, &inet)) {
		real->item.out = true;
		return 0;
	}
	inet_put(&inet, &real->is.address, &real->is.ipv6_address);
	ROW(v->im, s, &real->item, IMPORT_MAPPED,
	    plan_real_path(v->im->arena, v->pool, real, "/address"), "the real server's address");
	return 0;
}

static int map_server(struct lvs_virtual *v, const struct statement *s)
{
	const struct item item = {.line = s->line, .key = statement_key(v->im->arena, s)};
	const struct statement *found[KEYWORDS_TAKEN_MAX];
	struct plan_real *real = plan_add_real(&v->im->plan, v->pool, &item, s->words[1].text);
	int r;

	if (!real) {
		keywords_drop(v->im, s->inner, lvs_server_keys, "left out with its block");
		return v->im->arena->failed ? -ENOMEM : 0;
	}
	r = keywords_collect(v->im, &real->item, s->inner, lvs_server_keys, found);
	if (r < 0)
		return r;
	r = map_server_address(v, real, found[LVS_SERVER_ADDRESS]);
	ROW(v->im, s, &real->item, IMPORT_MAPPED, plan_real_path(v->im->arena, v->pool, real, ""),
	    "real server %s", real->is.name);
	if (r == 0)
		r = map_server_values(v, real, s, found);
	return r < 0 ? r : map_real_port(v, real, s, found[LVS_SERVER_PORT]);
}

int lvs_map_servers(struct lvs_virtual *v)
{
	int r = 0;

	for (const struct statement *s = v->at->inner; s && r == 0; s = s->next) {
		if (s->block)
			r = map_server(v, s);
	}
	if (r == 0 && v->pool->n_reals == 0)
		ROW(v->im, v->at, v->owner, IMPORT_WARNING,
		    arena_format(v->im->arena, "/trireme:pool[name='%s']", v->pool->name),
		    "it has no servers");
	return r;
}
