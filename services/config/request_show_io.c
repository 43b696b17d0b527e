// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests that only look. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "config/request.h"
#include "config/revision.h"
#include "proto/api_ipc.h"
#include "proto/config_ipc.h"

#define HISTORY_DEFAULT 20
#define HISTORY_MAX 1000
#define SUPERSEDED_SHOWN 10

void request_document_clear(struct request_document *document)
{
	document_free(document->owned);
	*document = (struct request_document){0};
}

static int own(struct request *r, int result, struct document *document, const char *problem,
	       struct request_document *ret_document)
{
	if (result < 0) {
		problem = problem[0] ? problem : strerror(-result);
		r->answer = result == -ENOENT ? request_refusal(API_TAG_INVALID_VALUE,
								API_APP_NOT_FOUND, "%s", problem)
					      : request_error(NULL, "%s", problem);
		return result;
	}
	*ret_document = (struct request_document){.document = document, .owned = document};
	return 0;
}

static int candidate(struct request *r, struct request_document *ret_document)
{
	struct server *s = r->server;
	struct session *session =
		session_find(&s->sessions, request_text(r->json, "session"), clock_boot_ns());
	struct schema_error error = {0};
	struct document *document = NULL;
	int result;

	if (!session) {
		*ret_document = (struct request_document){.document = s->document};
		return 0;
	}
	result = document_parse(s->core.schema, NULL, session->text, session->size, &document,
				&error);
	return own(r, result, document, error.allowed, ret_document);
}

int request_document(struct request *r, const char *key, const char *otherwise,
		     struct request_document *ret_document)
{
	struct server *s = r->server;
	const char *name = json_object_get(r->json, key) ? request_text(r->json, key) : otherwise;
	struct document *document = NULL;
	char buf[CORE_REPORT_MAX];
	struct text report = TEXT_ON(buf);
	uint64_t number;
	int result;

	if (strcmp(name, "candidate") == 0)
		return candidate(r, ret_document);
	if (strcmp(name, "running") == 0) {
		*ret_document = (struct request_document){.document = s->document};
		return 0;
	}
	if (request_number(r->json, key, 1, STORE_NUMBER_MAX, &number) < 0) {
		r->answer = request_refusal(API_TAG_INVALID_VALUE, NULL,
					    "%s: allowed are a revision's number, \"running\" and "
					    "\"candidate\"",
					    key);
		return -EINVAL;
	}
	result = core_document(&s->core, number, &document, &report);
	return own(r, result, document, buf, ret_document);
}

static enum document_view view_of(const struct request *r)
{
	return request_is_restricted(r) ? DOCUMENT_PUBLIC : DOCUMENT_REDACTED;
}

void request_etag_running(const struct server *s, char ret_etag[REQUEST_ETAG_MAX])
{
	struct revision_id id = s->revision.id;
	const char *text;
	size_t size;

	/* Not what the revision says: an emergency document, or an earlier one. */
	if (s->document && (s->is_local || s->document_number != s->revision.number)) {
		text = document_text(s->document, &size);
		revision_body_digest(text, size, &id);
	}
	request_etag(s->document_number, &id, ret_etag);
}

void request_etag_candidate(struct request *r, char ret_etag[REQUEST_ETAG_MAX])
{
	struct server *s = r->server;
	struct session *session =
		session_find(&s->sessions, request_text(r->json, "session"), clock_boot_ns());
	struct revision_id id;

	if (!session) {
		request_etag_running(s, ret_etag);
		return;
	}
	revision_body_digest(session->text, session->size, &id);
	request_etag(session->base, &id, ret_etag);
}

/* Of what member `what` names. */
static void etag_of(struct request *r, const struct request_document *document,
		    char ret_etag[REQUEST_ETAG_MAX])
{
	struct revision revision;
	uint64_t number;

	if (!document->owned)
		request_etag_running(r->server, ret_etag);
	else if (request_number(r->json, "what", 1, STORE_NUMBER_MAX, &number) == 0 &&
		 store_get(r->server->core.store, number, &revision) == 0)
		request_etag(number, &revision.id, ret_etag);
	else
		request_etag_candidate(r, ret_etag);
}

/* The document's text goes into the answer as it is: it is large, and this thread has more to do.
 */
static int answer_document(struct request *r, const struct request_document *document,
			   const char *text)
{
	_cleanup_buffer_ struct buffer answer = buffer_of(CONFIG_IPC_JSON_MAX);
	char etag[REQUEST_ETAG_MAX];

	etag_of(r, document, etag);
	buffer_format(&answer, "{\"etag\":\"%s\",\"document\":", etag);
	buffer_text(&answer, text);
	buffer_text(&answer, "}");
	return buffer_take(&answer, &r->text, NULL);
}

