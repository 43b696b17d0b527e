// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests that make a revision. */
#include <errno.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "config/request_edit.h"
#include "config/revision.h"
#include "proto/api_ipc.h"

#define OVERRIDE_WORD "override"

/* A ticket for the client, who is answered with the outcome; 0: too many wait. */
static uint64_t wait_for_outcome(struct request *r)
{
	struct server *s = r->server;

	for (size_t i = 0; i < SERVER_WAITING_MAX; i++) {
		struct server_waiting *waiting = &s->waiting[i];

		if (waiting->ticket)
			continue;
		*waiting = (struct server_waiting){
			.ticket = ++s->last_ticket, .client = r->client, .written = r->written};
		r->written = (struct document_written){0};
		snprintf(waiting->session, sizeof(waiting->session), "%s",
			 request_text(r->json, "session"));
		return waiting->ticket;
	}
	return 0;
}

static struct server_waiting *find_waiting(struct server *s, uint64_t ticket)
{
	for (size_t i = 0; i < SERVER_WAITING_MAX; i++) {
		if (s->waiting[i].ticket == ticket)
			return &s->waiting[i];
	}
	return NULL;
}

static bool is_clean(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	}
	return true;
}

/* Author, comment and time to confirm, as the request has them. */
static int describe(struct request *r, struct revision *revision)
{
	const char *author = request_text(r->json, "author");
	const char *comment = request_text(r->json, "comment");
	uint64_t seconds = 0;
	int result = request_number(r->json, "confirm", 1, REVISION_CONFIRM_MAX, &seconds);

	if (result == -EINVAL) {
		r->answer = request_refusal(API_TAG_INVALID_VALUE, NULL,
					    "confirm: allowed are 1 to %d seconds",
					    REVISION_CONFIRM_MAX);
		return -EINVAL;
	}
	if (copy_text(revision->author, sizeof(revision->author), author[0] ? author : "root") <
		    0 ||
	    copy_text(revision->comment, sizeof(revision->comment), comment) < 0 ||
	    !is_clean(author) || !is_clean(comment)) {
		r->answer = request_refusal(API_TAG_INVALID_VALUE, NULL,
					    "author: allowed are at most %d bytes, comment: at "
					    "most %d, both without control characters",
					    REVISION_AUTHOR_MAX - 1, REVISION_COMMENT_MAX - 1);
		return -EINVAL;
	}
	revision->confirm_s = (uint32_t)seconds;
	return 0;
}

static void propose(struct request *r, struct revision *revision, const char *body, size_t size)
{
	struct server *s = r->server;
	char words[REPLICA_TEXT_MAX];
	struct text text = TEXT_ON(words);
	uint64_t ticket = wait_for_outcome(r);
	struct server_waiting *waiting;
	int result;

	if (!ticket) {
		r->answer = request_refusal(API_TAG_FAILED, API_APP_BUSY,
					    "too many commits are under way");
		return;
	}
	/* The outcome can come before this returns: then the client is answered already. */
	r->later = true;
	result = cluster_propose(&s->cluster, revision, body, size, ticket, &text);
	waiting = find_waiting(s, ticket);
	if (result == 0 && waiting)
		waiting->id = revision->id;
	if (result == 0)
		return;
	r->later = false;
	if (waiting) {
		document_written_clear(&waiting->written);
		*waiting = (struct server_waiting){0};
	}
	r->answer = request_not_made(result, "%s", words[0] ? words : strerror(-result));
}

/* What an older release does not know would be lost on it, or stop it. The rest it can read. */
static int check_level(struct request *r, struct document *document, struct revision *revision)
{
	const struct replica *replica = r->server->cluster.replica;
	char path[sizeof(((struct schema_error *)0)->path)];
	const char *node;
	uint8_t known = replica_level(replica, &node);
	uint32_t level;
	int result = document_level(document, &level, path, sizeof(path));
	struct schema_error error = {0};

	if (result == 0 && (level <= known || !node)) {
		snprintf(revision->model, sizeof(revision->model), "%s",
			 core_model(&r->server->core, level));
		return 0;
	}
	snprintf(error.path, sizeof(error.path), "%s", path);
	snprintf(error.allowed, sizeof(error.allowed),
		 "what every node knows: it needs feature level %u, %s has %u", level,
		 node ? node : "a node", known);
	r->answer = result < 0 ? request_error(NULL, "%s", strerror(-result))
			       : request_error(&error, "a node's software is older than this");
	return -EPROTO;
}

