// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <qb/qbdefs.h>
#include <qb/qblog.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "engine/engine.h"
#include "engine/engine_forwarding.h"
#include "engine/engine_ipvs_sync.h"
#include "engine/engine_steer.h"
#include "engine/marks.h"
#include "engine/plan.h"
#include "engine/ruleset.h"
#include "engine/sysctl_io.h"
#include "engine/wanted.h"

/* So often the table may move under a plan before the next period has a try. */
#define PASSES_MAX 3
#define REFUSED_LINE_MAX (CHANGE_TEXT_MAX + 64)

static bool same_timeouts(const struct config *a, const struct config *b)
{
	return a->timeout_tcp == b->timeout_tcp && a->timeout_tcp_fin == b->timeout_tcp_fin &&
	       a->timeout_udp == b->timeout_udp;
}

int engine_configure(struct engine *engine, struct config *config, const struct config_node *node,
		     uint64_t now)
{
	_cleanup_(config_freep) struct config *taken = config;
	struct health_state *health;
	_cleanup_free_ bool *applied = NULL;
	_cleanup_free_ struct steer_verdict *verdicts = NULL;
	_cleanup_free_ uint32_t *marks = NULL;
	_cleanup_free_ char *ruleset = NULL;
	int r;

	applied = calloc(config->n_services + 1, sizeof(*applied));
	verdicts = engine_steer_carry(engine, config);
	if (!applied || !verdicts)
		return -ENOMEM;
	r = marks_make(config, &marks);
	if (r == 0)
		r = ruleset_make(config, marks, node, engine->joining, &ruleset);
	if (r < 0)
		return r;
	assert(ruleset);
	r = health_state_make(config, engine->health, now, &health);
	if (r < 0)
		return r;
	engine->forwarding_stood = engine->forwarding_stood && engine->node->role == node->role &&
				   config_serves_ipv6(engine->config) == config_serves_ipv6(config);
	engine->timeouts_stood = engine->timeouts_stood && same_timeouts(engine->config, config);
	health_state_free(engine->health);
	config_free(engine->config);
	free(engine->applied);
	free(engine->verdicts);
	free(engine->ruleset);
	free(engine->marks);
	engine->health = health;
	engine->config = take_ptr(taken);
	engine->node = node;
	engine->applied = take_ptr(applied);
	engine->verdicts = take_ptr(verdicts);
	engine->ruleset = take_ptr(ruleset);
	engine->marks = take_ptr(marks);
	return engine_forwarding_configure(engine);
}

/* Logs an error when it is not the one logged last. */
static void log_once(int *last, int r, const char *what, const char *detail)
{
	if (r < 0 && r != *last)
		qb_log(LOG_ERR, "%s: %s%s%s", what, strerror(-r), detail[0] ? ": " : "", detail);
	*last = r;
}

static bool ruleset_stands(const struct engine *engine)
{
	return engine->standing && strcmp(engine->standing, engine->ruleset) == 0;
}

/* Without memory for the copy it is not known what stands, and the next look tells. */
static void note_standing(struct engine *engine, bool stands)
{
	free(engine->standing);
	engine->standing = stands ? strdup(engine->ruleset) : NULL;
}

/*
 * From what the firewall was made to what it should be, without a look at the kernel: with many
 * services that takes longer than all else. Whether it stands, as far as is known.
 */
static bool change_ruleset(struct engine *engine)
{
	if (!engine->nft || !engine->standing || ruleset_stands(engine))
		return ruleset_stands(engine);
	if (nft_io_change(engine->nft, engine->standing, engine->ruleset) < 0)
		return false;
	qb_log(LOG_NOTICE, "firewall set");
	note_standing(engine, true);
	return ruleset_stands(engine);
}

static void reconcile_ruleset(struct engine *engine)
{
	char error[NFT_ERROR_MAX] = "";
	bool replaced = false, stood = ruleset_stands(engine);
	int r = engine->nft ? 0 : nft_io_open(&engine->nft);

	if (r == 0)
		r = nft_io_reconcile(engine->nft, engine->ruleset, &replaced, error);
	log_once(&engine->nft_error, r, "cannot set the firewall", error);
	if (replaced && stood)
		qb_log(LOG_WARNING, "firewall was changed by hand: put right");
	else if (replaced)
		qb_log(LOG_NOTICE, "firewall set");
	if (r < 0 || !stood)
		note_standing(engine, r == 0);
}

int engine_set_joining(struct engine *engine, bool joining)
{
	char *ruleset = NULL;
	int r;

	if (engine->joining == joining)
		return ruleset_stands(engine) ? 0 : -EIO;
	if (joining && !config_port_by_name(engine->node, "eth1"))
		return -ENODEV;
	r = ruleset_make(engine->config, engine->marks, engine->node, joining, &ruleset);
	if (r < 0)
		return r;
	free(engine->ruleset);
	engine->ruleset = ruleset;
	engine->joining = joining;
	if (!change_ruleset(engine))
		reconcile_ruleset(engine);
	return ruleset_stands(engine) ? 0 : -EIO;
}