void request_get(struct request *r)
{
	_cleanup_(request_document_clear) struct request_document document = {0};
	_cleanup_free_ char *text = NULL;
	struct schema_error error = {0};
	const char *path = request_text(r->json, "path"), *target = request_text(r->json, "target");
	int result = request_document(r, "what", "running", &document);

	if (result < 0)
		return;
	result = target[0] ? document_print_target(document.document, target, view_of(r), &text,
						   &error)
			   : document_print_at(document.document, path, view_of(r), &text, &error);
	if (result == 0)
		result = answer_document(r, &document, text);
	if (result < 0)
		r->answer = request_error(result == -EBADMSG ? &error : NULL, "%s cannot be shown",
					  target[0] ? target : path);
}

void request_diff(struct request *r)
{
	_cleanup_(request_document_clear) struct request_document from = {0}, to = {0};
	_cleanup_free_ char *text = NULL;
	bool patch = strcmp(request_text(r->json, "format"), "patch") == 0;
	int result = request_document(r, "from", "running", &from);

	if (result == 0)
		result = request_document(r, "to", "candidate", &to);
	if (result < 0)
		return;
	result = document_diff(from.document, to.document, patch ? DOCUMENT_PATCH : DOCUMENT_LINES,
			       view_of(r), &text);
	if (result < 0)
		r->answer = request_error(NULL, "they cannot be compared: %s", strerror(-result));
	else if (patch)
		r->answer = json_pack("{s:o}", "patch", json_loads(text, 0, NULL));
	else
		r->answer = json_pack("{s:s}", "text", text);
}

void request_describe(struct request *r)
{
	_cleanup_free_ char *text = NULL;
	struct schema_error error = {0};
	const char *path = request_text(r->json, "path");

	if (document_describe(r->server->core.schema, path, &text, &error) < 0)
		r->answer = request_error(&error, "%s is not in the model", path);
	else
		r->answer = json_pack("{s:o}", "node", json_loads(text, 0, NULL));
}

static const char *const kinds[] = {
	[REVISION_CHANGE] = "change",
	[REVISION_CONFIRM] = "confirm",
	[REVISION_REVERT] = "revert",
	[REVISION_ROLLBACK] = "rollback",
};

void request_put_time(json_t *object, const char *key, int64_t time)
{
	char text[TIME_TEXT_MAX];

	json_object_set_new(object, key, json_string(format_time(time, text)));
}

static json_t *describe_revision(const struct revision *revision)
{
	char id[2 * REVISION_ID_SIZE + 1];
	json_t *object;

	for (size_t i = 0; i < REVISION_ID_SIZE; i++)
		snprintf(id + 2 * i, 3, "%02x", revision->id.bytes[i]);
	object = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "revision",
			   (json_int_t)revision->number, "id", id, "author", revision->author,
			   "comment", revision->comment, "model", revision->model, "kind",
			   revision->kind <= REVISION_ROLLBACK && kinds[revision->kind]
				   ? kinds[revision->kind]
				   : "?");
	request_put_time(object, "time", revision->time);
	if (revision->refers)
		json_object_set_new(object, "refers", json_integer((json_int_t)revision->refers));
	if (revision->confirm_s)
		json_object_set_new(object, "confirm", json_integer(revision->confirm_s));
	return object;
}

struct listing {
	const struct server *server;
	json_t *revisions;
};

/* What there is to say of a revision's place in the history, for a person. */
static void put_state(const struct server *s, const struct revision *revision, json_t *object)
{
	char text[96] = "";

	if (revision->number == s->confirm.pending)
		snprintf(text, sizeof(text), "%s",
			 s->confirm.reverted ? "not confirmed, reverted on this node"
					     : "to be confirmed");
	else if (revision->number == s->revision.number)
		snprintf(text, sizeof(text), "in use");
	else if (revision->number > s->revision.number)
		snprintf(text, sizeof(text), "not agreed on yet");
	json_object_set_new(object, "state", json_string(text));
}

static int add_revision(const struct revision *revision, void *data)
{
	struct listing *listing = data;
	json_t *object = describe_revision(revision);

	put_state(listing->server, revision, object);
	return json_array_insert_new(listing->revisions, 0, object) < 0 ? -ENOMEM : 0;
}

static int add_superseded(const struct store_superseded *superseded, void *data)
{
	json_t *object = describe_revision(&superseded->revision);

	json_object_set_new(object, "reason", json_string(superseded->reason));
	request_put_time(object, "replaced", superseded->replaced_at);
	return json_array_append_new(data, object) < 0 ? -ENOMEM : 0;
}

