/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out what replica.h decides: corosync on one side, the datastore on the other. */
#ifndef TRIREME_CONFIG_CLUSTER_IO_H
#define TRIREME_CONFIG_CLUSTER_IO_H

#include <qb/qbloop.h>

#include "base/corosync_io.h"
#include "base/cpg_queue_io.h"
#include "config/replica.h"
#include "config/store_io.h"

#define CLUSTER_GROUP "trireme-config"

/* None of these may call back into the cluster, but for the questions of replica.h. */
struct cluster_handler {
	/* 0: this node can work with the document (NULL: its parent's); else reason says why not.
	 */
	int (*check)(void *data, const struct revision *revision, const char *body, size_t size,
		     char *reason, size_t reason_size);
	/* The revision is agreed on and stored here; seconds: to its REVERT, 0: it stands. */
	void (*apply)(void *data, const struct revision *revision, uint32_t seconds);
	/* Outcome of cluster_propose(), as replica.h's CLIENT. */
	void (*outcome)(void *data, uint64_t ticket, int error, uint64_t number, const char *text);
	/* This node has the newest revision, or cannot know that any more. */
	void (*current)(void *data, bool on);
	/* Proposals can be agreed on now, or not any more. */
	void (*open)(void *data, bool on);
	/* corosync is to give the one of two nodes that is left a quorum. */
	void (*unblock)(void *data);
	/* The members of the group have changed; none: the connection is lost. */
	void (*view)(void *data, const uint32_t *ids, size_t n);
	/* A message that is not the replication's; false: nor anybody else's. */
	bool (*message)(void *data, uint32_t sender, const void *bytes, size_t size);
	/* Revisions from number on, agreed on here, were replaced by the others'. */
	void (*diverged)(void *data, uint64_t number);
};

struct cluster {
	qb_loop_t *loop;
	struct store *store;
	const struct cluster_handler *handler;
	void *data;
	struct replica_settings settings;
	struct replica *replica;
	struct replica_actions *actions;
	struct cpg_io cpg;
	struct cpg_queue queue;
	struct quorum_io quorum;
	struct corosync_io corosync;
	bool quorate; /* last verdict, for the votes that are asked for */
	bool running; /* actions are carried out */
	bool open;    /* as last told to the handler */
	qb_loop_timer_handle timer;
	/* What has been carried out and is still to be reported to the replica. */
	bool stored, read, checked;
	int store_error;
	struct revision read_revision;
	char *read_body;
	size_t read_size;
	struct revision_id checked_id;
	bool is_bad;
	char reason[CONFIG_WIRE_REASON_MAX];
};

/* Begins with what the store holds and connects to corosync, as often as it takes. */
int cluster_open(struct cluster *cluster, qb_loop_t *loop, struct store *store,
		 const struct replica_settings *settings, const struct cluster_handler *handler,
		 void *data);

/* Begins anew with other settings: the nodes have changed. */
int cluster_settings(struct cluster *cluster, const struct replica_settings *settings);

/* Fills number, parent, id and time of the revision and proposes it: as replica_propose(). */
int cluster_propose(struct cluster *cluster, struct revision *revision, const char *body,
		    size_t size, uint64_t ticket, struct text *text);

/* Sends to all nodes, this one included: handler->message(). */
void cluster_send(struct cluster *cluster, const void *bytes, size_t size);

/* As replica_override(). */
int cluster_override(struct cluster *cluster, struct text *text);

void cluster_close(struct cluster *cluster);

/* cluster_act_io.c, for cluster_io.c: what is to be reported to the replica is noted in cluster. */
void cluster_carry_out(struct cluster *cluster, const struct replica_action *action);

/* The first revision that is kept; unchanged when there is none. */
int cluster_oldest(struct store *store, uint64_t *ret_number);

#endif
