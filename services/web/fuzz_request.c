// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever a client sends: lines of a method and URI, header fields, and a body. It is answered,
 * with at most EXCHANGE_ASKS_MAX questions, and the answer's body is JSON where it says so.
 */
#include <stdlib.h>
#include <string.h>

#include "web/exchange.h"
#include "web/tests/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broker that lets all be but a change with a comment, and says what its questions leave open. */
static json_t *answer_of(const json_t *ask)
{
	const char *op = json_string_value(json_object_get(ask, "op"));
	char *text = json_dumps(ask, JSON_COMPACT);

	/* What is asked is a whole question, whatever the client has said. */
	if (!op || !text || !json_is_string(json_object_get(ask, "from")))
		abort();
	free(text);
	if (strcmp(op, "state") == 0)
		return json_pack("{s:{s:{s:s,s:[{s:s}]}}}", "state", "trireme-api:state", "node",
				 "r1", "group", "name", "main");
	if (strcmp(op, "get") == 0)
		return json_pack("{s:{s:{s:s,s:[{s:s,s:i}]}},s:s}", "document", "trireme:cluster",
				 "name", "c", "node", "name", "r1", "id", 1, "etag", "1-a");
	if (json_object_get(ask, "comment"))
		return json_pack("{s:{s:s,s:s,s:i}}", "error", "tag", "data-exists", "message",
				 "no", "edit", 2);
	return json_pack("{s:s,s:b,s:{s:s}}", "etag", "2-b", "created", 1, "output", "token", "t");
}

static void check(const struct answer *answer)
{
	json_t *body;

	if (answer->status < 200 || answer->status > 599)
		abort();
	if (!answer->type || strcmp(answer->type, TYPE_YANG) != 0)
		return;
	body = json_loadb(answer->body, answer->size, 0, NULL);
	if (!body)
		abort();
	json_decref(body);
}

static void ask(const struct request *request, const struct site *site)
{
	struct exchange x;
	const json_t *question;
	int n = 0;

	exchange_begin(&x, request, site);
	while ((question = exchange_ask(&x))) {
		json_t *reply = answer_of(question);

		if (++n > EXCHANGE_ASKS_MAX)
			abort();
		exchange_tell(&x, reply);
		json_decref(reply);
	}
	check(&x.answer);
	exchange_end(&x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct model model;
	static struct counters counters;
	const struct site site = {.model = &model, .counters = &counters, .metrics = true};
	struct request request = {.from = "192.0.2.1"};
	char *text = strndup((const char *)data, size), *rest = text;

	if (!model.nodes)
		fixture_model(&model);
	/* A byte for the method, the URI, a line for each header field, and what is left. */
	request.uri = strsep(&rest, "\n");
	request.method = request.uri[0]
				 ? (enum method)((unsigned char)request.uri[0] % (METHOD_OTHER + 1))
				 : METHOD_GET;
	if (request.uri[0])
		request.uri++;
	for (size_t i = 0; i < HEADERS && rest; i++) {
		request.header[i] = strsep(&rest, "\n");
		if (!request.header[i][0])
			request.header[i] = NULL;
	}
	request.body = rest;
	request.size = rest ? strlen(rest) : 0;
	ask(&request, &site);
	free(text);
	return 0;
}
