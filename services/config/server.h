/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The running config service. server_io.c takes revisions into use, server_confirm_io.c runs the
 * timer of the unconfirmed one, server_ring_io.c changes the ring to what the revision in use says,
 * request_*_io.c answer clients.
 */
#ifndef TRIREME_CONFIG_SERVER_H
#define TRIREME_CONFIG_SERVER_H

#include <jansson.h>
#include <qb/qbloop.h>

#include "config/cluster_io.h"
#include "config/confirm.h"
#include "config/core_io.h"
#include "config/ipc_io.h"
#include "config/publish_io.h"
#include "config/ring_io.h"
#include "config/session.h"

#define SERVER_WAITING_MAX IPC_CLIENTS_MAX

/* A client whose proposal is under way. */
struct server_waiting {
	uint64_t ticket; /* 0: free */
	struct ipc_ticket client;
	char session[SESSION_NAME_MAX]; /* its candidate is forgotten on success */
	struct document_written written;
	struct revision_id id; /* of what is proposed; the answer's etag */
};

struct server_ring {
	struct ring_change change;
	struct ring wanted; /* by the document in use */
	struct ring_io io;
	bool has_thread; /* io is open: it is needed by changes only */
	/* A step's file, while the port does not have its address yet. */
	bool is_writing;
	struct ring writing;
	uint64_t write_since;
	qb_loop_timer_handle timer;
};

struct server {
	qb_loop_t *loop;
	struct core core;
	struct cluster cluster;
	struct sessions sessions;
	struct server_waiting waiting[SERVER_WAITING_MAX];
	uint64_t last_ticket;
	/* In use: */
	struct document *document; /* NULL: not read yet, see server_prepare() */
	uint64_t document_number;  /* revision whose document it is, unless is_local */
	struct publication publication;
	struct revision revision; /* newest that was agreed on; its document, unless: */
	bool is_local;		  /* the emergency document */
	bool current;		  /* by the replica's word */
	bool behind;	/* it could not be taken into use: the document is an earlier one */
	uint32_t level; /* feature level that the services were told */
	/* A document that was parsed for a proposal, so that taking it into use is quick. */
	struct document *checked;
	struct revision_id checked_body;
	struct confirm confirm;
	qb_loop_timer_handle confirm_timer;
	struct server_ring ring;
};

/* Takes the newest revision into use as the boot has left it, and begins to serve. */
int server_open(struct server *server, qb_loop_t *loop, const char *root, const char *yang_dir);
void server_close(struct server *server);

/*
 * Publishes a document, which is taken over, as the one in use; revision is the newest one agreed
 * on. On an error what was in use stays, and report says why.
 */
int server_use(struct server *server, struct document *document, const struct revision *revision,
	       bool is_local, struct text *report);

/*
 * Opens the model and reads the document in use, once: it takes a slow processor a second, which a
 * machine that starts has better use for. What is wrong is appended to report.
 */
int server_prepare(struct server *server, struct text *report);

/* Keeps a valid document until a revision with that body is applied. Takes it over. */
void server_remember(struct server *server, struct document *document,
		     const struct revision_id *body);

/* server_confirm_io.c: `seconds` as core_running.remaining or cluster_handler.apply(). */
void server_confirm_begin(struct server *server, const struct revision *revision, uint32_t seconds);

/* There may be a quorum now that was missing at its end: looks again, soon. */
void server_confirm_look(struct server *server);

/* Tells the services what is in use once more: something that the document does not say has
 * changed. */
int server_republish(struct server *server, struct text *report);

/* server_ring_io.c: after the boot has put the ring's files in place. */
int server_ring_open(struct server *server, struct text *report);

/* A change that a restart has interrupted goes on. */
void server_ring_start(struct server *server);

/* -EADDRINUSE: the ring cannot become the document's, why says why not. */
int server_ring_check(const struct server *server, const struct config *config, struct text *why);

/* Sets what must stay in use besides the document (config->kept). */
int server_ring_keep(const struct server *server, struct config *config);

/* The document is published: the ring is to become as it says. */
void server_ring_follow(struct server *server, const struct publication *publication);

/* corosync stops waiting for the other one of two nodes. */
void server_ring_unblock(struct server *server);

/* What the group tells; false: the message is not about the ring. */
void server_ring_view(struct server *server, const uint32_t *ids, size_t n);
bool server_ring_message(struct server *server, uint32_t sender, const void *bytes, size_t size);

/* A line for people; nothing when the ring has not changed since the start. */
void server_ring_describe(const struct server *server, struct text *text);

/* The ring has not become what the document in use says, and goes or has gone back. */
bool server_ring_failed(const struct server *server);

/* request_io.c */
void server_request(void *data, struct ipc_ticket client, const char *request, size_t size);
void server_outcome(void *data, uint64_t ticket, int error, uint64_t number, const char *text);

#endif
