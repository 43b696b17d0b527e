// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/ipc_io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ipc_server_io.h"
#include "base/wipe.h"
#include "proto/config_ipc.h"

struct client {
	qb_ipcs_connection_t *connection; /* NULL: free */
	unsigned int turn;
	bool waiting; /* a request is being worked on */
	char *in;     /* parts of a request, so far */
	size_t in_size;
	char *out; /* answer, and how much of it has been sent */
	size_t out_size, out_sent;
};

static struct {
	struct client clients[IPC_CLIENTS_MAX];
	ipc_io_request_fn request;
	void *data;
} server;

static void client_clear(struct client *client)
{
	wipe_free(client->in);
	free(client->out);
	*client = (struct client){.turn = client->turn + 1};
}

static struct client *client_of(qb_ipcs_connection_t *connection)
{
	struct client *free_place = NULL;

	for (size_t i = 0; i < IPC_CLIENTS_MAX; i++) {
		struct client *client = &server.clients[i];

		if (client->connection == connection)
			return client;
		if (!client->connection && !free_place)
			free_place = client;
	}
	if (free_place)
		free_place->connection = connection;
	return free_place;
}

static int32_t send_part(qb_ipcs_connection_t *connection, int error, const char *bytes,
			 size_t size, bool more)
{
	struct config_ipc_answer head = {
		.header = {.id = CONFIG_IPC_JSON, .error = error},
		.version = CONFIG_IPC_VERSION,
		.size = (uint32_t)size,
		.more = more,
	};
	struct iovec iov[2] = {{&head, sizeof(head)}, {(char *)bytes, size}};

	head.header.size = (int32_t)(sizeof(head) + size);
	return qb_ipcs_response_sendv(connection, iov, 2) < 0 ? -1 : 0;
}

static int32_t send_next(struct client *client)
{
	size_t left = client->out_size - client->out_sent;
	size_t size = left < CONFIG_IPC_PART ? left : CONFIG_IPC_PART;
	int32_t r =
		send_part(client->connection, 0, client->out + client->out_sent, size, size < left);

	client->out_sent += size;
	if (client->out_sent == client->out_size) {
		free(client->out);
		client->out = NULL;
	}
	return r;
}

static int take_part(struct client *client, const struct config_ipc_request *part)
{
	char *larger;

	if (client->in_size + part->size > CONFIG_IPC_JSON_MAX)
		return -EFBIG;
	/* realloc(3) could leave a copy of a password behind. */
	larger = malloc(client->in_size + part->size + 1);
	if (!larger)
		return -ENOMEM;
	if (client->in)
		memcpy(larger, client->in, client->in_size);
	wipe_free(client->in);
	memcpy(larger + client->in_size, part->bytes, part->size);
	client->in = larger;
	client->in_size += part->size;
	larger[client->in_size] = '\0';
	return 0;
}

/* What is wrong with a message, as -errno. */
static int check(const struct config_ipc_request *part, size_t size)
{
	if (size < sizeof(*part) || part->header.id != CONFIG_IPC_JSON)
		return -EBADMSG;
	if (part->version != CONFIG_IPC_VERSION)
		return -EPROTO;
	return part->size == size - sizeof(*part) ? 0 : -EBADMSG;
}

static void serve(struct client *client)
{
	struct ipc_ticket ticket = {.client = (unsigned int)(client - server.clients),
				    .turn = client->turn};
	char *request = client->in;
	size_t size = client->in_size;

	client->in = NULL;
	client->in_size = 0;
	client->waiting = true;
	server.request(server.data, ticket, request, size);
	wipe_free(request);
}

static int32_t on_message(void *data, qb_ipcs_connection_t *connection, void *bytes, size_t size)
{
	const struct config_ipc_request *part = bytes;
	struct client *client = client_of(connection);
	int r = client ? check(part, size) : -EBUSY;

	(void)data;
	if (r == 0 && client->waiting)
		r = -EALREADY;
	if (r < 0)
		return send_part(connection, r, "", 0, false);
	if (client->out)
		return send_next(client);
	r = take_part(client, part);
	if (r < 0) {
		client_clear(client);
		return send_part(connection, r, "", 0, false);
	}
	if (part->more)
		return send_part(connection, 0, "", 0, false);
	serve(client);
	return 0;
}

static void on_closed(void *data, qb_ipcs_connection_t *connection)
{
	(void)data;
	for (size_t i = 0; i < IPC_CLIENTS_MAX; i++) {
		if (server.clients[i].connection == connection)
			client_clear(&server.clients[i]);
	}
}

int ipc_io_open(qb_loop_t *loop, ipc_io_request_fn request, void *data)
{
	static const struct ipc_server_handler handler = {
		.message = on_message,
		.closed = on_closed,
	};

	server.request = request;
	server.data = data;
	return ipc_server_open(loop, CONFIG_IPC_NAME, CONFIG_IPC_MAX, &handler, NULL);
}

void ipc_io_answer(struct ipc_ticket ticket, char *answer)
{
	struct client *client = &server.clients[ticket.client];

	if (!client->connection || client->turn != ticket.turn || !client->waiting) {
		free(answer);
		return;
	}
	client->waiting = false;
	client->out = answer;
	client->out_size = strlen(answer);
	client->out_sent = 0;
	if (send_next(client) < 0)
		qb_ipcs_disconnect(client->connection);
}
