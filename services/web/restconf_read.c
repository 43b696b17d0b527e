// SPDX-License-Identifier: GPL-2.0-or-later
/* GET and HEAD of data (RFC 8040, sections 4.2, 4.3; RFC 8527 for the datastores). */
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "proto/api_ipc.h"
#include "web/discovery.h"
#include "web/exchange.h"
#include "web/restconf_error.h"

#define DATASTORE "ietf-restconf:data"
#define STATE_MODULE "trireme-api"
#define STATE_MINIMUM "/trireme-api:state/session" /* costs the broker the least */

static void refuse_missing(struct exchange *x, const char *message, const char *allowed)
{
	struct problem problem;

	problem_say(&problem, "invalid-value", message, NULL, allowed);
	problem.app_tag = "not-found";
	exchange_refuse(x, &problem);
}

/* The datastore's own member around all of its data. */
static json_t *wrap(const struct exchange *x, json_t *data)
{
	return x->resource.path.n_steps ? data : json_pack("{s:o}", DATASTORE, data);
}

/* Takes the data, an object with one member, as the answer. */
static void answer_data(struct exchange *x, json_t *data)
{
	filter_apply(&x->filter, x->site->model, data, &x->resource.path);
	exchange_json(x, 200, data);
	if (x->etag[0])
		snprintf(x->answer.etag, sizeof(x->answer.etag), "\"%.90s\"", x->etag);
}

/* What is the same all the time, and state: the part that the path names. */
static void answer_part(struct exchange *x, json_t *whole)
{
	struct problem problem;
	json_t *data = model_walk(x->site->model, whole, &x->resource.path, &problem);

	if (data)
		answer_data(x, json_deep_copy(data));
	else
		exchange_refuse(x, &problem);
	json_decref(data);
}

/* Members of the object `from`, which is let go, into the other. */
static void merge(json_t *into, json_t *from)
{
	json_object_update(into, from);
	json_decref(from);
}

static void take_state(struct exchange *x, json_t *reply)
{
	json_t *state = json_object_get(reply, "state"), *all;

	if (x->resource.path.n_steps) {
		answer_part(x, state);
		return;
	}
	all = x->document ? json_deep_copy(x->document) : json_object();
	json_object_update(all, state);
	merge(all, discovery_data(x->site->model, DISCOVERY_LIBRARY));
	merge(all, discovery_data(x->site->model, DISCOVERY_MONITORING));
	answer_data(x, wrap(x, all));
}

static void ask_state(struct exchange *x)
{
	char target[API_PATH_MAX];

	exchange_target(x, target);
	exchange_question(x, exchange_state(target), take_state);
}

/* What is the same all the time is for who may see anything. */
static void take_permission(struct exchange *x, json_t *reply)
{
	json_t *fixed = discovery_data(x->site->model, x->resource.path.steps[0].module);

	(void)reply;
	answer_part(x, fixed);
	json_decref(fixed);
}

static bool is_fixed(const char *module)
{
	return strcmp(module, DISCOVERY_LIBRARY) == 0 || strcmp(module, DISCOVERY_MONITORING) == 0;
}

/* State changes without a new revision, so that its etag says nothing of the whole. */
static bool is_unchanged(const struct exchange *x)
{
	char etag[128];

	snprintf(etag, sizeof(etag), "\"%s\"", x->etag);
	return header_has_etag(x->request->header[HEADER_IF_NONE_MATCH], etag, true);
}

static bool wants_state(const struct exchange *x)
{
	return x->resource.path.n_steps == 0 && x->query.content != CONTENT_CONFIG &&
	       (x->resource.store == DATASTORE_ALL || x->resource.store == DATASTORE_OPERATIONAL);
}

static void take_document(struct exchange *x, json_t *reply)
{
	json_t *document = json_object_get(reply, "document");
	const char *etag = json_string_value(json_object_get(reply, "etag"));

	if (!etag || copy_text(x->etag, sizeof(x->etag), etag) < 0)
		x->etag[0] = '\0';
	if (wants_state(x)) {
		x->document = json_incref(document);
		ask_state(x);
		return;
	}
	if (is_unchanged(x)) {
		x->answer.status = 304;
		snprintf(x->answer.etag, sizeof(x->answer.etag), "\"%.90s\"", x->etag);
		return;
	}
	answer_data(x, wrap(x, json_deep_copy(document)));
}

static void ask_document(struct exchange *x)
{
	char target[API_PATH_MAX];

	exchange_target(x, target);
	exchange_question(x, exchange_about(x, API_OP_GET, target), take_document);
}

static void read_config(struct exchange *x)
{
	if (x->query.content != CONTENT_NONCONFIG)
		ask_document(x);
	else if (wants_state(x))
		ask_state(x);
	else
		refuse_missing(x, "nothing but configuration is there", "content=all or config");
}

/* Data that is no configuration: of the datastores that have any. */
static void read_state(struct exchange *x)
{
	const char *module = x->resource.path.steps[0].module;

	if (x->query.content == CONTENT_CONFIG || x->resource.store == DATASTORE_RUNNING ||
	    x->resource.store == DATASTORE_CANDIDATE)
		refuse_missing(x, "this is no configuration",
			       "/restconf/data or /restconf/ds/ietf-datastores:operational, with "
			       "content=all or nonconfig");
	else if (is_fixed(module))
		exchange_question(x, exchange_state(STATE_MINIMUM), take_permission);
	else if (strcmp(module, STATE_MODULE) == 0)
		ask_state(x);
	else
		refuse_missing(
			x, "there is no such module",
			"trireme, trireme-api, ietf-yang-library or ietf-restconf-monitoring");
}

void restconf_read(struct exchange *x)
{
	if (restconf_is_config(&x->resource))
		read_config(x);
	else
		read_state(x);
}
