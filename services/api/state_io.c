// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/state_io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/state.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/file_io.h"
#include "proto/config_client_io.h"
#include "proto/daemon_client_io.h"
#include "proto/watchdog_report.h"

#define STACK (512u << 10)

/* What the daemons say: each part is filled by a thread of its own. */
struct gathering {
	int agent_error, engine_error, health_error, resource_error, config_error;
	struct agent_status agent;
	struct buffer services, sources;
	struct engine_totals totals;
	struct engine_sync_status sync;
	bool has_totals, has_sync;
	bool has_resources;
	struct resource_status resources[RESOURCE_STATUS_MAX];
	size_t n_resources;
	json_t *status, *history;
};

static void gathering_clear(struct gathering *g)
{
	buffer_free(&g->services);
	buffer_free(&g->sources);
	json_decref(g->status);
	json_decref(g->history);
}

static void *ask_agent(void *data)
{
	struct gathering *g = data;

	g->agent_error = daemon_agent_status(&g->agent);
	return NULL;
}

static int add_service(void *data, const struct engine_service_status *status)
{
	state_add_service(data, status);
	return 0;
}

/* What there may be none of on this node. */
static int if_there(int r, bool *ret_there)
{
	*ret_there = r == 0;
	return r == -ENODEV ? 0 : r;
}

static void *ask_engine(void *data)
{
	struct gathering *g = data;

	g->engine_error = daemon_services(STATE_WAIT_MS, add_service, &g->services);
	if (g->engine_error == 0)
		g->engine_error = if_there(daemon_totals(&g->totals), &g->has_totals);
	if (g->engine_error == 0)
		g->engine_error = if_there(daemon_sync(&g->sync), &g->has_sync);
	return NULL;
}

static int add_source(void *data, const struct health_source_status *status)
{
	state_add_source(data, status);
	return 0;
}

static void *ask_health(void *data)
{
	struct gathering *g = data;

	g->health_error = daemon_sources(STATE_WAIT_MS, add_source, &g->sources);
	return NULL;
}

static int add_resource(void *data, const struct resource_status *status)
{
	struct gathering *g = data;

	g->resources[g->n_resources++] = *status;
	return 0;
}

/* Where nothing is to run, nobody misses who runs it. */
static void *ask_resources(void *data)
{
	struct gathering *g = data;

	if (g->has_resources)
		g->resource_error = daemon_resources(STATE_WAIT_MS, add_resource, g);
	return NULL;
}

static int ask_config(json_t *request, json_t **ret_answer)
{
	int r = request ? config_ask(request, STATE_WAIT_MS, ret_answer) : -ENOMEM;

	json_decref(request);
	return r;
}

static void *ask_config_service(void *data)
{
	struct gathering *g = data;

	g->config_error = ask_config(json_pack("{s:s}", "op", "status"), &g->status);
	if (g->config_error == 0)
		g->config_error = ask_config(
			json_pack("{s:s, s:i}", "op", "history", "count", STATE_REVISIONS),
			&g->history);
	return NULL;
}

/* A thread that cannot be made: its part is asked for here. */
static void ask_all(struct gathering *g)
{
	static void *(*const parts[])(void *) = {ask_agent, ask_engine, ask_health, ask_resources,
						 ask_config_service};
	pthread_t threads[ARRAY_SIZE(parts)];
	bool runs[ARRAY_SIZE(parts)];
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) != 0)
		return;
	(void)pthread_attr_setstacksize(&attributes, STACK);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		runs[i] = pthread_create(&threads[i], &attributes, parts[i], g) == 0;
		if (!runs[i])
			parts[i](g);
	}
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (runs[i])
			pthread_join(threads[i], NULL);
	}
	pthread_attr_destroy(&attributes);
}

static const char *list_of(struct buffer *buffer, int *error)
{
	buffer_add(buffer, "", 1);
	if (*error == 0)
		*error = buffer->error;
	return *error ? NULL : buffer->data;
}

static int make(const struct state_source *source, char **ret_members, size_t *ret_size)
{
	_cleanup_(gathering_clear) struct gathering g = {.agent_error = -ENOMEM,
							 .engine_error = -ENOMEM,
							 .health_error = -ENOMEM,
							 .config_error = -ENOMEM,
							 .has_resources = source->has_resources,
							 .services = buffer_of(STATE_MAX),
							 .sources = buffer_of(STATE_MAX)};
	struct state_input input = {.node = source->node,
				    .version = source->version,
				    .groups = source->groups,
				    .n_groups = source->n_groups};

	_cleanup_free_ char *report = NULL;

	ask_all(&g);
	/* Without one it is said that there is none. */
	(void)file_read(WATCHDOG_REPORT_FILE, sizeof(struct watchdog_report), &report,
			&input.watchdog_size);
	input.watchdog = report;
	input.now = clock_boot_ns();
	input.services = list_of(&g.services, &g.engine_error);
	input.sources = list_of(&g.sources, &g.health_error);
	input.totals = g.has_totals ? &g.totals : NULL;
	input.sync = g.has_sync ? &g.sync : NULL;
	input.agent = &g.agent;
	input.resources = g.resources;
	input.n_resources = g.n_resources;
	input.resource_error = g.resource_error;
	input.status = g.status;
	input.history = g.history;
	input.agent_error = g.agent_error;
	input.engine_error = g.engine_error;
	input.health_error = g.health_error;
	input.config_error = g.config_error;
	return state_members(&input, ret_members, ret_size);
}

void state_open(struct state_cache *ret_cache)
{
	*ret_cache = (struct state_cache){0};
	pthread_mutex_init(&ret_cache->lock, NULL);
}

/* Under the lock: who comes meanwhile waits for the same snapshot. */
static int renew(struct state_cache *cache, const struct state_source *source)
{
	uint64_t now = clock_boot_ns();
	char *members;
	size_t size;
	int r;

	if (cache->members && now - cache->made < STATE_LIFE_MS * NSEC_PER_MSEC)
		return 0;
	r = make(source, &members, &size);
	if (r < 0)
		return r;
	free(cache->members);
	cache->members = members;
	cache->size = size;
	cache->made = clock_boot_ns();
	return 0;
}

int state_get(struct state_cache *cache, const struct state_source *source, char **ret_members)
{
	int r;

	pthread_mutex_lock(&cache->lock);
	r = renew(cache, source);
	if (r == 0)
		*ret_members = strdup(cache->members);
	pthread_mutex_unlock(&cache->lock);
	return r == 0 && !*ret_members ? -ENOMEM : r;
}

void state_forget(struct state_cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	cache->made = 0;
	pthread_mutex_unlock(&cache->lock);
}

void state_close(struct state_cache *cache)
{
	free(cache->members);
	cache->members = NULL;
}
