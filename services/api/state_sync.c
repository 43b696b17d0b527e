// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/state_sync.h"

#include <inttypes.h>
#include <stdbool.h>

#include "base/clock_io.h"

static const char *truth(bool value)
{
	return value ? "true" : "false";
}

/* Numbers of 64 bits are texts (RFC 7951 section 6.1). */
static void add_number(struct buffer *b, const char *name, uint64_t value)
{
	buffer_format(b, ",\"%s\":\"%" PRIu64 "\"", name, value);
}

static void add_peer(struct buffer *b, const struct engine_sync_peer *peer)
{
	buffer_text(b, "{\"name\":");
	buffer_json(b, peer->name);
	buffer_format(b, ",\"present\":%s,\"complete\":%s,\"whole\":%s", truth(peer->present),
		      truth(peer->complete), truth(peer->whole));
	add_number(b, "lag", peer->lag_ns / NSEC_PER_MSEC);
	add_number(b, "records", peer->records);
	add_number(b, "messages", peer->messages);
	add_number(b, "missed", peer->missed);
	add_number(b, "stale", peer->stale);
	add_number(b, "unknown", peer->unknown);
	add_number(b, "no-room", peer->full);
	add_number(b, "wrong-key", peer->wrong);
	buffer_text(b, "}");
}

void state_add_sync(struct buffer *b, const struct engine_sync_status *status)
{
	buffer_format(b, ",\"synchronisation\":{\"synchronised\":%s", truth(status->synchronised));
	add_number(b, "records", status->records);
	add_number(b, "messages", status->messages);
	add_number(b, "bytes", status->bytes);
	add_number(b, "events-lost", status->overruns);
	add_number(b, "full-transfers", status->fulls);
	add_number(b, "repeated", status->repeated);
	add_number(b, "unsent", status->unsent);
	add_number(b, "refused", status->refused);
	buffer_text(b, ",\"router\":[");
	for (uint32_t i = 0; i < status->n_peers; i++) {
		buffer_text(b, i ? "," : "");
		add_peer(b, &status->peers[i]);
	}
	buffer_text(b, "]}");
}
