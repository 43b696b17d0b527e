/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One request from its beginning to its answer: which questions it puts to the broker, one after
 * the other, and what comes of the broker's answers. Pure: the caller carries them.
 *
 *   exchange_begin() ─► while ((ask = exchange_ask())) exchange_tell(what the broker says) ─►
 * answer
 */
#ifndef TRIREME_WEB_EXCHANGE_H
#define TRIREME_WEB_EXCHANGE_H

#include <jansson.h>

#include "web/counters.h"
#include "web/files.h"
#include "web/message.h"
#include "web/model.h"
#include "web/restconf_filter.h"
#include "web/restconf_header.h"
#include "web/restconf_path.h"
#include "web/restconf_query.h"

#define TYPE_EVENTS "text/event-stream"

/* What is the same for all requests; only read while they run. */
struct site {
	const struct model *model;
	const struct files *files; /* NULL: no page */
	const struct counters *counters;
	bool metrics; /* whether /metrics is there */
};

struct exchange;

/* Takes the broker's answer, which has no error. */
typedef void exchange_take_fn(struct exchange *x, json_t *reply);

struct exchange {
	const struct request *request;
	const struct site *site;
	struct resource resource;
	struct query query;
	struct filter filter;
	enum credential kind;
	json_t *credential;
	json_t *ask; /* NULL: the answer is complete */
	exchange_take_fn *take;
	exchange_take_fn *absent; /* instead of an answer "not-found", or NULL */
	json_t *document;	  /* of the configuration, while the state is asked for */
	json_t *value;		  /* of the body; of a stream of events its question */
	const json_t *patch;	  /* value, if it is a YANG Patch that a status answers; or NULL */
	char etag[96];		  /* without quotes */
	bool streams;		  /* the answer is the first of a stream of events */
	char *session;		  /* of malloc(): what such a stream tells of who asked, or NULL */
	struct answer answer;
};

/* How many questions a request puts at most. */
#define EXCHANGE_ASKS_MAX 3

/* request and site must outlive the exchange, which is freed by exchange_end(). */
void exchange_begin(struct exchange *x, const struct request *request, const struct site *site);

/* The next question, which the exchange keeps until it is told; NULL: x->answer is complete. */
const json_t *exchange_ask(const struct exchange *x);

/* What the broker answers; NULL: it cannot be reached. The caller keeps it. */
void exchange_tell(struct exchange *x, json_t *reply);

void exchange_end(struct exchange *x);

/* For the parts of it (restconf_*.c): each ends with one of these. */

/* Asks: takes the question, to which credential and origin are added. */
void exchange_question(struct exchange *x, json_t *ask, exchange_take_fn *take);

/* Answers with an error. */
void exchange_refuse(struct exchange *x, const struct problem *problem);

/* Answers with JSON, which is taken; the filter and ETag are the caller's matter. */
void exchange_json(struct exchange *x, unsigned int status, json_t *body);

/* Answers with a text of malloc(). */
void exchange_text(struct exchange *x, const char *type, char *text);

/* A new question of that name. */
json_t *exchange_op(const char *op);

/* The same about a target in the resource's datastore of configuration. */
json_t *exchange_about(const struct exchange *x, const char *op, const char *target);

/* Asks for the state; the broker may leave out what the target does not need. */
json_t *exchange_state(const char *target);

/* Names the candidate, if the request does. */
void exchange_session(const struct exchange *x, json_t *ask);

/* The api-path of the resource, as the broker has it. */
void exchange_target(const struct exchange *x, char buf[API_PATH_MAX]);

/* What answers a kind of resource. */
void restconf_read(struct exchange *x);
void restconf_write(struct exchange *x);
void restconf_operation(struct exchange *x);
void restconf_metrics(struct exchange *x);
void restconf_events(struct exchange *x);

/* Whether the resource is of the configuration, a datastore too; else only read. */
bool restconf_is_config(const struct resource *resource);

#endif
