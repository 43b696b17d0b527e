// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/sync_status_io.h"

#include <assert.h>

#include "base/clock_io.h"
#include "base/parse.h"

static_assert(SYNC_PEERS_MAX <= ENGINE_PEERS_MAX, "every other router has its place");

static void fill_peer(const struct sync_io *io, size_t index, const struct config *config,
		      struct engine_sync_peer *peer)
{
	struct sync_peer_state state;

	sync_read(&io->sync, index, clock_boot_ns(), &state);
	for (size_t i = 0; i < config->n_nodes; i++) {
		if (config->nodes[i].id == state.node)
			copy_text(peer->name, sizeof(peer->name), config->nodes[i].name);
	}
	peer->present = state.present;
	peer->complete = state.complete;
	peer->whole = state.whole;
	peer->lag_ns = state.lag_ns;
	peer->records = state.receive.records;
	peer->messages = state.receive.messages;
	peer->missed = state.receive.missed;
	peer->stale = state.receive.stale;
	peer->unknown = state.receive.unknown;
	peer->full = state.receive.full;
	peer->wrong = io->peers[index].wrong;
}

void sync_status_fill(const struct sync_io *io, const struct config *config,
		      struct engine_sync_status *ret_status)
{
	const struct sync_figures figures = sync_figures(&io->sync);

	ret_status->synchronised = sync_io_is_synchronised(io);
	ret_status->records = figures.send.records;
	ret_status->messages = figures.send.messages;
	ret_status->bytes = figures.send.bytes;
	ret_status->overruns = figures.send.overruns;
	ret_status->fulls = figures.send.fulls;
	ret_status->repeated = figures.send.repeated;
	ret_status->unsent = io->unsent;
	ret_status->refused = io->foreign + figures.malformed;
	ret_status->n_peers = (uint32_t)io->sync.n_peers;
	for (size_t i = 0; i < io->sync.n_peers; i++)
		fill_peer(io, i, config, &ret_status->peers[i]);
}
