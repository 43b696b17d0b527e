// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/visit_io.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/wipe.h"
#include "web/restconf_error.h"
#include "web/server_io.h"

#define ROOM_FIRST 4096

static const char *const header_names[HEADERS] = {
	[HEADER_ACCEPT] = MHD_HTTP_HEADER_ACCEPT,
	[HEADER_ACCEPT_ENCODING] = MHD_HTTP_HEADER_ACCEPT_ENCODING,
	[HEADER_AUTHORIZATION] = MHD_HTTP_HEADER_AUTHORIZATION,
	[HEADER_CONTENT_TYPE] = MHD_HTTP_HEADER_CONTENT_TYPE,
	[HEADER_COOKIE] = MHD_HTTP_HEADER_COOKIE,
	[HEADER_IF_MATCH] = MHD_HTTP_HEADER_IF_MATCH,
	[HEADER_IF_NONE_MATCH] = MHD_HTTP_HEADER_IF_NONE_MATCH,
	[HEADER_TRIREME] = "X-Trireme",
	[HEADER_USER] = "X-Trireme-User",
	[HEADER_SESSION] = "X-Trireme-Session",
	[HEADER_COMMENT] = "X-Trireme-Comment",
	[HEADER_CONFIRM] = "X-Trireme-Confirm",
};

struct visit *visit_new(struct server *server, struct MHD_Connection *http, const char *uri)
{
	struct visit *visit = calloc(1, sizeof(*visit));

	if (!visit)
		return NULL;
	visit->server = server;
	visit->http = http;
	visit->connection =
		MHD_get_connection_info(http, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	visit->uri = strdup(uri);
	if (!visit->uri) {
		free(visit);
		return NULL;
	}
	return visit;
}

/* A body may have a password in it. */
static void free_body(struct visit *visit)
{
	wipe_free(visit->body);
	visit->body = NULL;
	visit->size = visit->room = 0;
	if (visit->connection)
		(void)connections_body(&visit->server->connections, visit->connection, 0);
}

/*
 * Passwords and tokens in the library's own memory, which is the connection's until the visit has
 * ended, and is not wiped by it.
 */
static void wipe_header(const struct request *request)
{
	static const enum header secret[] = {HEADER_AUTHORIZATION, HEADER_COOKIE};

	for (size_t i = 0; i < ARRAY_SIZE(secret); i++) {
		const char *value = request->header[secret[i]];

		if (value)
			explicit_bzero((char *)value, strlen(value));
	}
}

void visit_free(struct visit *visit)
{
	if (!visit)
		return;
	exchange_end(&visit->exchange);
	free_body(visit);
	wipe_header(&visit->request);
	free(visit->uri);
	/* A cookie may be in it. */
	wipe_free(visit);
}

/* Who asks, for the audit. */
static void set_from(struct visit *visit)
{
	struct request *request = &visit->request;
	char address[INET_ADDRSTRLEN];
	struct text text = TEXT_ON(request->from);

	request->local = visit->server->local;
	request->uid = visit->connection->uid;
	if (request->local)
		text_add(&text, "local uid %u", request->uid);
	else
		text_add(&text, "%s",
			 format_ipv4(visit->connection->address, address, sizeof(address)));
}

/* Whether the request shows anything that the broker could know somebody by. */
static bool has_credential(const struct request *request)
{
	return request->local || request->header[HEADER_AUTHORIZATION] ||
	       request->header[HEADER_COOKIE];
}

static size_t body_max(const struct request *request)
{
	return has_credential(request) ? MESSAGE_BODY_MAX : LIMITS_BODY_OF_NOBODY;
}

/* Bytes that the header announces; 0: none, or nobody knows. */
static uint64_t announced(struct visit *visit)
{
	const char *length = MHD_lookup_connection_value(visit->http, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_CONTENT_LENGTH);
	uint64_t size = 0;

	if (length && parse_u64(length, 0, UINT64_MAX, &size) < 0)
		size = UINT64_MAX;
	return size;
}

unsigned int visit_begin(struct visit *visit, const char *method)
{
	struct request *request = &visit->request;

	visit->begun = true;
	request->method = method_parse(method);
	request->uri = visit->uri;
	for (size_t i = 0; i < HEADERS; i++)
		request->header[i] =
			MHD_lookup_connection_value(visit->http, MHD_HEADER_KIND, header_names[i]);
	if (!visit->connection)
		return 503;
	set_from(visit);
	connections_enter(&visit->server->connections, visit->connection, PHASE_BODY);
	return announced(visit) > body_max(request) ? 413 : 0;
}

/* realloc(3) could leave a copy of a password behind. */
static int grow(struct visit *visit, size_t size)
{
	size_t room = visit->room ? visit->room : ROOM_FIRST;
	char *larger;

	while (room < size)
		room *= 2;
	if (room > MESSAGE_BODY_MAX + 1)
		room = MESSAGE_BODY_MAX + 1;
	if (room == visit->room)
		return 0;
	if (connections_body(&visit->server->connections, visit->connection, room) < 0)
		return -1;
	larger = malloc(room);
	if (!larger)
		return -1;
	if (visit->body)
		memcpy(larger, visit->body, visit->size);
	wipe_free(visit->body);
	visit->body = larger;
	visit->room = room;
	return 0;
}

unsigned int visit_take(struct visit *visit, const char *data, size_t size)
{
	if (visit->size + size > body_max(&visit->request))
		return 413;
	if (grow(visit, visit->size + size + 1) < 0)
		return 503;
	memcpy(visit->body + visit->size, data, size);
	visit->size += size;
	visit->body[visit->size] = '\0';
	return 0;
}

bool visit_start(struct visit *visit)
{
	visit->request.body = visit->body;
	visit->request.size = visit->size;
	exchange_begin(&visit->exchange, &visit->request, &visit->server->site);
	visit->done = !exchange_ask(&visit->exchange);
	return visit->done;
}

void visit_ask(struct visit *visit, struct work *work, struct broker *broker)
{
	const json_t *ask;

	while ((ask = exchange_ask(&visit->exchange))) {
		json_t *reply;

		work_ask(work, broker, ask, &reply);
		exchange_tell(&visit->exchange, reply);
		json_decref(reply);
	}
	visit->done = true;
}

void visit_refuse(struct visit *visit, unsigned int status)
{
	struct problem problem;

	free_body(visit);
	if (status == 413)
		problem_say(&problem, "too-big", "the body is too long", NULL,
			    has_credential(&visit->request) ? "2 MiB"
							    : "4 KiB without a credential");
	else
		problem_say(&problem, "resource-denied", "too much is going on", NULL,
			    "the same again in a second");
	problem.status = status;
	problem.retry_s = status == 413 ? 0 : 1;
	problem_answer(&problem, &visit->request, NULL, &visit->exchange.answer);
	visit->done = true;
}
