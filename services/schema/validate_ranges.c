// SPDX-License-Identifier: GPL-2.0-or-later
/* Which ports belong to which service or mark: each to one, and none that is needed otherwise. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/validate.h"

/* A range of ports at an address. */
struct claim {
	struct config_inet inet;
	enum config_protocol protocol;
	struct config_port_range range;
	const struct config_service *service; /* NULL: of a mark's match */
	const struct config_mark *mark;
	const struct config_match *match;
	size_t order; /* in the document */
};

static int compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	int order = x->inet.family != y->inet.family
			    ? x->inet.family - y->inet.family
			    : memcmp(x->inet.bytes, y->inet.bytes, sizeof(x->inet.bytes));

	if (order)
		return order;
	if (x->protocol != y->protocol)
		return x->protocol < y->protocol ? -1 : 1;
	if (x->range.first != y->range.first)
		return x->range.first < y->range.first ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static size_t collect(const struct config *config, struct claim *claims)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_marks; i++) {
		const struct config_mark *mark = &config->marks[i];

		for (size_t j = 0; j < mark->n_matches; j++, n++) {
			const struct config_match *m = &mark->matches[j];

			claims[n] = (struct claim){
				config_match_inet(m), m->protocol, m->range, NULL, mark, m, n};
		}
	}
	for (size_t i = 0; i < config->n_services; i++) {
		const struct config_service *s = &config->services[i];

		for (size_t j = 0; j < s->n_ranges; j++, n++)
			claims[n] = (struct claim){config_service_inet(s),
						   s->protocol,
						   s->ranges[j],
						   s,
						   NULL,
						   NULL,
						   n};
	}
	return n;
}

/* What has been written as allowed concerns this range. */
static int bad_claim(const struct validation *v, const struct claim *claim)
{
	if (claim->range.first == claim->range.last)
		bad_value(v->error, "%u", claim->range.first);
	else
		bad_value(v->error, "%u-%u", claim->range.first, claim->range.last);
	if (claim->service)
		return bad_at(
			v->error, "/trireme:virtual-service[name='%s']/%s", claim->service->name,
			claim->service->port && claim->service->n_ranges == 1 ? "port" : "ports");
	return bad_at(v->error, "/trireme:firewall-mark[mark='%u']/match[name='%s']/port-first",
		      claim->mark->mark, claim->match->name);
}

static bool overlap(const struct config_port_range *a, uint16_t first, uint16_t last)
{
	return a->first <= last && a->last >= first;
}

static int check_claim(const struct validation *v, const struct claim *claim)
{
	uint16_t ring_last = CONFIG_RING_PORT + CONFIG_RING_LINKS - 1;

	if (claim->range.first > claim->range.last) {
		bad_allowed(v->error, "the smaller number first");
		return bad_claim(v, claim);
	}
	if (claim->protocol == CONFIG_PROTOCOL_UDP &&
	    overlap(&claim->range, CONFIG_RING_PORT, ring_last)) {
		bad_allowed(v->error,
			    "a UDP port other than %u to %u, which the cluster itself uses "
			    "(corosync)",
			    CONFIG_RING_PORT, ring_last);
		return bad_claim(v, claim);
	}
	return 0;
}

static int bad_overlap(const struct validation *v, const struct claim *a, const struct claim *b)
{
	const struct claim *first = a->order < b->order ? a : b, *second = first == a ? b : a;

	if (first->service && first->service == second->service)
		bad_allowed(v->error, "ports that are not given twice");
	else if (first->service)
		bad_allowed(v->error,
			    "a port that no other service has at this address: service %s has it "
			    "too",
			    first->service->name);
	else
		bad_allowed(v->error,
			    "a port that nothing else has at this address: firewall-mark %u has it "
			    "too",
			    first->mark->mark);
	return bad_claim(v, second);
}

