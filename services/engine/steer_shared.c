// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/steer_shared.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "engine/bpf/forward.h"
#include "engine/claims.h"

/* Ports of a real server to which a service leads. */
struct span {
	struct config_inet address;
	uint8_t protocol;
	uint16_t first, last;
	uint16_t service;
	uint16_t weight; /* so many of the service's own ports lead to each one of these */
};

struct spans {
	struct span *items;
	size_t n;
	/* Of each service, another one of its chain; itself at the end of the chain. */
	uint16_t next[CONFIG_SERVICES_MAX];
};

/* Spans that overlap at one port. */
struct overlap {
	const struct span *items[FWD_SHARED_MAX];
	size_t n;
};

static bool counts(const struct config_service *service)
{
	return service->method == CONFIG_METHOD_NAT;
}

static size_t most_spans(const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_services; i++) {
		if (counts(&config->services[i]))
			n += (config->services[i].n_reals + 1) * CLAIMS_MAX;
	}
	return n;
}

/* Where the service's own ports lead at that address; port 0: to the same. */
static void add(struct spans *spans, const struct config *config, size_t service,
		struct config_inet address, uint16_t port)
{
	struct claim claims[CLAIMS_MAX];
	size_t n = claims_of(config, &config->services[service], claims);

	for (size_t i = 0; i < n; i++) {
		const struct config_port_range *range = &claims[i].range;
		unsigned int ports = range->last - range->first + 1u;

		spans->items[spans->n++] = (struct span){
			.address = address,
			.protocol = claims[i].protocol,
			.first = port ? port : range->first,
			.last = port ? port : range->last,
			.service = (uint16_t)service,
			.weight = port && ports > 1
					  ? (uint16_t)(ports > FWD_SHARED_MAX ? FWD_SHARED_MAX + 1
									      : ports)
					  : 1,
		};
	}
}

static int compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int r = memcmp(&x->address, &y->address, sizeof(x->address));

	if (r == 0)
		r = x->protocol - y->protocol;
	if (r == 0)
		r = x->first - y->first;
	return r != 0 ? r : x->service - y->service;
}

static int collect(const struct config *config, struct spans *spans)
{
	spans->items = calloc(most_spans(config) + 1, sizeof(*spans->items));
	if (!spans->items)
		return -ENOMEM;
	for (size_t i = 0; i < config->n_services; i++) {
		const struct config_service *s = &config->services[i];

		spans->next[i] = (uint16_t)i;
		for (size_t j = 0; counts(s) && j < s->n_reals; j++)
			add(spans, config, i, config_real_inet(&s->reals[j]), s->reals[j].port);
		if (counts(s) && config_has_sorry(s))
			add(spans, config, i, config_sorry_inet(s), s->sorry_port);
	}
	qsort(spans->items, spans->n, sizeof(*spans->items), compare);
	return 0;
}

/* The end of a service's chain; those that are passed get nearer to it. */
static uint16_t end_of(struct spans *spans, uint16_t service)
{
	while (spans->next[service] != service) {
		spans->next[service] = spans->next[spans->next[service]];
		service = spans->next[service];
	}
	return service;
}

static bool same_machine(const struct span *a, const struct span *b)
{
	return a->protocol == b->protocol && config_inet_equal(&a->address, &b->address);
}

static void take(const struct span *span, uint16_t port, struct steer_verdict *verdicts)
{
	struct steer_verdict *verdict = &verdicts[span->service];
	struct text reason;
	char where[CONFIG_ENDPOINT_TEXT_MAX];

	if (!verdict->xdp)
		return;
	verdict->xdp = false;
	text_init(&reason, verdict->reason, sizeof(verdict->reason));
	text_add(&reason, "more than %u floating ports lead to %s", FWD_SHARED_MAX,
		 config_endpoint_text(&span->address, port, where));
}

static size_t weight_of(const struct overlap *overlap)
{
	size_t weight = 0;

	for (size_t i = 0; i < overlap->n; i++)
		weight += overlap->items[i]->weight;
	return weight;
}

/*
 * One that is left out where too many overlap is not missed: all that overlap with it are in its
 * chain, and that is IPVS's already.
 */
static void overlap_add(struct overlap *overlap, const struct span *span,
			struct steer_verdict *verdicts)
{
	size_t n = 0;

	for (size_t i = 0; i < overlap->n; i++) {
		if (same_machine(overlap->items[i], span) && overlap->items[i]->last >= span->first)
			overlap->items[n++] = overlap->items[i];
	}
	overlap->n = n;
	if (weight_of(overlap) + span->weight > FWD_SHARED_MAX) {
		for (size_t i = 0; i < overlap->n; i++)
			take(overlap->items[i], span->first, verdicts);
		take(span, span->first, verdicts);
	}
	if (overlap->n < FWD_SHARED_MAX)
		overlap->items[overlap->n++] = span;
}

/* Chains of services by ports that they share; what is too much is taken on the way. */
static void chain(struct spans *spans, struct steer_verdict *verdicts)
{
	struct overlap overlap = {0};
	const struct span *widest = NULL; /* reaches furthest of those before */

	for (size_t i = 0; i < spans->n; i++) {
		const struct span *span = &spans->items[i];

		overlap_add(&overlap, span, verdicts);
		if (widest && same_machine(widest, span) && widest->last >= span->first)
			spans->next[end_of(spans, span->service)] = end_of(spans, widest->service);
		if (!widest || !same_machine(widest, span) || span->last > widest->last)
			widest = span;
	}
}

static void spread(const struct config *config, struct spans *spans, struct steer_verdict *verdicts)
{
	const struct config_service *first[CONFIG_SERVICES_MAX] = {NULL}; /* IPVS's, of a chain */

	for (size_t i = 0; i < config->n_services; i++) {
		uint16_t end = end_of(spans, (uint16_t)i);

		if (counts(&config->services[i]) && !verdicts[i].xdp && !first[end])
			first[end] = &config->services[i];
	}
	for (size_t i = 0; i < config->n_services; i++) {
		uint16_t end = end_of(spans, (uint16_t)i);
		struct text reason;

		if (!verdicts[i].xdp || !first[end])
			continue;
		verdicts[i].xdp = false;
		text_init(&reason, verdicts[i].reason, sizeof(verdicts[i].reason));
		text_add(&reason, "shares a real server's port with %s, which IPVS serves",
			 first[end]->name);
	}
}

int steer_shared(const struct config *config, struct steer_verdict *verdicts)
{
	struct spans spans = {0};
	int r = collect(config, &spans);

	if (r == 0) {
		chain(&spans, verdicts);
		spread(config, &spans, verdicts);
	}
	free(spans.items);
	return r;
}
