// SPDX-License-Identifier: GPL-2.0-or-later
/* Which part answers a request, and what all resources have in common. */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "proto/api_ipc.h"
#include "web/discovery.h"
#include "web/exchange.h"
#include "web/restconf_error.h"

#define TYPE_XRD "application/xrd+xml"
#define METHODS_WRITE (METHOD_BIT(METHOD_POST) | METHOD_BIT(METHOD_PUT) | METHOD_BIT(METHOD_PATCH))
#define CONFIG_MODULE "trireme"
#define SESSION_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

bool restconf_is_config(const struct resource *resource)
{
	return resource->path.n_steps == 0 ||
	       strcmp(resource->path.steps[0].module, CONFIG_MODULE) == 0;
}

static unsigned int data_methods(const struct resource *resource)
{
	if (resource->store == DATASTORE_OPERATIONAL || !restconf_is_config(resource))
		return METHODS_READ;
	if (resource->path.n_steps == 0)
		return METHODS_READ | METHODS_WRITE;
	return METHODS_READ | METHODS_WRITE | METHOD_BIT(METHOD_DELETE);
}

static unsigned int methods_of(const struct resource *resource)
{
	switch (resource->kind) {
	case RESOURCE_OPERATION:
		return METHOD_BIT(METHOD_POST) | METHOD_BIT(METHOD_OPTIONS);
	case RESOURCE_DATA:
		return data_methods(resource);
	default:
		return METHODS_READ;
	}
}

static void refuse_method(struct exchange *x, unsigned int methods)
{
	char allowed[64];
	struct problem problem;

	problem_say(&problem, "operation-not-supported", "this resource does not take this method",
		    x->request->verb ? x->request->verb : method_name(x->request->method),
		    methods_text(methods, allowed, sizeof(allowed)));
	problem.status = 405;
	exchange_refuse(x, &problem);
	x->answer.allow = methods;
}

static void tell_options(struct exchange *x, unsigned int methods)
{
	x->answer.status = 200;
	x->answer.allow = methods;
	x->answer.patchable = methods & METHOD_BIT(METHOD_PATCH);
}

static const char *type_of(enum resource_kind kind)
{
	switch (kind) {
	case RESOURCE_HOST_META:
		return TYPE_XRD;
	case RESOURCE_EVENTS:
		return TYPE_EVENTS;
	default:
		return TYPE_YANG;
	}
}

/* Files and metrics come in one form, which whoever asks for them knows. */
static bool is_accepted(const struct exchange *x)
{
	if (x->resource.kind == RESOURCE_FILE || x->resource.kind == RESOURCE_METRICS ||
	    x->resource.kind == RESOURCE_EVENTS)
		return true;
	return header_accepts(x->request->header[HEADER_ACCEPT], type_of(x->resource.kind));
}

static void refuse_accept(struct exchange *x)
{
	struct problem problem;

	problem_say(&problem, "invalid-value", "the answer cannot have this media type",
		    x->request->header[HEADER_ACCEPT], type_of(x->resource.kind));
	problem.status = 406;
	exchange_refuse(x, &problem);
}

/* What another site's page cannot send with a browser's cookie: a header field of its own. */
static int check_page(struct exchange *x, struct problem *problem)
{
	if (x->kind != CREDENTIAL_COOKIE || METHODS_READ & METHOD_BIT(x->request->method) ||
	    x->request->header[HEADER_TRIREME])
		return 0;
	problem_say(problem, "access-denied",
		    "a change with the session's cookie needs a proof that "
		    "it comes from the page",
		    NULL, "the header field X-Trireme: 1");
	return -EACCES;
}

static int find_credential(struct exchange *x, struct problem *problem)
{
	int r = header_credential(x->request, &x->kind, &x->credential);

	if (r == 0)
		return check_page(x, problem);
	problem_say(problem, "access-denied", "Authorization cannot be read", NULL,
		    "Bearer and a token, or Basic and user:password in base64");
	problem->app_tag = "sign-in-required";
	return r;
}

/* The path of the URI, as it came, without query. */
static int split(const char *uri, char path[MESSAGE_URI_MAX], struct problem *problem)
{
	size_t size = strcspn(uri, "?");

	if (strnlen(uri, MESSAGE_URI_MAX) < MESSAGE_URI_MAX) {
		memcpy(path, uri, size);
		path[size] = '\0';
		return 0;
	}
	problem_say(problem, "too-big", "the URI is too long", NULL, "8,191 bytes");
	problem->status = 414;
	return -E2BIG;
}

