/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The broker's parts, and what its workers share. */
#ifndef TRIREME_API_BROKER_H
#define TRIREME_API_BROKER_H

#include <pthread.h>

#include "api/answer.h"
#include "base/audit_io.h"
#include "api/directory.h"
#include "api/ended.h"
#include "api/gate_io.h"
#include "api/helper_io.h"
#include "api/lockout.h"
#include "api/request.h"
#include "api/state_io.h"
#include "api/verified.h"

#define BROKER_NAME_MAX 40 /* "token:" and a name, with NUL */

struct broker {
	const char *release_path, *fingerprint_path; /* files that say what the node shows */
	const char *config_path, *yang_dir;	     /* the configuration in use */
	pthread_mutex_t importing;
	struct gate looks, commits; /* to the config service */
	struct helper helper;
	struct audit_io audit;
	struct state_cache state;
	/* As the configuration has it; replaced by the loop. */
	pthread_rwlock_t directory_lock;
	struct directory directory;
	struct token_key session_key;
	/* Number of the revision that it is of, and word that it has changed. */
	pthread_mutex_t revision_lock;
	pthread_cond_t revision_changed;
	uint64_t revision;
	/* What is known of those who sign in. */
	pthread_mutex_t guard;
	struct lockout users, addresses;
	struct lockout
		token_addresses; /* of who shows tokens that are none: how often it is noted */
	struct verified verified, places;
	struct ended ended;
	struct token_key memory_key; /* of `verified` and `places` */
};

/* Who asks, and what he may. */
struct principal {
	enum access_role role;
	char name[BROKER_NAME_MAX]; /* of the audit and as author: "anna", "token:ci", "root" */
	bool is_user;		    /* one of the configuration, not a token nor the console */
	bool has_session;
	struct token_session session;
	char renew[TOKEN_TEXT_MAX]; /* a later token of the session; "": none */
};

/* One request while it is carried out. */
struct exchange {
	struct broker *broker;
	struct request request;
	bool is_local; /* the peer is this machine's own front */
	struct principal principal;
	struct answer answer;
};

/* serve_io.h's request: data is the broker. */
int broker_request(void *data, bool is_local, const char *text, size_t size, char **ret_answer,
		   size_t *ret_size);

/*
 * The configuration's last word: a revision that this broker has had made is known to it, so that
 * the next request goes by it. Waits a second at most.
 */
void broker_wait_revision(struct broker *broker, uint64_t number);

/* Takes over another configuration; the key is that of the sessions. For the loop. */
void broker_take(struct broker *broker, const struct directory *directory,
		 const struct token_key *key, uint64_t revision);

#endif
