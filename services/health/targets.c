// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/targets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static int compare_rules(const struct check_rules *a, const struct check_rules *b)
{
	if (a->interval != b->interval)
		return a->interval < b->interval ? -1 : 1;
	if (a->timeout != b->timeout)
		return a->timeout < b->timeout ? -1 : 1;
	if (a->fall != b->fall)
		return a->fall - b->fall;
	return a->rise - b->rise;
}

/* Any order will do, as long as equal probes come together. */
static int compare_probes(const void *a, const void *b)
{
	const struct probe *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	if (x->port != y->port)
		return x->port - y->port;
	return compare_rules(&x->check.rules, &y->check.rules);
}

static struct probe probe_of(const struct config_service *service, const struct config_real *real)
{
	return (struct probe){
		.address = real->address,
		.port = real->port,
		.check.rules = {service->check_interval, service->check_timeout,
				service->check_fall, service->check_rise},
		.fd = -1,
	};
}

static size_t count_checked(const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_services; i++) {
		if (config->services[i].check != CONFIG_CHECK_NONE)
			n += config->services[i].n_reals;
	}
	return n;
}

/* Every checked real server's probe, then each only once. */
static void fill_probes(struct targets *t, const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_services; i++) {
		const struct config_service *s = &config->services[i];

		for (size_t j = 0; s->check != CONFIG_CHECK_NONE && j < s->n_reals; j++)
			t->probes[n++] = probe_of(s, &s->reals[j]);
	}
	qsort(t->probes, n, sizeof(*t->probes), compare_probes);
	for (size_t i = 0; i < n; i++) {
		if (t->n_probes == 0 ||
		    compare_probes(&t->probes[t->n_probes - 1], &t->probes[i]) != 0)
			t->probes[t->n_probes++] = t->probes[i];
	}
}

static struct probe *find(const struct targets *t, const struct probe *like)
{
	return bsearch(like, t->probes, t->n_probes, sizeof(*t->probes), compare_probes);
}

static void fill_subscribers(struct targets *t, const struct config *config)
{
	for (size_t i = 0; i < config->n_services; i++) {
		const struct config_service *s = &config->services[i];

		for (size_t j = 0; s->check != CONFIG_CHECK_NONE && j < s->n_reals; j++) {
			struct subscriber *sub = &t->subscribers[t->n_subscribers++];
			struct probe like = probe_of(s, &s->reals[j]);

			sub->probe = (size_t)(find(t, &like) - t->probes);
			memcpy(sub->service, s->name, sizeof(sub->service));
			memcpy(sub->real, s->reals[j].name, sizeof(sub->real));
		}
	}
}

static void start_checks(struct targets *t, const struct targets *old, uint64_t now)
{
	for (size_t i = 0; i < t->n_probes; i++) {
		struct probe *probe = &t->probes[i];
		const struct probe *known = old ? find(old, probe) : NULL;

		check_init(&probe->check, &probe->check.rules, (uint32_t)i, (uint32_t)t->n_probes,
			   now);
		if (!known)
			continue;
		probe->check.verdict = known->check.verdict;
		probe->check.row = known->check.row;
		memcpy(probe->reason, known->reason, sizeof(probe->reason));
	}
}

static void free_targetsp(struct targets **t)
{
	targets_free(*t);
}

int targets_make(const struct config *config, const struct targets *old, uint64_t now,
		 struct targets **ret_targets)
{
	_cleanup_(free_targetsp) struct targets *t = calloc(1, sizeof(*t));
	size_t n = count_checked(config);

	if (!t)
		return -ENOMEM;
	t->probes = calloc(n + 1, sizeof(*t->probes));
	t->subscribers = calloc(n + 1, sizeof(*t->subscribers));
	if (!t->probes || !t->subscribers)
		return -ENOMEM;
	fill_probes(t, config);
	fill_subscribers(t, config);
	start_checks(t, old, now);
	*ret_targets = take_ptr(t);
	return 0;
}

void targets_free(struct targets *t)
{
	if (!t)
		return;
	free(t->probes);
	free(t->subscribers);
	free(t);
}
