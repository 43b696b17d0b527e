// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/connections_io.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/clock_io.h"

void connections_init(struct connections *connections)
{
	*connections = (struct connections){0};
	pthread_mutex_init(&connections->lock, NULL);
	for (size_t i = 0; i < LIMITS_CONNECTIONS; i++)
		connections->open[i].fd = -1;
}

struct connection *connections_add(struct connections *connections, int fd, uint32_t address)
{
	struct connection *found = NULL;

	pthread_mutex_lock(&connections->lock);
	for (size_t i = 0; i < LIMITS_CONNECTIONS && !found; i++)
		if (connections->open[i].fd < 0)
			found = &connections->open[i];
	if (found) {
		*found = (struct connection){
			.fd = fd,
			.address = address,
			.uid = UINT32_MAX,
			.phase = PHASE_FIRST,
			.due = limits_due(PHASE_FIRST, clock_boot_ns()),
		};
		connections->n++;
	}
	pthread_mutex_unlock(&connections->lock);
	return found;
}

void connections_remove(struct connections *connections, struct connection *connection)
{
	pthread_mutex_lock(&connections->lock);
	connections->bodies -= connection->body;
	connection->body = 0;
	connection->fd = -1;
	connections->n--;
	pthread_mutex_unlock(&connections->lock);
}

void connections_enter(struct connections *connections, struct connection *connection,
		       enum phase phase)
{
	uint64_t due = limits_due(phase, clock_boot_ns());

	pthread_mutex_lock(&connections->lock);
	connection->phase = phase;
	connection->due = due;
	pthread_mutex_unlock(&connections->lock);
}

bool connections_answer(struct connections *connections)
{
	bool found = false;

	pthread_mutex_lock(&connections->lock);
	for (size_t i = 0; i < LIMITS_CONNECTIONS && !found; i++) {
		const struct connection *connection = &connections->open[i];

		found = connection->fd >= 0 &&
			(connection->phase == PHASE_WORK || connection->phase == PHASE_ANSWER);
	}
	pthread_mutex_unlock(&connections->lock);
	return found;
}

static size_t bodies_of(const struct connections *connections, uint32_t address)
{
	size_t sum = 0;

	for (size_t i = 0; i < LIMITS_CONNECTIONS; i++)
		if (connections->open[i].fd >= 0 && connections->open[i].address == address)
			sum += connections->open[i].body;
	return sum;
}

int connections_body(struct connections *connections, struct connection *connection, size_t size)
{
	int r = 0;

	pthread_mutex_lock(&connections->lock);
	if (size > connection->body) {
		size_t more = size - connection->body;

		if (connections->bodies + more > LIMITS_BODIES ||
		    bodies_of(connections, connection->address) + more > LIMITS_BODIES_OF_ADDRESS)
			r = -ENOBUFS;
	}
	if (r == 0) {
		connections->bodies += size - connection->body;
		connection->body = size;
	}
	pthread_mutex_unlock(&connections->lock);
	return r;
}

size_t connections_reap(struct connections *connections, uint64_t now)
{
	size_t n = 0;

	/* Under the lock, the number is no other connection's yet: connections_remove() comes
	 * first. */
	pthread_mutex_lock(&connections->lock);
	for (size_t i = 0; i < LIMITS_CONNECTIONS; i++) {
		struct connection *connection = &connections->open[i];

		if (connection->fd < 0 || connection->due > now)
			continue;
		shutdown(connection->fd, SHUT_RDWR);
		connection->due = UINT64_MAX;
		n++;
	}
	pthread_mutex_unlock(&connections->lock);
	return n;
}
