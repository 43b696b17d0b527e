/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a request must be like, and what the exit codes of a fence agent mean. Pure. */
#ifndef TRIREME_FENCE_REQUEST_H
#define TRIREME_FENCE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/fence_wire.h"

#define REQUEST_TIMEOUT_MAX_MS 300000

/*
 * Whether all of it is of its form: strings that end, an agent's name that is a fence agent's and
 * no path, parameters without control characters, a time-out of 1 ms to REQUEST_TIMEOUT_MAX_MS.
 */
bool request_is_valid(const struct fence_request *request);

/*
 * The last line of what an agent has said, without control characters; "" where there is none or a
 * secret is in it. buf is returned.
 */
const char *request_last_words(const struct fence_request *request, const char *said, char *buf,
			       size_t size);

/* Wipes the secrets, with all the rest. */
void request_wipe(struct fence_request *request);

/*
 * The exit code of the action `status` (FenceAgentAPI.md of ClusterLabs' fence-agents): 0 is on, 2
 * is off, and everything else is not known.
 */
static inline bool status_is_off(int code)
{
	return code == 2;
}

#endif
