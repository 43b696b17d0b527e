// SPDX-License-Identifier: GPL-2.0-or-later
/* virtual_server: a pool, and a service for each address, port or mark that it is for. */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "import/keepalived.h"
#include "import/service.h"
#include "import/value.h"

#define PERSISTENCE_DEFAULT 360 /* keepalived's IPVS_SVC_PERSISTENT_TIMEOUT */

static const char *const method_names[] = {[CONFIG_METHOD_NAT] = "NAT",
					   [CONFIG_METHOD_DIRECT] = "DR",
					   [CONFIG_METHOD_TUNNEL] = "TUN",
					   NULL};

static const char *path(const struct keepalived_server *v, const char *leaf)
{
	return plan_service_path(v->im->arena, v->first, leaf);
}

int keepalived_method(struct importer *im, const struct statement *s, bool say,
		      enum config_method *ret_method)
{
	int which;

	if (s->n_words < 2)
		return value_count(im, s, 1);
	which = value_choice(s->words[1].text, method_names);
	if (which < 0)
		return value_bad(im, s, 1, "NAT, DR or TUN");
	for (size_t i = 2; say && i < s->n_words; i++) {
		if (strcmp(s->words[i].text, "gue") == 0 || strcmp(s->words[i].text, "gre") == 0)
			ROW(im, s, NULL, IMPORT_WARNING, NULL,
			    "a tunnel is IP in IP, not %s: the real servers must take that",
			    s->words[i].text);
	}
	*ret_method = (enum config_method)which;
	return 0;
}

static int map_scheduler(struct keepalived_server *v)
{
	const struct statement *s = v->found[KA_LB_ALGO];

	if (!s)
		return 0;
	if (value_choice(s->words[1].text, service_schedulers) < 0) {
		ROW(v->im, s, v->owner, IMPORT_WARNING, path(v, "/scheduler"),
		    "there is no scheduler %.40s: wlc is taken", s->words[1].text);
		return 0;
	}
	ROW(v->im, s, v->owner, IMPORT_MAPPED, path(v, "/scheduler"), "the service's scheduler");
	return copy_text(v->first->is.scheduler, sizeof(v->first->is.scheduler), s->words[1].text);
}

static int map_method(struct keepalived_server *v)
{
	const struct statement *s = v->found[KA_LB_KIND];
	int r = s ? keepalived_method(v->im, s, true, &v->first->is.method) : 0;

	if (s && r == 0)
		ROW(v->im, s, v->owner, IMPORT_MAPPED, path(v, "/method"), "the method is %s",
		    config_method_name(v->first->is.method));
	return r;
}

static int map_persistence(struct keepalived_server *v)
{
	const struct statement *s = v->found[KA_PERSISTENCE_TIMEOUT];
	const struct statement *mask = v->found[KA_PERSISTENCE_GRANULARITY];
	uint32_t seconds = PERSISTENCE_DEFAULT;
	int r = 0;

	if (s && s->n_words > 1)
		r = value_number(v->im, s, 1, 10, 0, UINT32_MAX, &seconds);
	if (r < 0)
		return r;
	if (s && seconds == 0)
		ROW(v->im, s, v->owner, IMPORT_DROPPED, NULL, "not needed: 0 is no persistence");
	else if (s)
		service_set_persistence(v->im, v->first, s, seconds);
	if ((mask || v->first->all_ports) && !v->first->is.persistent)
		service_set_persistence(v->im, v->first, mask ? mask : v->at, PERSISTENCE_DEFAULT);
	return mask ? service_set_mask(v->im, v->first, mask) : 0;
}

/* With direct and tunnel it has the port that the client has asked for. */
static int map_sorry_port(struct keepalived_server *v, const struct statement *s)
{
	struct config_service *is = &v->first->is;
	uint16_t port = 0;
	int r = value_port(v->im, s, 2, &port);

	if (r < 0 || port == 0 || port == is->port)
		return r;
	if (is->method == CONFIG_METHOD_NAT)
		is->sorry_port = port;
	else
		ROW(v->im, s, v->owner, IMPORT_WARNING, NULL,
		    "port %u is not taken: only nat translates ports", port);
	return 0;
}

static int map_sorry(struct keepalived_server *v)
{
	const struct statement *s = v->found[KA_SORRY_SERVER];
	const struct statement *other = v->found[KA_SORRY_SERVER_LVS_METHOD];
	enum config_method method = v->first->is.method;
	struct config_inet inet;
	int r = other ? keepalived_method(v->im, other, true, &method) : 0;

	if (r == 0 && other)
		ROW(v->im, other, v->owner,
		    method == v->first->is.method ? IMPORT_DROPPED : IMPORT_WARNING, NULL,
		    "not taken: the sorry server has the service's method");
	if (!s || r < 0)
		return r;
	if (s->n_words < 2)
		return value_count(v->im, s, 1);
	r = value_inet(v->im, s, 1, &inet);
	if (r < 0 || !service_same_family(v->im, v->first, s, &inet))
		return r;
	inet_put(&inet, &v->first->is.sorry_address, &v->first->is.sorry_ipv6_address);
	plan_set_sorry(&v->im->plan, v->first, s);
	ROW(v->im, s, &v->first->sorry, IMPORT_MAPPED, path(v, "/sorry-server"),
	    "the service's sorry server");
	return s->n_words > 2 ? map_sorry_port(v, s) : 0;
}

