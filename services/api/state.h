/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The node's state (module trireme-api) as JSON, of what the daemons have said. Pure. */
#ifndef TRIREME_API_STATE_H
#define TRIREME_API_STATE_H

#include <jansson.h>

#include "api/access.h"
#include "api/directory.h"
#include "base/buffer.h"
#include "proto/agent_ipc.h"
#include "proto/api_ipc.h"
#include "proto/engine_ipc.h"
#include "proto/health_ipc.h"
#include "proto/resource_ipc.h"

#define STATE_MAX (API_IPC_MAX - (64u << 10)) /* bytes of any of these texts */
#define STATE_REVISIONS 50		      /* the newest ones */

/* What a snapshot is made of. A part whose error is not 0 is left out, with the reason. */
struct state_input {
	const char *node, *version;
	const struct config_group *groups; /* n_groups of them: the labels of the aliases */
	size_t n_groups;
	int agent_error;
	const struct agent_status *agent;
	int engine_error;
	const char *services;		       /* what state_add_service() has made; NULL: none */
	const struct engine_totals *totals;    /* NULL: there is no data path of XDP */
	const struct engine_sync_status *sync; /* NULL: this node tells nobody of connections */
	int health_error;
	const char *sources; /* what state_add_source() has made; NULL: none */
	int resource_error;
	const struct resource_status *resources; /* n_resources of them */
	size_t n_resources;
	int config_error;
	const json_t *status, *history; /* answers of the config service */
	const void *watchdog;		/* its report, of so many bytes; NULL: there is none */
	size_t watchdog_size;
	uint64_t now; /* CLOCK_BOOTTIME, ns */
};

/* One service, or data source; separated by commas. */
void state_add_service(struct buffer *buffer, const struct engine_service_status *service);
void state_add_source(struct buffer *buffer, const struct health_source_status *source);

/*
 * The state's members but for the session's, without braces; *ret_text is the caller's. -ENOMEM;
 * -EFBIG.
 */
int state_members(const struct state_input *input, char **ret_text, size_t *ret_size);

/* {"state": {"trireme-api:state": {session, members}}}; user "": no session. */
int state_answer(const char *members, const char *user, enum access_role role, char **ret_text,
		 size_t *ret_size);

#endif