static int reconcile_family(struct engine *engine, bool ipv6, bool on)
{
	const char *what = ipv6 ? "forwarding of IPv6" : "forwarding";
	int r = sysctl_forward(ipv6, on);

	if (r > 0 && engine->forwarding_stood)
		qb_log(LOG_WARNING, "%s was changed by hand: put right", what);
	else if (r > 0)
		qb_log(LOG_NOTICE, "%s turned %s", what, on ? "on" : "off");
	return r;
}

/* A router forwards from when its firewall stands; a firewall that cannot be read stays. */
static void reconcile_forwarding(struct engine *engine)
{
	bool router = engine->node->role == CONFIG_ROLE_ROUTER, ipv6 = false;
	int r;

	if (router && !ruleset_stands(engine))
		return;
	r = reconcile_family(engine, ipv6, router);
	if (r >= 0) {
		ipv6 = true;
		r = reconcile_family(engine, ipv6, router && config_serves_ipv6(engine->config));
	}
	log_once(&engine->forwarding_error, r, "cannot set forwarding", ipv6 ? "IPv6" : "");
	engine->forwarding_stood = r >= 0;
}

static void mark_applied(struct engine *engine, const struct ipvs_key *key, bool applied)
{
	for (size_t i = 0; i < engine->config->n_services; i++) {
		struct ipvs_key own = wanted_key(&engine->config->services[i], engine->marks[i]);

		if (!key || ipvs_key_equal(&own, key))
			engine->applied[i] = applied;
	}
}

static bool table_moved(int r)
{
	return r == -EEXIST || r == -ENOENT || r == -ESRCH;
}

static bool no_answer(int r)
{
	return r == -ETIMEDOUT || r == -EPROTO;
}

/* A late answer must not be taken for the next one's. */
static void drop_ipvs(struct engine *engine)
{
	ipvs_io_close(engine->ipvs);
	engine->ipvs = NULL;
}

static bool was_refused(const char *before, const char *change, const char *why)
{
	char line[REFUSED_LINE_MAX];

	snprintf(line, sizeof(line), "cannot %s: %s", change, why);
	return strstr(before, line) != NULL;
}

/* What is refused is tried again in every period, and logged once. */
static void note_refused(struct text *refused, const char *before, const char *change, int r)
{
	const char *why = strerror(-r);

	text_add(refused, "cannot %s: %s\n", change, why);
	if (!refused->overflow && !was_refused(before, change, why))
		qb_log(LOG_ERR, "cannot %s: %s", change, why);
}

/*
 * Applies what it can; -EAGAIN: the table has moved meanwhile. own: changes that we have caused;
 * before: those that were refused the last time.
 */
static int apply(struct engine *engine, const struct plan *plan, const struct plan *own,
		 const char *before)
{
	struct text refused = TEXT_ON(engine->refused);
	char text[CHANGE_TEXT_MAX];
	int result = 0;

	for (size_t i = 0; i < plan->n_changes; i++) {
		const struct change *change = &plan->changes[i];
		int r = ipvs_io_apply(engine->ipvs, change);

		change_text(change, text, sizeof(text));
		if (r < 0) {
			note_refused(&refused, before, text, r);
			mark_applied(engine, &change->service->key, false);
			if (no_answer(r)) {
				drop_ipvs(engine);
				return r;
			}
			if (table_moved(r))
				result = -EAGAIN;
			else if (result == 0)
				result = r;
		} else if (engine->services_stood && !plan_has(own, change) &&
			   !was_refused(before, text, "")) {
			qb_log(LOG_WARNING, "was changed by hand, put right: %s", text);
		} else {
			qb_log(LOG_NOTICE, "%s", text);
		}
	}
	return result;
}

static int reconcile_pass(struct engine *engine, uint64_t now)
{
	_cleanup_(ipvs_table_clear) struct ipvs_table present = {0}, wanted = {0};
	_cleanup_(plan_clear) struct plan plan = {0}, own = {0};
	_cleanup_free_ char *before = strdup(engine->refused);
	int r = ipvs_io_read(engine->ipvs, &present);

	/* A witness carries nothing: its wanted table is empty. */
	if (r == 0 && engine->node->role == CONFIG_ROLE_ROUTER)
		r = wanted_make(engine->config, engine->marks, engine->health, &present, now,
				&wanted);
	if (r == 0)
		r = plan_make(&wanted, &present, &plan);
	if (r == 0)
		r = plan_make(&wanted, &engine->services, &own);
	if (r == 0 && !before)
		r = -ENOMEM;
	if (r < 0) {
		drop_ipvs(engine);
		return r;
	}
	mark_applied(engine, NULL, true);
	r = apply(engine, &plan, &own, before);
	if (!engine->ipvs)
		return r;
	/* The plans point into the old tables: they are not used any more. */
	ipvs_table_clear(&engine->services);
	engine->services = wanted;
	wanted = (struct ipvs_table){0};
	engine->services_stood = true;
	return r;
}

