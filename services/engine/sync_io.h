/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The channel between routers: UDP from eth1's address to eth1's address of each other router,
 * sealed with what the ring's key gives (sync_crypt_io.h), behind everything else that leaves
 * (SO_PRIORITY, DSCP CS1), so that heartbeats are not delayed. What is said is sync.h's.
 */
#ifndef TRIREME_ENGINE_SYNC_IO_H
#define TRIREME_ENGINE_SYNC_IO_H

#include <qb/qbloop.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "engine/sync.h"
#include "engine/sync_crypt_io.h"
#include "schema/config.h"

/* corosync's key on this machine, which trireme-config writes. */
#define SYNC_KEY_FILE "/run/corosync/authkey"

/* Datagrams that are taken before others get their turn in the loop. */
#define SYNC_IO_BATCH 64

struct sync_io_peer {
	uint8_t node;
	uint32_t address;      /* of its eth1 */
	struct sync_seal seal; /* of the stream that is listened to */
	uint64_t wrong;	       /* datagrams of another key, or forged */
	bool wrong_logged;     /* until one is authentic again */
};

struct sync_io {
	qb_loop_t *loop;
	const char *key_file;
	int fd;	     /* -1: not open */
	int poke_fd; /* the agent's word that a lease has ended; -1: it cannot say so */
	uint8_t node;
	uint32_t address;
	bool made; /* sync is */
	struct sync sync;
	struct sync_io_peer peers[SYNC_PEERS_MAX];
	struct timespec key_time; /* of the file that the secret is of; 0: there is none */
	struct sync_secret secret;
	struct sync_seal own;
	uint64_t counter; /* of the last datagram under it */
	uint64_t foreign; /* datagrams from nobody who is known, or that are none of these */
	uint64_t unsent;
	qb_loop_timer_handle timer; /* 0: none */
	uint64_t due;		    /* when it ends */
	int error;		    /* logged once */
	bool synchronised;	    /* as it was told */
	void (*changed)(void *data), (*poked)(void *data);
	void *data, *poked_data;
};

/*
 * tables, place, leases and key_file stay valid. Nothing is said until sync_io_configure(). -EIO:
 * there are no random numbers; -ENOMEM.
 */
int sync_io_open(struct sync_io *io, qb_loop_t *loop, const struct forward_tables *tables,
		 const struct forward_place *place, const struct gate_lease *leases,
		 const char *key_file);
/* The agent can wake it up at that path. What fails is logged. */
void sync_io_listen(struct sync_io *io, const char *path);
/* Is told when sync_io_is_synchronised() becomes another, from the loop. */
void sync_io_on_change(struct sync_io *io, void (*changed)(void *data), void *data);
/* Is told of the agent's word, too, after all that is due of it has been done here. */
void sync_io_on_poke(struct sync_io *io, void (*poked)(void *data), void *data);
/* Accepts one that was never opened but is 0. */
void sync_io_close(struct sync_io *io);

/* A new configuration, of this node; logs what does not work, which sync_io_look() tries again. */
void sync_io_configure(struct sync_io *io, const struct config *config,
		       const struct config_node *node);

/* From time to time, and when the tables have changed: also another key, a socket that failed. */
void sync_io_look(struct sync_io *io);

/* What sync_set_backup() and sync_backups_ran() say; the latter is false while nothing is said. */
void sync_io_set_backup(struct sync_io *io, bool backup);
bool sync_io_backups_ran(const struct sync_io *io, uint64_t duration);

/* Whether every other router had this one's connections a moment ago: sync_is_synchronised(). */
bool sync_io_is_synchronised(const struct sync_io *io);

#endif
