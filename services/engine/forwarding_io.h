/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's own data path beside IPVS: everything of it that the running engine holds, and the
 * moments at which each part works. IPVS has all services, too: whatever fails here is served
 * there.
 */
#ifndef TRIREME_ENGINE_FORWARDING_IO_H
#define TRIREME_ENGINE_FORWARDING_IO_H

#include <qb/qbloop.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/forward_apply.h"
#include "engine/forward_io.h"
#include "engine/ipvs_table.h"
#include "schema/config.h"

struct forwarding {
	qb_loop_t *loop;
	struct forward_io io;
	bool open;			  /* the data path is there */
	struct forward_place *place;	  /* NULL: not open */
	enum forward_obstacle *obstacles; /* of each service of the configuration; NULL: none yet */
	qb_loop_timer_handle again;	  /* the tables were still settling */
};

/*
 * Opens the data path. What fails is logged once, and the other functions can be called all the
 * same: they do nothing.
 */
void forwarding_open(struct forwarding *f, qb_loop_t *loop, const char *folder);
void forwarding_close(struct forwarding *f);

/* A new configuration, of this node; before forwarding_apply(). A witness has no data path. */
void forwarding_configure(struct forwarding *f, const struct config *config,
			  const struct config_node *node);

/* The tables become what `wanted` (wanted.h) is; marks are the configuration's. */
void forwarding_apply(struct forwarding *f, const struct config *config, const uint32_t *marks,
		      const struct ipvs_table *wanted, uint64_t now);

#endif
