// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/cluster_io.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <qb/qbipcc.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/ipc_io.h"
#include "base/text.h"
#include "join/cards.h"
#include "join/words.h"
#include "proto/agent_ipc.h"
#include "proto/config_client_io.h"
#include "proto/engine_ipc.h"

#define CONNECT_MS 2000
#define ANSWER_MS 5000
/* The config service answers a commit after 30 s at most (config/replica.h). */
#define COMMIT_MS 45000
#define AGENT_PATIENCE_MS 10000
#define KEY_SIZE 256 /* bytes of a new key of the ring */

static void decrefp(json_t **json)
{
	json_decref(*json);
}

static int fail(char *words, int r, const char *who)
{
	words_set(words, CLUSTER_WORDS_MAX, "%s does not answer: %s", who, strerror(-r));
	return r;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* What a person should know of an error, in one line. */
static void put_error(const json_t *error, char *words)
{
	struct text text = text_on(words, CLUSTER_WORDS_MAX);
	static const char *const parts[] = {"path", "value", "allowed"};

	text_add(&text, "%s", text_of(error, "message"));
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (text_of(error, parts[i])[0])
			text_add(&text, "; %s: %s", parts[i], text_of(error, parts[i]));
	}
}

int cluster_ask(json_t *request, json_t **ret_answer, char *words)
{
	_cleanup_(decrefp) json_t *owned = request, *answer = NULL;
	const json_t *error;
	int r = request ? config_ask(request, COMMIT_MS, &answer) : -ENOMEM;

	if (r < 0)
		return fail(words, r, "the configuration service");
	error = json_object_get(answer, "error");
	if (error) {
		put_error(error, words);
		return -EBADMSG;
	}
	*ret_answer = take_ptr(answer);
	return 0;
}

int cluster_revision(uint64_t *ret_number, char *words)
{
	_cleanup_(decrefp) json_t *status = NULL;
	int r = cluster_ask(json_pack("{s:s}", "op", "status"), &status, words);

	if (r < 0)
		return r;
	if (!json_is_true(json_object_get(status, "open")) ||
	    !json_is_true(json_object_get(status, "current")))
		words_set(words, CLUSTER_WORDS_MAX, "this node cannot let another one in now: %s",
			  text_of(status, "why"));
	else if (json_is_true(json_object_get(status, "local")))
		words_set(words, CLUSTER_WORDS_MAX, "an emergency document is in use here");
	else if (json_object_get(status, "to-confirm"))
		words_set(words, CLUSTER_WORDS_MAX,
			  "a revision waits to be confirmed: confirm it first, or roll it back");
	else if (json_is_true(json_object_get(status, "ring-failed")))
		words_set(words, CLUSTER_WORDS_MAX, "the ring is not as configured: %s",
			  text_of(status, "ring"));
	else {
		*ret_number = (uint64_t)json_integer_value(json_object_get(status, "revision"));
		return 0;
	}
	return -EAGAIN;
}

int cluster_range(uint64_t *ret_first, uint64_t *ret_last, char *words)
{
	_cleanup_(decrefp) json_t *range = NULL;
	int r = cluster_ask(json_pack("{s:s}", "op", "export"), &range, words);

	if (r < 0)
		return r;
	*ret_first = (uint64_t)json_integer_value(json_object_get(range, "first"));
	*ret_last = (uint64_t)json_integer_value(json_object_get(range, "last"));
	return 0;
}

static int ask_agent(uint32_t *ret_ids, char *words)
{
	_cleanup_(ipc_disconnectp) qb_ipcc_connection_t *connection = NULL;
	struct agent_request request = {
		.header = {.id = AGENT_IPC_STATUS, .size = sizeof(request)},
		.version = AGENT_IPC_VERSION,
	};
	struct iovec iov = {&request, sizeof(request)};
	static struct agent_status status;
	ssize_t n;
	int r = ipc_connect(AGENT_IPC_NAME, AGENT_IPC_MAX, CONNECT_MS, &connection);

	if (r < 0)
		return fail(words, r, "the failover agent");
	n = qb_ipcc_sendv_recv(connection, &iov, 1, &status, sizeof(status), ANSWER_MS);
	if (n < 0)
		return fail(words, (int)n, "the failover agent");
	if (n != (ssize_t)sizeof(status) || status.version != AGENT_IPC_VERSION ||
	    status.n_nodes > AGENT_NODES_MAX)
		return fail(words, -EPROTO, "the failover agent");
	*ret_ids = 0;
	for (uint32_t i = 0; i < status.n_nodes; i++) {
		if (status.nodes[i].present && status.nodes[i].id < 32)
			*ret_ids |= 1u << status.nodes[i].id;
	}
	return 0;
}

/* Of an agent that is not there, not yet able to answer, or has ended meanwhile. */
static bool is_gone(int r)
{
	return r == -ECONNREFUSED || r == -ECONNRESET || r == -ENOTCONN || r == -ETIMEDOUT;
}