/* The candidate's document, or the one that the request itself carries. */
static int wanted_document(struct request *r, struct document **ret_document, uint64_t *ret_base)
{
	_cleanup_(request_document_clear) struct request_document candidate = {0};
	struct server *s = r->server;
	struct session *session;
	int result;

	*ret_base = s->revision.number;
	result = request_new_document(r, s->document, ret_document);
	if (result != -ENOENT)
		return result;
	session = session_find(&s->sessions, request_text(r->json, "session"), clock_boot_ns());
	if (!session) {
		r->answer = request_refusal(API_TAG_FAILED, NULL,
					    "there is nothing to commit: no candidate");
		return -ENOENT;
	}
	*ret_base = session->base;
	result = request_document(r, "what", "candidate", &candidate);
	*ret_document = take_ptr(candidate.owned);
	return result;
}

/* Two administrators at once: the second one hears of it, and nothing is lost. */
static int check_base(struct request *r, uint64_t base)
{
	struct server *s = r->server;
	uint64_t expected = base;

	if (request_number(r->json, "base", 0, STORE_NUMBER_MAX, &expected) == -EINVAL) {
		r->answer = request_refusal(API_TAG_INVALID_VALUE, NULL,
					    "base: allowed is a revision's number");
		return -EINVAL;
	}
	if (expected == s->revision.number)
		return 0;
	r->answer = request_refusal(
		API_TAG_IN_USE, NULL,
		"the change was begun on revision %llu, but %llu is in use, by %s: see trireme "
		"diff %llu running, then discard or edit anew",
		(unsigned long long)expected, (unsigned long long)s->revision.number,
		s->revision.author, (unsigned long long)expected);
	return -ESTALE;
}

/* What it would be made from lacks what the newest revision says, which would be lost. */
static int check_newest(struct request *r)
{
	struct server *s = r->server;

	if (!s->behind)
		return 0;
	r->answer = request_error(NULL,
				  "this node works with revision %llu, as it cannot use the newest "
				  "one, %llu: commit on another node",
				  (unsigned long long)s->document_number,
				  (unsigned long long)s->revision.number);
	return -ESTALE;
}

static bool same_text(struct document *a, struct document *b)
{
	size_t size_a, size_b;
	const char *text_a = document_text(a, &size_a), *text_b = document_text(b, &size_b);

	return size_a == size_b && memcmp(text_a, text_b, size_a) == 0;
}

/* Without quorum only the cluster section can change: addresses of nodes, how they are reached. */
static bool only_cluster_differs(struct document *a, struct document *b)
{
	json_t *json_a = json_loads(document_text(a, NULL), 0, NULL);
	json_t *json_b = json_loads(document_text(b, NULL), 0, NULL);
	bool same;

	json_object_del(json_a, "trireme:cluster");
	json_object_del(json_b, "trireme:cluster");
	same = json_a && json_b && json_equal(json_a, json_b);
	json_decref(json_a);
	json_decref(json_b);
	return same;
}

static int use_locally(struct request *r, struct document *document,
		       const struct revision *revision)
{
	_cleanup_(document_freep) struct document *owned = document;
	struct server *s = r->server;
	struct store_local local = {.base = s->revision.number, .time = (int64_t)time(NULL)};
	char buf[CORE_REPORT_MAX];
	struct text report = TEXT_ON(buf);
	size_t size;
	const char *text = document_text(document, &size);
	int result;

	memcpy(local.author, revision->author, sizeof(local.author));
	memcpy(local.comment, revision->comment, sizeof(local.comment));
	result = store_set_local(s->core.store, &local, text, size);
	if (result == 0)
		result = server_use(s, take_ptr(owned), &s->revision, true, &report);
	if (result < 0)
		r->answer = request_error(NULL, "%s", buf[0] ? buf : strerror(-result));
	return result;
}

static void commit_in_emergency(struct request *r, struct document *document,
				const struct revision *revision)
{
	_cleanup_(document_freep) struct document *owned = document;
	struct server *s = r->server;

	if (replica_open(s->cluster.replica)) {
		r->answer = request_error(NULL, "there is a quorum: commit without emergency");
		return;
	}
	if (!only_cluster_differs(s->document, document)) {
		r->answer = request_error(NULL, "without quorum only /trireme:cluster can be "
						"changed: nodes, their addresses, timing, ring");
		return;
	}
	if (use_locally(r, take_ptr(owned), revision) < 0)
		return;
	session_clear(
		session_find(&s->sessions, request_text(r->json, "session"), clock_boot_ns()));
	qb_log(LOG_WARNING, "%s has committed an emergency document for this node alone",
	       revision->author);
	r->answer = request_summary("in use on this node alone, until the cluster has a quorum: "
				    "then its revision replaces this one");
}

/* A request that says what shall be is done when it is so, whoever has made it so. */
static void answer_unchanged(struct request *r)
{
	char etag[REQUEST_ETAG_MAX];

	if (!json_object_get(r->json, "method")) {
		r->answer = request_error(NULL, "there is nothing to commit: no difference to "
						"what is in use");
		return;
	}
	request_etag_running(r->server, etag);
	r->answer = request_summary("it is so already");
	json_object_set_new(r->answer, "etag", json_string(etag));
	json_object_set_new(r->answer, "created", json_false());
}

