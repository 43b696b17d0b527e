/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is checked: one probe for each address, port, way and set of rules, however many services
 * or data sources use it, and for whom its verdict counts.
 */
#ifndef TRIREME_HEALTH_TARGETS_H
#define TRIREME_HEALTH_TARGETS_H

#include <stddef.h>
#include <stdint.h>

#include "health/check.h"
#include "health/probe.h"
#include "schema/config.h"

struct probe {
	struct config_inet address;
	uint16_t port;
	enum probe_type type;
	bool source; /* of data sources, else of real servers; never of both */
	struct check check;
	uint64_t since; /* of the verdict */
	int fd;		/* of the running check, else -1 */
	bool asked;	/* running: the connection is accepted, and the request is sent */
	uint8_t answer[PROBE_ANSWER_MAX];
	size_t n_answer;
	char reason[ENGINE_REASON_MAX]; /* of the last failure; empty after a success */
};

/* A real server of a service, as the engine knows it. */
struct subscriber {
	size_t probe;
	char service[CONFIG_NAME_MAX], real[CONFIG_NAME_MAX];
	enum engine_health reported; /* what the engine has acknowledged */
};

/* A data source, and the pools that depend on it. */
struct source {
	size_t probe;
	char name[CONFIG_NAME_MAX];
	enum config_source_type type;
	char consumers[CONFIG_CONSUMERS_MAX][CONFIG_NAME_MAX];
	size_t n_consumers;
};

struct targets {
	struct probe *probes;
	size_t n_probes;
	struct subscriber *subscribers;
	size_t n_subscribers;
	struct source *sources; /* each probe has a subscriber or a source at least */
	size_t n_sources;
};

/*
 * All that config says is to be checked: real servers that are not disabled, of services that
 * have a check, and data sources. A probe that old (NULL: none) has too goes on as if nothing had
 * happened: what it knows, its times and its running connect move from old to the result. On
 * failure old is untouched. The caller frees the result.
 */
int targets_make(const struct config *config, struct targets *old, uint64_t now,
		 struct targets **ret_targets);
void targets_free(struct targets *targets);

#endif
