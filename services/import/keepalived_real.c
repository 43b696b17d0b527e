// SPDX-License-Identifier: GPL-2.0-or-later
/* real_server of keepalived.conf. */
#include <errno.h>
#include <string.h>

#include "import/keepalived.h"
#include "import/service.h"
#include "import/value.h"

/* A real server while it is mapped. */
struct real {
	struct keepalived_server *v;
	struct plan_real *is;
	const struct statement *at;
	const struct statement *found[KEYWORDS_TAKEN_MAX];
};

static int map_weight(struct real *real)
{
	const struct statement *own = real->found[KA_REAL_WEIGHT];
	const struct statement *s = own ? own : real->v->found[KA_WEIGHT];
	struct importer *im = real->v->im;
	uint32_t weight = 1;
	int r = s ? value_number(im, s, 1, 10, 0, UINT16_MAX, &weight) : 0;

	if (r < 0)
		return r;
	real->is->is.weight = (uint16_t)weight;
	if (own)
		ROW(im, own, &real->is->item, IMPORT_MAPPED,
		    plan_real_path(im->arena, real->v->pool, real->is, "/weight"),
		    "the real server's weight");
	return 0;
}

/* Both or only the upper one: the lower one says when a full real server takes connections again.
 */
static int map_thresholds(struct real *real)
{
	const struct statement *upper = real->found[KA_REAL_UTHRESHOLD];
	const struct statement *lower = real->found[KA_REAL_LTHRESHOLD];
	struct config_real *is = &real->is->is;
	struct importer *im = real->v->im;
	int r = upper ? value_number(im, upper, 1, 10, 0, UINT32_MAX, &is->upper) : 0;

	if (r == 0 && lower)
		r = value_number(im, lower, 1, 10, 0, UINT32_MAX, &is->lower);
	if (r < 0)
		return r;
	if (upper)
		ROW(im, upper, &real->is->item, is->upper ? IMPORT_MAPPED : IMPORT_DROPPED,
		    is->upper
			    ? plan_real_path(im->arena, real->v->pool, real->is, "/upper-threshold")
			    : NULL,
		    "%s", is->upper ? "the real server's upper threshold" : "0 is no limit");
	if (!lower)
		return 0;
	if (is->lower < is->upper) {
		ROW(im, lower, &real->is->item, IMPORT_MAPPED,
		    plan_real_path(im->arena, real->v->pool, real->is, "/lower-threshold"),
		    "the real server's lower threshold");
		return 0;
	}
	is->lower = 0;
	ROW(im, lower, &real->is->item, IMPORT_WARNING, NULL,
	    "not taken: a lower threshold is less than the upper one");
	return 0;
}

/* The method that the block gives its real server, or that of the service. */
static int method_of(struct keepalived_server *v, const struct statement *block, bool say,
		     const struct statement **ret_at, enum config_method *ret_method)
{
	static const char *const keys[] = {"lvs_method", "lb_kind"};
	int r = 0;

	*ret_at = NULL;
	*ret_method = v->first->is.method;
	for (size_t i = 0; i < 2 && r == 0; i++) {
		const struct statement *s = keepalived_next(block->inner, keys[i]);

		for (; s && r == 0; s = keepalived_next(s->next, keys[i])) {
			*ret_at = s;
			r = keepalived_method(v->im, s, say, ret_method);
		}
	}
	return r;
}

/* Where all real servers have another method than the service, it is the service's. */
static int choose_method(struct keepalived_server *v)
{
	enum config_method common = v->first->is.method;
	bool first = true;

	for (const struct statement *s = keepalived_next(v->at->inner, "real_server"); s;
	     s = keepalived_next(s->next, "real_server")) {
		const struct statement *at;
		enum config_method method;
		int r = method_of(v, s, false, &at, &method);

		if (r < 0)
			return r;
		if (!first && method != common)
			return 0;
		common = method;
		first = false;
	}
	v->first->is.method = common;
	return 0;
}

static int map_method(struct real *real)
{
	struct keepalived_server *v = real->v;
	const struct statement *at;
	enum config_method method;
	int r = method_of(v, real->at, true, &at, &method);

	if (r < 0 || !at)
		return r;
	if (method == v->first->is.method) {
		ROW(v->im, at, &real->is->item, IMPORT_MAPPED,
		    plan_service_path(v->im->arena, v->first, "/method"),
		    "the method of the service");
		return 0;
	}
	real->is->item.out = true;
	ROW(v->im, at, NULL, IMPORT_ERROR, NULL,
	    "the real server is left out: all of a service have one method, here %s",
	    config_method_name(v->first->is.method));
	return 0;
}

static int map_where(struct real *real)
{
	struct importer *im = real->v->im;
	const struct statement *s = real->at;
	uint16_t port = 0, service_port = 0;
	struct config_inet inet;
	int r = value_inet(im, s, 1, &inet);

	if (r == 0 && s->n_words > 2)
		r = value_port(im, s, 2, &port);
	if (r < 0)
		return r;
	if (!service_same_family(im, real->v->first, s, &inet)) {
		real->is->item.out = true;
		return 0;
	}
	inet_put(&inet, &real->is->is.address, &real->is->is.ipv6_address);
	ROW(im, s, &real->is->item, IMPORT_MAPPED,
	    plan_real_path(im->arena, real->v->pool, real->is, ""), "real server %s",
	    real->is->is.name);
	/* The services of a group may have several ports. */
	if (strcmp(real->v->at->words[1].text, "group") != 0)
		service_port = real->v->first->is.port;
	if (port == 0 || port == service_port)
		return 0;
	return service_set_real_port(im, real->v->first, real->is, s, port, service_port);
}

static const char *real_name(struct arena *arena, const struct statement *s)
{
	return s->n_words > 2 ? arena_format(arena, "rs-%s-%s", s->words[1].text, s->words[2].text)
			      : arena_format(arena, "rs-%s", s->words[1].text);
}

static int map_real(struct keepalived_server *v, const struct statement *s)
{
	struct real real = {.v = v, .at = s};
	const struct item item = {.line = s->line, .key = statement_key(v->im->arena, s)};
	int r;

	if (s->n_words < 2)
		return value_count(v->im, s, 1);
	real.is = plan_add_real(&v->im->plan, v->pool, &item, real_name(v->im->arena, s));
	if (!real.is) {
		keywords_drop(v->im, s->inner, keepalived_real_keys, "left out with its block");
		return v->im->arena->failed ? -ENOMEM : 0;
	}
	r = keywords_collect(v->im, &real.is->item, s->inner, keepalived_real_keys, real.found);
	if (r == 0)
		r = map_where(&real);
	if (r == 0)
		r = map_method(&real);
	if (r == 0)
		r = map_weight(&real);
	if (r == 0)
		r = map_thresholds(&real);
	return r < 0 ? r : keepalived_map_checks(v, real.is, s, real.found);
}

int keepalived_map_reals(struct keepalived_server *v)
{
	int r = choose_method(v);

	for (const struct statement *s = keepalived_next(v->at->inner, "real_server"); s && r == 0;
	     s = keepalived_next(s->next, "real_server"))
		r = map_real(v, s);
	return r;
}
