// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/config_client_io.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/ipc_io.h"
#include "base/wipe.h"
#include "proto/config_ipc.h"

struct exchange {
	qb_ipcc_connection_t *connection;
	int wait_ms;
	struct config_ipc_answer *answer; /* CONFIG_IPC_MAX bytes */
	char *text;			  /* the answer's parts so far */
	size_t size;
};

static int send_part(struct exchange *e, const char *bytes, size_t size, bool more)
{
	struct config_ipc_request head = {
		.header = {.id = CONFIG_IPC_JSON},
		.version = CONFIG_IPC_VERSION,
		.size = (uint32_t)size,
		.more = more,
	};
	struct iovec iov[2] = {{&head, sizeof(head)}, {(char *)bytes, size}};
	ssize_t n;

	head.header.size = (int32_t)(sizeof(head) + size);
	n = qb_ipcc_sendv_recv(e->connection, iov, 2, e->answer, CONFIG_IPC_MAX, e->wait_ms);
	if (n < 0)
		return (int)n;
	if ((size_t)n < sizeof(*e->answer) || e->answer->size != (size_t)n - sizeof(*e->answer) ||
	    e->answer->version != CONFIG_IPC_VERSION)
		return -EPROTO;
	return e->answer->header.error;
}

static int keep_part(struct exchange *e)
{
	char *larger;

	if (e->size + e->answer->size > CONFIG_IPC_JSON_MAX)
		return -EFBIG;
	larger = realloc(e->text, e->size + e->answer->size + 1);
	if (!larger)
		return -ENOMEM;
	memcpy(larger + e->size, e->answer->bytes, e->answer->size);
	e->text = larger;
	e->size += e->answer->size;
	return 0;
}

static int exchange_run(struct exchange *e, const char *request, size_t size)
{
	int r;

	while (size > CONFIG_IPC_PART) {
		r = send_part(e, request, CONFIG_IPC_PART, true);
		if (r < 0)
			return r;
		request += CONFIG_IPC_PART;
		size -= CONFIG_IPC_PART;
	}
	r = send_part(e, request, size, false);
	while (r == 0) {
		r = keep_part(e);
		if (r < 0 || !e->answer->more)
			break;
		r = send_part(e, "", 0, false);
	}
	return r;
}

int config_ask_text(const char *request, size_t size, int wait_ms, char **ret_answer,
		    size_t *ret_size)
{
	_cleanup_(ipc_disconnectp) qb_ipcc_connection_t *connection = NULL;
	_cleanup_free_ struct config_ipc_answer *answer = malloc(CONFIG_IPC_MAX);
	struct exchange e = {.wait_ms = wait_ms, .answer = answer};
	int r;

	if (!answer)
		return -ENOMEM;
	if (size > CONFIG_IPC_JSON_MAX)
		return -EFBIG;
	r = ipc_connect(CONFIG_IPC_NAME, CONFIG_IPC_MAX, wait_ms / 2, &connection);
	if (r < 0)
		return r;
	e.connection = connection;
	r = exchange_run(&e, request, size);
	if (r < 0 || !e.text) {
		free(e.text);
		return r < 0 ? r : -EPROTO;
	}
	/* Room for it was made with each part. */
	e.text[e.size] = '\0';
	*ret_answer = e.text;
	*ret_size = e.size;
	return 0;
}

int config_ask(const json_t *request, int wait_ms, json_t **ret_answer)
{
	/* A request may set a password. */
	_cleanup_wipe_ char *text = json_dumps(request, JSON_COMPACT);
	_cleanup_free_ char *answer = NULL;
	json_t *parsed;
	size_t size = 0;
	int r = text ? config_ask_text(text, strlen(text), wait_ms, &answer, &size) : -ENOMEM;

	if (r < 0)
		return r;
	parsed = json_loadb(answer, size, 0, NULL);
	if (!parsed)
		return -EPROTO;
	*ret_answer = parsed;
	return 0;
}