static int reconcile_timeouts(struct engine *engine)
{
	struct ipvs_timeouts wanted = wanted_timeouts(engine->config), present;
	int r;

	/* A witness forwards nothing. */
	if (engine->node->role != CONFIG_ROLE_ROUTER)
		return 0;
	r = ipvs_io_read_timeouts(engine->ipvs, &present);
	if (r < 0 || memcmp(&wanted, &present, sizeof(wanted)) == 0) {
		engine->timeouts_stood = r == 0;
		return r;
	}
	r = ipvs_io_set_timeouts(engine->ipvs, &wanted);
	if (r == 0)
		qb_log(engine->timeouts_stood ? LOG_WARNING : LOG_NOTICE,
		       "timeouts %s: tcp %u s, tcp-fin %u s, udp %u s",
		       engine->timeouts_stood ? "were changed by hand, put right" : "set",
		       wanted.tcp, wanted.tcp_fin, wanted.udp);
	engine->timeouts_stood = r == 0;
	return r;
}

static int open_ipvs(struct engine *engine, const char **what)
{
	int r = engine->ipvs ? 0 : ipvs_io_open(&engine->ipvs);

	*what = "cannot reach IPVS in the kernel";
	if (r == 0) {
		*what = "cannot set a switch of IPVS";
		r = sysctl_reconcile(what);
		if (r > 0)
			qb_log(LOG_NOTICE, "%d switches of IPVS set", r);
	}
	return r < 0 ? r : 0;
}

static void reconcile_ipvs(struct engine *engine, uint64_t now)
{
	const char *what;
	int r = open_ipvs(engine, &what);

	for (int pass = 0; r == 0 && pass < PASSES_MAX; pass++) {
		what = "cannot set the services";
		r = reconcile_pass(engine, now);
		if (r != -EAGAIN)
			break;
		r = pass + 1 < PASSES_MAX ? 0 : r;
	}
	log_once(&engine->ipvs_error, r, what, "");
	if (r < 0 && !engine->ipvs)
		mark_applied(engine, NULL, false);
	if (!engine->ipvs)
		return;
	r = reconcile_timeouts(engine);
	log_once(&engine->timeouts_error, r, "cannot set the timeouts of IPVS", "");
	if (no_answer(r))
		drop_ipvs(engine);
}

void engine_reconcile_daemons(struct engine *engine, uint64_t now)
{
	const char *what;
	int r = engine_ipvs_sync(engine, now, &what);

	log_once(&engine->daemons_error, r, what, "");
	if (no_answer(r))
		drop_ipvs(engine);
}

/* IPVS first: it serves what the data path passes up. */
void engine_reconcile_services(struct engine *engine, uint64_t now)
{
	reconcile_ipvs(engine, now);
	engine_forwarding_apply(engine, now);
	engine_reconcile_daemons(engine, now);
}

void engine_reconcile(struct engine *engine, uint64_t now)
{
	bool stands = change_ruleset(engine);

	if (!stands)
		reconcile_ruleset(engine);
	reconcile_forwarding(engine);
	engine_forwarding_look(engine);
	engine_reconcile_services(engine, now);
	/* What is new is in force; only now the look at what the kernel really has. */
	if (stands)
		reconcile_ruleset(engine);
}

enum engine_trouble engine_trouble(const struct engine *engine)
{
	/* The table moved, or no answer came: what was set once still stands. */
	bool passing = engine->services_stood &&
		       (engine->ipvs_error == -EAGAIN || no_answer(engine->ipvs_error));

	if (!ruleset_stands(engine))
		return ENGINE_TROUBLE_FIREWALL;
	if (engine->forwarding_error < 0)
		return ENGINE_TROUBLE_FORWARDING;
	return engine->ipvs_error < 0 && !passing ? ENGINE_TROUBLE_SERVICES : ENGINE_TROUBLE_NONE;
}

int engine_read_service(struct engine *engine, size_t index, struct ipvs_service *service)
{
	int r;

	*service = (struct ipvs_service){
		.key = wanted_key(&engine->config->services[index], engine->marks[index])};
	if (!engine->ipvs)
		return -ENOTCONN;
	r = ipvs_io_read_dests(engine->ipvs, service);
	if (r < 0) {
		free(service->dests);
		drop_ipvs(engine);
	}
	return r;
}

void engine_clear(struct engine *engine)
{
	ipvs_io_close(engine->ipvs);
	nft_io_close(engine->nft);
	ipvs_table_clear(&engine->services);
	health_state_free(engine->health);
	free(engine->applied);
	free(engine->verdicts);
	free(engine->ruleset);
	free(engine->standing);
	free(engine->marks);
	config_free(engine->config);
	*engine = (struct engine){0};
}