/* Whether what is in use is what the request is meant for. */
static int check_match(struct request *r)
{
	char etag[REQUEST_ETAG_MAX];

	request_etag_running(r->server, etag);
	return request_check_etag(r, etag);
}

void request_commit(struct request *r)
{
	_cleanup_(document_freep) struct document *document = NULL;
	struct revision revision = {.kind = REVISION_CHANGE};
	uint64_t base;
	const char *text;
	size_t size;

	if (describe(r, &revision) < 0 || check_match(r) < 0 ||
	    wanted_document(r, &document, &base) < 0 || check_base(r, base) < 0)
		return;
	if (!document || same_text(document, r->server->document)) {
		answer_unchanged(r);
		return;
	}
	if (request_check_rights(r, document) < 0)
		return;
	if (json_is_true(json_object_get(r->json, "emergency"))) {
		commit_in_emergency(r, take_ptr(document), &revision);
		return;
	}
	if (check_newest(r) < 0 || check_level(r, document, &revision) < 0)
		return;
	text = document_text(document, &size);
	revision_body_digest(text, size, &revision.body);
	/* It is the server's from here on: what is proposed is copied. */
	server_remember(r->server, document, &revision.body);
	take_ptr(document);
	propose(r, &revision, text, size);
}

void request_confirm(struct request *r)
{
	struct server *s = r->server;
	struct revision revision = {.kind = REVISION_CONFIRM, .refers = s->confirm.pending};

	if (!s->confirm.pending) {
		r->answer = request_error(NULL, "no revision waits to be confirmed");
		return;
	}
	if (server_ring_failed(s)) {
		char buf[REPLICA_TEXT_MAX];
		struct text why = TEXT_ON(buf);

		server_ring_describe(s, &why);
		r->answer = request_error(NULL,
					  "revision %llu cannot be kept, the ring does not become "
					  "what it says: %s",
					  (unsigned long long)s->confirm.pending, buf);
		return;
	}
	if (describe(r, &revision) < 0)
		return;
	revision.confirm_s = 0;
	revision.body = s->revision.body;
	memcpy(revision.model, s->revision.model, sizeof(revision.model));
	propose(r, &revision, NULL, 0);
}

/* From the unconfirmed one to its parent: that is what its timer would do. */
static void go_back(const struct server *s, uint64_t number, struct revision *revision)
{
	revision->kind = REVISION_ROLLBACK;
	revision->refers = number;
	if (!s->confirm.pending || number != s->confirm.pending - 1)
		return;
	revision->kind = REVISION_REVERT;
	revision->refers = s->confirm.pending;
	revision->confirm_s = 0;
}

void request_rollback(struct request *r)
{
	_cleanup_(document_freep) struct document *document = NULL;
	struct server *s = r->server;
	struct revision revision = {0};
	char buf[CORE_REPORT_MAX];
	struct text report = TEXT_ON(buf);
	const char *text;
	uint64_t number;
	size_t size;

	if (describe(r, &revision) < 0)
		return;
	if (request_number(r->json, "revision", 1, STORE_NUMBER_MAX, &number) < 0) {
		r->answer = request_refusal(API_TAG_INVALID_VALUE, NULL,
					    "revision: allowed is a number that trireme history "
					    "shows");
		return;
	}
	go_back(s, number, &revision);
	if (core_document(&s->core, number, &document, &report) < 0) {
		r->answer = request_error(NULL, "%s", buf);
		return;
	}
	if (!s->behind && same_text(document, s->document)) {
		r->answer = request_error(NULL, "revision %llu is what is in use",
					  (unsigned long long)revision.refers);
		return;
	}
	if (request_check_rights(r, document) < 0 || check_level(r, document, &revision) < 0)
		return;
	text = document_text(document, &size);
	revision_body_digest(text, size, &revision.body);
	server_remember(s, document, &revision.body);
	take_ptr(document);
	propose(r, &revision, text, size);
}

void request_override(struct request *r)
{
	char words[REPLICA_TEXT_MAX];
	struct text text = TEXT_ON(words);
	int result;

	if (strcmp(request_text(r->json, "word"), OVERRIDE_WORD) != 0) {
		r->answer =
			request_refusal(API_TAG_INVALID_VALUE, NULL,
					"word: allowed is '%s'; it lets this node go on though "
					"another one may have a newer configuration, which is lost "
					"then",
					OVERRIDE_WORD);
		return;
	}
	result = cluster_override(&r->server->cluster, &text);
	if (result < 0)
		r->answer = request_error(NULL, "%s", words[0] ? words : strerror(-result));
	else
		r->answer = request_summary("this node goes on with revision %llu",
					    (unsigned long long)r->server->revision.number);
}
