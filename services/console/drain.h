/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a real server is drained, of the API's state. Pure. */
#ifndef TRIREME_CONSOLE_DRAIN_H
#define TRIREME_CONSOLE_DRAIN_H

#include <jansson.h>

#include "console/view.h"

enum drain_verdict {
	DRAIN_WAITS,	 /* connections are left, or the engine has not drained it yet */
	DRAIN_DONE,	 /* there are none, and none will come */
	DRAIN_UNKNOWN,	 /* the engine does not answer */
	DRAIN_UNUSED,	 /* no service has the pool, or its real server */
	DRAIN_ELSEWHERE, /* another router has the connections */
	DRAIN_TAKEN_BACK,
};

/* What is being drained, and what was seen of it. */
struct drain {
	const char *pool, *real;
	const json_t *services;	   /* of the configuration: members "name" and "pool" */
	bool seen;		   /* that the engine has drained it */
	uint64_t active, inactive; /* connections, at the last look */
};

/*
 * A look at the state (module trireme-api); its words are one sentence for whoever waits, but for
 * DRAIN_WAITS and DRAIN_DONE, where the numbers say it.
 */
enum drain_verdict drain_look(struct drain *drain, const json_t *state, struct text *words);

#endif