/* claims are in order: one that overlaps an earlier one overlaps the one that reaches furthest. */
static int check_overlaps(const struct validation *v, const struct claim *claims, size_t n)
{
	const struct claim *furthest = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct claim *claim = &claims[i];

		if (furthest && config_inet_equal(&furthest->inet, &claim->inet) &&
		    furthest->protocol == claim->protocol) {
			if (claim->range.first <= furthest->range.last)
				return bad_overlap(v, furthest, claim);
		}
		furthest = claim;
	}
	return 0;
}

/* Two services of one mark would be one to the kernel. */
static int check_marks(const struct validation *v)
{
	const struct config_service *users[CONFIG_MARKS_MAX] = {NULL};

	for (size_t i = 0; i < v->config->n_services; i++) {
		const struct config_service *service = &v->config->services[i];
		const struct config_mark *mark = config_mark_by_number(v->config, service->mark);
		const struct config_service **user;

		if (!mark)
			continue;
		user = &users[mark - v->config->marks];
		if (!*user) {
			*user = service;
			continue;
		}
		bad_value(v->error, "%u", service->mark);
		bad_allowed(v->error, "a mark that no other service has: service %s has it too",
			    (*user)->name);
		return bad_at(v->error, "/trireme:virtual-service[name='%s']/firewall-mark",
			      service->name);
	}
	return 0;
}

static bool is_nat(const struct claim *claim, const bool *marks, const struct config *config)
{
	return claim->service ? claim->service->method == CONFIG_METHOD_NAT
			      : marks[claim->mark - config->marks];
}

/* At an address of any of the inside networks, VLANs among them. */
static bool is_inside(const struct validation *v, const struct claim *claim)
{
	const char *port = alias_of(v, &claim->inet).alias_port;

	return port && strcmp(port, "eth0") != 0;
}

/*
 * A real server's own connections leave with these ports in the place of its own, and under full
 * NAT those of clients in its network, there with a floating address of that: an answer to them
 * must not look like a request to a service.
 */
static int check_masquerade(const struct validation *v, const struct claim *claims, size_t n)
{
	const struct config_port_range *masquerade = &v->config->masquerade;
	bool nat[CONFIG_MARKS_MAX] = {false};

	for (size_t i = 0; i < v->config->n_services; i++) {
		const struct config_service *s = &v->config->services[i];
		const struct config_mark *mark = config_mark_by_number(v->config, s->mark);

		if (mark)
			nat[mark - v->config->marks] = s->method == CONFIG_METHOD_NAT;
	}
	for (size_t i = 0; i < n; i++) {
		const struct claim *claim = &claims[i];
		bool under_nat = is_nat(claim, nat, v->config);

		if (!overlap(&claim->range, masquerade->first, masquerade->last) ||
		    (!under_nat && !is_inside(v, claim)))
			continue;
		bad_allowed(v->error,
			    "%s, ports other than %u to %u, which %s (forwarding/masquerade-ports)",
			    under_nat ? "under nat" : "at an address that is not on eth0",
			    masquerade->first, masquerade->last,
			    under_nat ? "real servers' own connections get"
				      : "stand for clients under full NAT");
		return bad_claim(v, claim);
	}
	return 0;
}

int validate_ranges(const struct validation *v)
{
	size_t max =
		v->config->n_marks * CONFIG_MATCHES_MAX + v->config->n_services * CONFIG_RANGES_MAX;
	_cleanup_free_ struct claim *claims = calloc(max + 1, sizeof(*claims));
	size_t n;
	int r = 0;

	if (!claims)
		return -ENOMEM;
	n = collect(v->config, claims);
	for (size_t i = 0; i < n && r == 0; i++)
		r = check_claim(v, &claims[i]);
	if (r == 0)
		r = check_masquerade(v, claims, n);
	if (r == 0)
		r = check_marks(v);
	if (r < 0)
		return r;
	qsort(claims, n, sizeof(*claims), compare_claims);
	return check_overlaps(v, claims, n);
}
