/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words for what the daemons report: the same in the console, its JSON and the API. Pure. */
#ifndef TRIREME_PROTO_STATE_WORDS_H
#define TRIREME_PROTO_STATE_WORDS_H

#include <stdint.h>

#include "base/text.h"
#include "proto/agent_ipc.h"

/* "owner", "standby", …; "?" for what this program does not know, here and below. */
const char *word_role(uint8_t role);

/* "yes", "no", "unknown" */
const char *word_quorum(uint8_t quorum);

/* enum agent_subject: "note", "transition", … */
const char *word_subject(uint8_t subject);

/* enum agent_cause: "members", "lapsed", …; "none" where nothing is said. */
const char *word_cause(uint8_t cause);

/* Of a real server: "up", "down", "unknown". */
const char *word_health(uint8_t health);

/* enum engine_datapath: "ipvs", "xdp" */
const char *word_datapath(uint8_t datapath);

/* Of a data source: "up", "down", "unknown". */
const char *word_source_state(uint8_t state);

/* enum resource_state: "stopped", "starting", "running", "stopping", "failed" */
const char *word_resource_state(uint8_t state);

/* "enabled", "drain", "disabled" */
const char *word_admin(uint8_t admin);

/* Name of a node of the agent's status; "nobody" for 0, "?" for one that it does not know. */
const char *word_node(const struct agent_status *agent, uint32_t id);

/* A daemon that does not answer, by the -errno of asking it: "the agent is not running". */
void word_no_answer(const char *daemon, int error, struct text *text);

#endif
