// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/cmap_io.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "config/corosync_conf.h"

static int connect_both(struct cmap_io *io)
{
	if (io->open)
		return 0;
	if (cmap_initialize_map(&io->map, CMAP_MAP_ICMAP) != CS_OK)
		return -ECONNREFUSED;
	if (cmap_initialize_map(&io->stats, CMAP_MAP_STATS) != CS_OK) {
		cmap_finalize(io->map);
		return -ECONNREFUSED;
	}
	io->open = true;
	return 0;
}

void cmap_io_close(struct cmap_io *io)
{
	if (!io->open)
		return;
	cmap_finalize(io->stats);
	cmap_finalize(io->map);
	io->open = false;
}

static int get_digest(struct cmap_io *io, const char *key, uint64_t *ret_digest)
{
	_cleanup_free_ char *text = NULL;
	cs_error_t e = cmap_get_string(io->map, key, &text);
	char *end;

	if (e == CS_ERR_NOT_EXIST || e == CS_ERR_INVALID_PARAM)
		return -EBADMSG;
	if (e != CS_OK)
		return -ECONNREFUSED;
	errno = 0;
	*ret_digest = strtoull(text, &end, 16);
	return errno || *end || end == text ? -EBADMSG : 0;
}

static int get_links(struct cmap_io *io, uint8_t id, uint8_t *ret_links)
{
	uint8_t links = 0;

	for (unsigned int i = 0; i < RING_LINKS; i++) {
		char key[CMAP_KEYNAME_MAXLEN];
		uint8_t connected = 0;
		cs_error_t e;

		snprintf(key, sizeof(key), "stats.knet.node%u.link%u.connected", id, i);
		e = cmap_get_uint8(io->stats, key, &connected);
		if (e != CS_OK && e != CS_ERR_NOT_EXIST)
			return -ECONNREFUSED;
		if (e == CS_OK && connected)
			links |= (uint8_t)(1u << i);
	}
	*ret_links = links;
	return 0;
}

/* The ring comes first: links that are read after it are its links. */
static int see(struct cmap_io *io, const uint8_t *ids, size_t n, struct ring_seen *ret_seen)
{
	struct ring_seen seen = {.n_nodes = n < CONFIG_NODES_MAX ? n : CONFIG_NODES_MAX};
	int r = get_digest(io, COROSYNC_CONF_RING, &seen.digest);

	if (r == 0)
		r = get_digest(io, COROSYNC_CONF_CRYPTO, &seen.crypto);
	for (size_t i = 0; r == 0 && i < seen.n_nodes; i++) {
		seen.nodes[i].id = ids[i];
		r = get_links(io, ids[i], &seen.nodes[i].links);
	}
	if (r == 0)
		*ret_seen = seen;
	return r;
}

int cmap_io_see(struct cmap_io *io, const uint8_t *ids, size_t n, struct ring_seen *ret_seen)
{
	int r = connect_both(io);

	if (r == 0)
		r = see(io, ids, n, ret_seen);
	if (r < 0)
		cmap_io_close(io);
	return r;
}

int cmap_io_unblock(struct cmap_io *io)
{
	int r = connect_both(io);

	if (r == 0 && cmap_set_uint8(io->map, "quorum.cancel_wait_for_all", 1) != CS_OK)
		r = -ECONNREFUSED;
	if (r < 0)
		cmap_io_close(io);
	return r;
}