int cluster_present(uint32_t wanted, uint32_t *ret_ids, char *words)
{
	static const struct timespec pause = {.tv_nsec = 200 * NSEC_PER_MSEC};
	uint64_t until = clock_boot_ns() + AGENT_PATIENCE_MS * NSEC_PER_MSEC;
	uint32_t ids = 0;
	int r = ask_agent(&ids, words);

	/* Agents start anew where the configuration has changed: one is not reached for a moment,
	 * then has no view yet. */
	while ((r == 0 ? (ids & wanted) != wanted : is_gone(r)) && clock_boot_ns() < until) {
		nanosleep(&pause, NULL);
		r = ask_agent(&ids, words);
	}
	if (r == 0)
		*ret_ids = ids;
	return r;
}

/* A new key for the ring, as base64. */
static json_t *make_key(void)
{
	uint8_t key[KEY_SIZE];
	gnutls_datum_t bytes = {key, sizeof(key)}, text;
	json_t *json = NULL;

	if (gnutls_rnd(GNUTLS_RND_KEY, key, sizeof(key)) == 0 &&
	    gnutls_base64_encode2(&bytes, &text) == 0) {
		json = json_stringn((char *)text.data, text.size);
		explicit_bzero(text.data, text.size);
		gnutls_free(text.data);
	}
	explicit_bzero(key, sizeof(key));
	return json;
}

/* The machine that was the node is another number on the ring, which has another key. */
static int add_replacement(json_t *edits, const struct cluster_change *change)
{
	json_t *edit;
	char path[CONFIG_NAME_MAX + 64];

	snprintf(path, sizeof(path), "/trireme:cluster/node[name='%s']/id", change->node);
	edit = json_pack("{s:s, s:s, s:i}", "operation", "replace", "path", path, "value",
			 (int)change->id);
	if (json_array_append_new(edits, edit) < 0)
		return -ENOMEM;
	edit = json_pack("{s:s, s:s, s:o}", "operation", "replace", "path",
			 "/trireme:cluster/ring/key", "value", make_key());
	return json_array_append_new(edits, edit) < 0 ? -ENOMEM : 0;
}

static int make_edits(const struct cluster_change *change, json_t **ret_edits, char *words)
{
	_cleanup_(decrefp) json_t *answer = NULL, *edits = NULL;
	int r = cluster_ask(json_pack("{s:s}", "op", "get"), &answer, words);

	if (r == 0)
		r = cards_edits(json_object_get(answer, "document"), change->node, change->cards,
				&edits, words);
	if (r < 0)
		return r;
	r = change->id ? add_replacement(edits, change) : 0;
	if (r < 0)
		words_set(words, CLUSTER_WORDS_MAX, "%s", strerror(-r));
	else
		*ret_edits = take_ptr(edits);
	return r;
}

int cluster_commit(const struct cluster_change *change, uint64_t *ret_number, char *words)
{
	_cleanup_(decrefp) json_t *edits = NULL, *answer = NULL;
	char comment[CONFIG_NAME_MAX + 64];
	int r = make_edits(change, &edits, words);

	if (r < 0)
		return r;
	*ret_number = change->base;
	if (json_array_size(edits) == 0)
		return 0;
	snprintf(comment, sizeof(comment),
		 change->id ? "another machine is %s now" : "a machine joins as %s", change->node);
	r = cluster_ask(json_pack("{s:s, s:I, s:s, s:s, s:O}", "op", "commit", "base",
				  (json_int_t)change->base, "author", change->author, "comment",
				  comment, "edits", edits),
			&answer, words);
	if (r == 0)
		*ret_number = (uint64_t)json_integer_value(json_object_get(answer, "revision"));
	return r;
}

static int ask_engine(qb_ipcc_connection_t *connection, uint32_t seconds)
{
	struct engine_joining_request request = {
		.header = {.id = ENGINE_IPC_JOINING, .size = sizeof(request)},
		.version = ENGINE_IPC_VERSION,
		.seconds = seconds,
	};
	struct iovec iov = {&request, sizeof(request)};
	struct qb_ipc_response_header answer;
	ssize_t n = qb_ipcc_sendv_recv(connection, &iov, 1, &answer, sizeof(answer), ANSWER_MS);

	if (n < 0)
		return (int)n;
	return n == (ssize_t)sizeof(answer) ? answer.error : -EPROTO;
}

int cluster_open_port(struct qb_ipcc_connection **connection, uint32_t seconds, char *words)
{
	int r = *connection ? ask_engine(*connection, seconds) : -ENOTCONN;

	/* The first time, or the engine has been started again. */
	if (r < 0 && r != -EBUSY) {
		ipc_disconnectp(connection);
		*connection = NULL;
		r = ipc_connect(ENGINE_IPC_NAME, ENGINE_IPC_MAX, CONNECT_MS, connection);
		if (r < 0)
			return fail(words, r, "the engine, which guards the ports,");
		r = ask_engine(*connection, seconds);
	}
	if (r == -EBUSY)
		words_set(words, CLUSTER_WORDS_MAX,
			  "another trireme-join open runs here: only one machine joins at a time");
	else if (r == -ENODEV)
		words_set(words, CLUSTER_WORDS_MAX, "this node has no private port (eth1)");
	else if (r < 0)
		words_set(words, CLUSTER_WORDS_MAX, "the firewall does not open the port: %s",
			  strerror(-r));
	return r;
}