static int list_history(struct server *s, uint64_t count, json_t *revisions, json_t *superseded)
{
	struct listing listing = {.server = s, .revisions = revisions};
	struct revision head;
	int result = store_head(s->core.store, &head);

	if (result == 0)
		result =
			store_list(s->core.store, head.number > count ? head.number - count + 1 : 1,
				   count, add_revision, &listing);
	if (result == 0)
		result = store_list_superseded(s->core.store, SUPERSEDED_SHOWN, add_superseded,
					       superseded);
	return result;
}

void request_history(struct request *r)
{
	json_t *revisions = json_array(), *superseded = json_array();
	uint64_t count = HISTORY_DEFAULT;
	int result = request_number(r->json, "count", 1, HISTORY_MAX, &count);

	if (result == 0 || result == -ENOENT)
		result = list_history(r->server, count, revisions, superseded);
	else
		result = -ERANGE;
	r->answer = json_pack("{s:o, s:o}", "revisions", revisions, "superseded", superseded);
	if (result == 0)
		return;
	json_decref(r->answer);
	r->answer = result == -ERANGE ? request_refusal(API_TAG_INVALID_VALUE, NULL,
							"count: allowed are 1 to %d", HISTORY_MAX)
				      : request_error(NULL, "the history cannot be read: %s",
						      strerror(-result));
}

static void put_confirm(const struct server *s, json_t *answer)
{
	if (!s->confirm.pending)
		return;
	json_object_set_new(answer, "to-confirm",
			    json_pack("{s:I, s:i, s:b}", "revision", (json_int_t)s->confirm.pending,
				      "seconds",
				      (int)confirm_remaining(&s->confirm, clock_boot_ns()),
				      "reverted", s->confirm.reverted));
}

/* Who has made what is in use, when and why. */
static void put_revision(const struct server *s, json_t *answer)
{
	char etag[REQUEST_ETAG_MAX];

	request_etag_running(s, etag);
	json_object_set_new(answer, "etag", json_string(etag));
	json_object_set_new(answer, "author", json_string(s->revision.author));
	json_object_set_new(answer, "comment", json_string(s->revision.comment));
	request_put_time(answer, "time", s->revision.time);
}

/* The feature level, and in words whose older software it is that keeps it down. */
static uint32_t describe_level(const struct server *s, char *text, size_t size)
{
	const char *node;
	uint8_t level = replica_level(s->cluster.replica, &node);

	text[0] = '\0';
	if (node && level < s->cluster.settings.level)
		snprintf(text, size, "\nthe cluster runs at feature level %u, as %s has no more",
			 level, node);
	return level;
}

void request_status(struct request *r)
{
	struct server *s = r->server;
	char why[REPLICA_TEXT_MAX], more[160] = "", older[96], words[REPLICA_TEXT_MAX];
	struct text ring = TEXT_ON(words);
	uint64_t now = clock_boot_ns();
	uint32_t level = describe_level(s, older, sizeof(older));

	replica_explain(s->cluster.replica, now, why, sizeof(why));
	if (s->behind)
		snprintf(
			more, sizeof(more),
			"\nthis node cannot use it (see its log): it works with revision %llu, and "
			"owns nothing",
			(unsigned long long)s->document_number);
	else if (s->is_local)
		snprintf(more, sizeof(more),
			 "\nan emergency document of this node only is in use, made from revision "
			 "%llu",
			 (unsigned long long)s->revision.number);
	else if (s->confirm.pending)
		snprintf(more, sizeof(more),
			 "\nrevision %llu is %s: trireme confirm keeps it, %u s are left",
			 (unsigned long long)s->confirm.pending,
			 s->confirm.reverted ? "reverted on this node" : "to be confirmed",
			 confirm_remaining(&s->confirm, now));
	server_ring_describe(s, &ring);
	r->answer =
		json_pack("{s:I, s:b, s:b, s:b, s:s, s:s, s:I, s:i, s:s, s:b, s:o}", "revision",
			  (json_int_t)s->revision.number, "current",
			  replica_current(s->cluster.replica) && !s->behind, "open",
			  replica_open(s->cluster.replica), "local", s->is_local, "node",
			  s->publication.node->name, "why", why, "committed",
			  (json_int_t)replica_committed(s->cluster.replica), "level", (int)level,
			  "ring", words, "ring-failed", server_ring_failed(s), "summary",
			  json_sprintf("revision %llu is in use; %s%s%s%s%s",
				       (unsigned long long)s->revision.number, why, more, older,
				       ring.used ? "\nring: " : "", words));
	put_revision(s, r->answer);
	put_confirm(s, r->answer);
}
