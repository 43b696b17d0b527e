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

	int order = memcmp(&x->address, &y->address, sizeof(x->address));

	if (order)
		return order;
	if (x->port != y->port)
		return x->port - y->port;
	if (x->type != y->type)
		return (int)x->type - (int)y->type;
	if (x->source != y->source)
		return x->source - y->source;
	return compare_rules(&x->check.rules, &y->check.rules);
}

/* A port that is the client's choice is checked where the service begins. */
static struct probe probe_of_real(const struct config_service *service,
				  const struct config_real *real)
{
	return (struct probe){
		.address = config_real_inet(real),
		.port = real->port ? real->port : service->check_port,
		.type = PROBE_CONNECT,
		.check.rules = {service->check_interval, service->check_timeout,
				service->check_fall, service->check_rise},
		.fd = -1,
	};
}

static struct probe probe_of_source(const struct config_source *source)
{
	static const enum probe_type types[] = {
		[CONFIG_SOURCE_NFS] = PROBE_NFS,
		[CONFIG_SOURCE_SMB] = PROBE_SMB,
		[CONFIG_SOURCE_ISCSI] = PROBE_ISCSI,
		[CONFIG_SOURCE_POSTGRESQL] = PROBE_POSTGRESQL,
		[CONFIG_SOURCE_MYSQL] = PROBE_MYSQL,
		[CONFIG_SOURCE_TCP] = PROBE_CONNECT,
		[CONFIG_SOURCE_PACEMAKER] = PROBE_CONNECT,
	};

	return (struct probe){
		.address = config_inet4(source->address),
		.port = source->port,
		.type = types[source->type],
		.source = true,
		.check.rules = {source->check_interval, source->check_timeout, source->check_fall,
				source->check_rise},
		.fd = -1,
	};
}

static bool is_checked(const struct config_service *service, const struct config_real *real)
{
	return service->check != CONFIG_CHECK_NONE && real->admin_state != CONFIG_ADMIN_DISABLED;
}

static void add_probe(struct targets *t, const struct probe *probe)
{
	t->probes[t->n_probes++] = *probe;
}

static void keep_each_once(struct targets *t)
{
	size_t n = 0;

	qsort(t->probes, t->n_probes, sizeof(*t->probes), compare_probes);
	for (size_t i = 0; i < t->n_probes; i++) {
		if (n == 0 || compare_probes(&t->probes[n - 1], &t->probes[i]) != 0)
			t->probes[n++] = t->probes[i];
	}
	t->n_probes = n;
}

static void fill_probes(struct targets *t, const struct config *config)
{
	struct probe probe;

	for (size_t i = 0; i < config->n_services; i++) {
		const struct config_service *s = &config->services[i];

		for (size_t j = 0; j < s->n_reals; j++) {
			probe = probe_of_real(s, &s->reals[j]);
			if (is_checked(s, &s->reals[j]))
				add_probe(t, &probe);
		}
	}
	for (size_t i = 0; i < config->n_sources; i++) {
		probe = probe_of_source(&config->sources[i]);
		add_probe(t, &probe);
	}
	keep_each_once(t);
}

static struct probe *find(const struct targets *t, const struct probe *like)
{
	return bsearch(like, t->probes, t->n_probes, sizeof(*t->probes), compare_probes);
}

static void fill_subscribers(struct targets *t, const struct config *config)
{
	for (size_t i = 0; i < config->n_services; i++) {
		const struct config_service *s = &config->services[i];

		for (size_t j = 0; j < s->n_reals; j++) {
			struct probe like = probe_of_real(s, &s->reals[j]);
			struct subscriber *sub = &t->subscribers[t->n_subscribers];

			if (!is_checked(s, &s->reals[j]))
				continue;
			sub->probe = (size_t)(find(t, &like) - t->probes);
			memcpy(sub->service, s->name, sizeof(sub->service));
			memcpy(sub->real, s->reals[j].name, sizeof(sub->real));
			t->n_subscribers++;
		}
	}
}

static void fill_sources(struct targets *t, const struct config *config)
{
	for (size_t i = 0; i < config->n_sources; i++) {
		const struct config_source *from = &config->sources[i];
		struct source *source = &t->sources[t->n_sources++];
		struct probe like = probe_of_source(from);

		source->probe = (size_t)(find(t, &like) - t->probes);
		memcpy(source->name, from->name, sizeof(source->name));
		source->type = from->type;
		for (size_t j = 0; j < from->n_consumers; j++)
			memcpy(source->consumers[source->n_consumers++],
			       config->pools[from->consumers[j]].name, CONFIG_NAME_MAX);
	}
}

static void start_checks(struct targets *t, struct targets *old, uint64_t now)
{
	for (size_t i = 0; i < t->n_probes; i++) {
		struct probe *probe = &t->probes[i];
		struct probe *known = old ? find(old, probe) : NULL;

		check_init(&probe->check, &probe->check.rules, (uint32_t)i, (uint32_t)t->n_probes,
			   now);
		if (!known)
			continue;
		*probe = *known;
		known->fd = -1;
	}
}

static size_t count_reals(const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_services; i++)
		n += config->services[i].n_reals;
	return n;
}

static void free_targetsp(struct targets **t)
{
	targets_free(*t);
}

int targets_make(const struct config *config, struct targets *old, uint64_t now,
		 struct targets **ret_targets)
{
	_cleanup_(free_targetsp) struct targets *t = calloc(1, sizeof(*t));
	size_t n = count_reals(config);

	if (!t)
		return -ENOMEM;
	t->probes = calloc(n + config->n_sources + 1, sizeof(*t->probes));
	t->subscribers = calloc(n + 1, sizeof(*t->subscribers));
	t->sources = calloc(config->n_sources + 1, sizeof(*t->sources));
	if (!t->probes || !t->subscribers || !t->sources)
		return -ENOMEM;
	fill_probes(t, config);
	fill_subscribers(t, config);
	fill_sources(t, config);
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
	free(t->sources);
	free(t);
}
