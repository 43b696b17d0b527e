/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is checked: one probe for each address, port and set of rules, however many services use
 * it, and for whom its verdict counts.
 */
#ifndef TRIREME_HEALTH_TARGETS_H
#define TRIREME_HEALTH_TARGETS_H

#include <stddef.h>
#include <stdint.h>

#include "health/check.h"
#include "schema/config.h"

struct probe {
	uint32_t address; /* network byte order */
	uint16_t port;
	struct check check;
	int fd;				/* of the running connect, else -1 */
	char reason[ENGINE_REASON_MAX]; /* of the last failure; empty after a success */
};

/* A real server of a service, as the engine knows it. */
struct subscriber {
	size_t probe;
	char service[CONFIG_NAME_MAX], real[CONFIG_NAME_MAX];
	enum engine_health reported; /* what the engine has acknowledged */
};

struct targets {
	struct probe *probes;
	size_t n_probes;
	struct subscriber *subscribers; /* the other way round: of each probe at least one */
	size_t n_subscribers;
};

/*
 * All real servers that config says are to be checked. Probes that old (NULL: none) has too keep
 * their verdict; no connect is running in the result. The caller frees it.
 */
int targets_make(const struct config *config, const struct targets *old, uint64_t now,
		 struct targets **ret_targets);
void targets_free(struct targets *targets);

#endif