/* Weight that must be alive, as so many real servers. */
static int map_quorum(struct keepalived_server *v)
{
	const struct statement *s = v->found[KA_QUORUM];
	uint32_t weight, first = v->pool->first ? v->pool->first->is.weight : 1;
	uint64_t total = 0, n;
	bool same = true;
	int r = s ? value_number(v->im, s, 1, 10, 1, UINT32_MAX, &weight) : 0;

	if (!s || r < 0)
		return r;
	for (const struct plan_real *real = v->pool->first; real; real = real->next) {
		total += real->is.weight;
		same &= real->is.weight == first;
	}
	n = total ? ((uint64_t)weight * v->pool->n_reals + total - 1) / total : 1;
	same &= n <= v->pool->n_reals;
	n = n < v->pool->n_reals ? n : v->pool->n_reals;
	v->first->is.quorum = (uint16_t)(n ? n : 1);
	v->first->quorum_at = s;
	ROW(v->im, s, v->owner, same ? IMPORT_MAPPED : IMPORT_WARNING, path(v, "/quorum"),
	    "%u real servers%s", v->first->is.quorum,
	    same ? "" : ": a quorum counts those that there are, whatever their weights");
	return 0;
}

/* Rows of what holds for checks that do not say it themselves. */
static void pace_rows(struct keepalived_server *v)
{
	static const struct {
		enum keepalived_server_key key;
		const char *leaf;
	} keys[] = {{KA_DELAY_LOOP, "/health-check/interval"},
		    {KA_CONNECT_TIMEOUT, "/health-check/timeout"},
		    {KA_RETRY, "/health-check/fall"}};

	for (size_t i = 0; i < 3; i++) {
		if (v->found[keys[i].key])
			ROW(v->im, v->found[keys[i].key], v->owner, IMPORT_MAPPED,
			    path(v, keys[i].leaf), "for the checks that do not say it themselves");
	}
	if (v->found[KA_WEIGHT])
		ROW(v->im, v->found[KA_WEIGHT], v->owner, IMPORT_MAPPED, NULL,
		    "for the real servers that do not say it themselves");
}

/* What has been set for the first service holds for all that the block is for. */
static void copy_settings(struct keepalived_server *v)
{
	for (struct plan_service *s = v->first->next; s; s = s->next) {
		struct config_service is = v->first->is;

		if (s->pool != v->pool)
			continue;
		memcpy(is.name, s->is.name, sizeof(is.name));
		is.mark = s->is.mark;
		is.address = s->is.address;
		is.ipv6_address = s->is.ipv6_address;
		is.ipv6 = s->is.ipv6;
		is.protocol = s->is.protocol;
		is.port = s->is.port;
		is.n_ranges = s->is.n_ranges;
		is.ranges[0] = s->is.ranges[0];
		s->is = is;
		s->check_given = v->first->check_given;
		s->quorum_at = v->first->quorum_at;
		s->sorry = v->first->sorry;
	}
}

static int map_settings(struct keepalived_server *v)
{
	int r = map_scheduler(v);

	if (r == 0)
		r = map_method(v);
	if (r == 0)
		r = map_persistence(v);
	pace_rows(v);
	if (r == 0)
		r = keepalived_map_reals(v);
	if (r == 0)
		r = map_sorry(v);
	if (r == 0)
		r = map_quorum(v);
	if (r < 0)
		return r;
	keepalived_finish_checks(v);
	copy_settings(v);
	return 0;
}

/* Why the block is not taken at all, or NULL. */
static const char *why_left(const struct statement *s)
{
	if (!keepalived_next(s->inner, "real_server"))
		return "left out: it has no real_server";
	return NULL;
}

static int leave(struct keepalived_server *v)
{
	keywords_drop(v->im, v->at->inner, keepalived_server_keys, "left out with its block");
	return v->im->arena->failed ? -ENOMEM : 0;
}

int keepalived_map_server(struct keepalived *ka, const struct statement *s)
{
	struct keepalived_server v = {.im = ka->im, .at = s};
	const char *why;
	int r;

	if (s->n_words < 2)
		return value_count(ka->im, s, 1);
	why = why_left(s);
	if (why) {
		ROW(ka->im, s, NULL, IMPORT_WARNING, NULL, "%s", why);
		return leave(&v);
	}
	r = keepalived_add_services(ka, &v);
	if (r < 0)
		return r == -ENOENT ? leave(&v) : r;
	v.owner = &v.pool->item;
	r = keywords_collect(v.im, v.owner, s->inner, keepalived_server_keys, v.found);
	if (r < 0)
		return r;
	if (v.found[KA_PROTOCOL])
		ROW(v.im, v.found[KA_PROTOCOL], v.owner,
		    v.first->mark ? IMPORT_DROPPED : IMPORT_MAPPED,
		    v.first->mark ? NULL : path(&v, "/protocol"), "%s",
		    v.first->mark ? "not needed: the mark says it" : "the service's protocol");
	return map_settings(&v);
}
