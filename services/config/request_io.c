// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <qb/qblog.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "config/request.h"
#include "proto/api_ipc.h"

static const struct {
	const char *name;
	void (*run)(struct request *r);
	bool light; /* needs neither the model nor the document in use */
} operations[] = {
	{"get", request_get, false},	       {"diff", request_diff, false},
	{"history", request_history, true},    {"status", request_status, true},
	{"edit", request_edit, false},	       {"discard", request_discard, true},
	{"commit", request_commit, false},     {"confirm", request_confirm, true},
	{"rollback", request_rollback, false}, {"override", request_override, true},
	{"describe", request_describe, false}, {"export", request_export, true},
};

static void send_answer(struct ipc_ticket client, json_t *answer)
{
	char *text = json_dumps(answer, JSON_COMPACT);

	json_decref(answer);
	if (!text)
		text = strdup("{\"error\":{\"message\":\"no memory\"}}");
	ipc_io_answer(client, text);
}

static void run(struct request *r)
{
	const char *op = request_text(r->json, "op");
	char words[CORE_REPORT_MAX];
	struct text report = TEXT_ON(words);

	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		if (strcmp(operations[i].name, op) != 0)
			continue;
		if (operations[i].light || server_prepare(r->server, &report) == 0)
			operations[i].run(r);
		else
			r->answer = request_error(NULL, "%s", words);
		return;
	}
	r->answer =
		request_refusal(API_TAG_NOT_SUPPORTED, NULL, "there is no operation '%.32s'", op);
}

void server_request(void *data, struct ipc_ticket client, const char *request, size_t size)
{
	json_error_t error;
	json_t *json = json_loadb(request, size, JSON_REJECT_DUPLICATES, &error);
	struct request r = {.server = data, .client = client, .json = json};

	if (!json_is_object(json))
		r.answer = request_refusal(API_TAG_MALFORMED, NULL,
					   "the request is no JSON object: %s", error.text);
	else
		run(&r);
	if (r.text)
		ipc_io_answer(client, r.text);
	else if (!r.later)
		send_answer(client, r.answer);
	document_written_clear(&r.written);
	json_decref(json);
}

static const char *advice(int error)
{
	switch (error) {
	case -ESTALE:
		return "somebody else has committed meanwhile: see trireme diff, then discard or "
		       "edit anew";
	case -EINPROGRESS:
		return "whether it is agreed on is not known yet: see trireme history";
	default:
		return "";
	}
}

static void answer_outcome(struct server *s, struct server_waiting *waiting, int error,
			   uint64_t number, const char *text)
{
	char etag[REQUEST_ETAG_MAX];
	json_t *answer;

	if (error == 0) {
		session_clear(session_find(&s->sessions, waiting->session, clock_boot_ns()));
		request_etag(number, &waiting->id, etag);
		answer = json_pack(
			"{s:I, s:o*, s:s, s:b, s:s*}", "revision", (json_int_t)number, "summary",
			json_sprintf("revision %llu is in use", (unsigned long long)number), "etag",
			etag, "created", waiting->written.created, "location",
			waiting->written.location);
	} else {
		answer = request_not_made(error, "%s%s%s", text[0] ? text : strerror(-error),
					  advice(error)[0] ? "; " : "", advice(error));
	}
	send_answer(waiting->client, answer);
}

void server_outcome(void *data, uint64_t ticket, int error, uint64_t number, const char *text)
{
	struct server *s = data;

	for (size_t i = 0; i < SERVER_WAITING_MAX && ticket; i++) {
		struct server_waiting *waiting = &s->waiting[i];

		if (waiting->ticket != ticket)
			continue;
		answer_outcome(s, waiting, error, number, text);
		document_written_clear(&waiting->written);
		*waiting = (struct server_waiting){0};
		return;
	}
	if (error < 0)
		qb_log(LOG_NOTICE, "a revision of this node came to nothing: %s",
		       text[0] ? text : strerror(-error));
}