/* The candidate's name, when it is not the one of who asks. */
static int check_session(const struct request *request, struct problem *problem)
{
	const char *name = request->header[HEADER_SESSION];
	size_t size = name ? strnlen(name, API_IPC_SESSION_MAX + 1) : 1;

	if (size > 0 && size <= API_IPC_SESSION_MAX &&
	    (!name || strspn(name, SESSION_CHARACTERS) == size))
		return 0;
	problem_say(problem, "invalid-value", "X-Trireme-Session has a wrong value", name,
		    "1 to 30 letters, digits, '.', '_' and '-'");
	return -EINVAL;
}

/* What a request for RESTCONF's resources says beside its path. */
static int read_rest(struct exchange *x, struct problem *problem)
{
	const char *query = strchr(x->request->uri, '?');
	int r = check_session(x->request, problem);

	if (r < 0 || x->resource.kind < RESOURCE_ROOT || x->resource.kind > RESOURCE_DATA)
		return r;
	r = query_parse(query ? query + 1 : NULL, x->request->method, &x->query, problem);
	return r < 0 ? r : filter_parse(&x->query, &x->filter, problem);
}

static void answer_file(struct exchange *x)
{
	const char *uri = x->request->uri;
	char path[FILES_PATH_MAX] = "";
	size_t size = strcspn(uri, "?");
	struct problem problem;

	if (size < sizeof(path))
		memcpy(path, uri, size);
	if (x->site->files && files_answer(x->site->files, path, x->request, &x->answer))
		return;
	problem_say(&problem, "invalid-value", "there is no such resource", uri,
		    "/, /restconf, /metrics, /events, /.well-known/host-meta");
	problem.app_tag = "not-found";
	exchange_refuse(x, &problem);
}

static void take_hello(struct exchange *x, json_t *reply)
{
	exchange_json(x, 200,
		      json_pack("{s:O*, s:O*}", "node", json_object_get(reply, "node"), "users",
				json_object_get(reply, "users")));
}

/*
 * For the page, before anybody has signed in: which node it is, and whether anybody can. Nothing
 * more is told to strangers.
 */
static void answer_hello(struct exchange *x)
{
	json_decref(x->credential);
	x->credential = NULL;
	exchange_question(x, exchange_op(API_OP_HELLO), take_hello);
}

static void answer_data(struct exchange *x)
{
	if (METHODS_READ & METHOD_BIT(x->request->method))
		restconf_read(x);
	else
		restconf_write(x);
}

static void dispatch(struct exchange *x)
{
	switch (x->resource.kind) {
	case RESOURCE_FILE:
		answer_file(x);
		break;
	case RESOURCE_HOST_META:
		exchange_text(x, TYPE_XRD, discovery_host_meta());
		break;
	case RESOURCE_ROOT:
		exchange_json(x, 200, discovery_root(x->site->model));
		break;
	case RESOURCE_LIBRARY_VERSION:
		exchange_json(x, 200, discovery_library_version());
		break;
	case RESOURCE_OPERATIONS:
		exchange_json(x, 200, discovery_operations(x->site->model));
		break;
	case RESOURCE_OPERATION:
		restconf_operation(x);
		break;
	case RESOURCE_DATA:
		answer_data(x);
		break;
	case RESOURCE_HELLO:
		answer_hello(x);
		break;
	case RESOURCE_METRICS:
		restconf_metrics(x);
		break;
	case RESOURCE_EVENTS:
		restconf_events(x);
		break;
	}
}

/* What stands between a resource and its answer. */
static void answer(struct exchange *x)
{
	struct problem problem = {0};

	if (!is_accepted(x))
		refuse_accept(x);
	else if (read_rest(x, &problem) < 0 || find_credential(x, &problem) < 0)
		exchange_refuse(x, &problem);
	else
		dispatch(x);
}

void exchange_begin(struct exchange *x, const struct request *request, const struct site *site)
{
	char path[MESSAGE_URI_MAX];
	struct problem problem = {0};
	unsigned int methods;

	*x = (struct exchange){.request = request, .site = site};
	if (split(request->uri, path, &problem) < 0 ||
	    resource_parse(path, &x->resource, &problem) < 0) {
		exchange_refuse(x, &problem);
		return;
	}
	methods = methods_of(&x->resource);
	if (!(methods & METHOD_BIT(request->method)))
		refuse_method(x, methods);
	else if (request->method == METHOD_OPTIONS)
		tell_options(x, methods);
	else
		answer(x);
}
