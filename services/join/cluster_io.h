/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `open` and a backup ask of this machine's other services, and how they are told no. */
#ifndef TRIREME_JOIN_CLUSTER_IO_H
#define TRIREME_JOIN_CLUSTER_IO_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "join/protocol.h"
#include "schema/config.h"

#define CLUSTER_WORDS_MAX 512

/* Every function below returns -errno and says in words (CLUSTER_WORDS_MAX) what is wrong. */

/* Sends a request to the config service; an answer that is an error is -EBADMSG. */
int cluster_ask(json_t *request, json_t **ret_answer, char *words);

/*
 * The newest revision's number, of a node that has it: -EAGAIN when this one has not, or when a
 * commit made now would be refused.
 */
int cluster_revision(uint64_t *ret_number, char *words);

/* Numbers of the oldest and the newest revision that are kept. */
int cluster_range(uint64_t *ret_first, uint64_t *ret_last, char *words);

/* Which nodes are members now, by id: bit id. From the agent, which is asked again for ten seconds
 * while some of `wanted` are none. */
int cluster_present(uint32_t wanted, uint32_t *ret_ids, char *words);

/*
 * What a machine that becomes `node` changes: its cards and, where it replaces another one, its id
 * and the ring's key. Commits it on top of revision base. *ret_number is base when there was
 * nothing to change.
 */
struct cluster_change {
	const char *node;
	const struct join_cards *cards;
	uint8_t id; /* the node's new one; 0: it is new, and stays as the document has it */
	uint64_t base;
	const char *author;
};

int cluster_commit(const struct cluster_change *change, uint64_t *ret_number, char *words);

/*
 * The engine lets a machine reach the port for so many seconds, as long as *connection stays.
 * Renews it where *connection is not NULL.
 */
struct qb_ipcc_connection;
int cluster_open_port(struct qb_ipcc_connection **connection, uint32_t seconds, char *words);

#endif
