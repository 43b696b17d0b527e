/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What corosync is told: nodes, the address of each on every link, times, ciphers and the key's
 * digest; and how one such state becomes another in steps that the running ring bears.
 *
 * corosync cannot change the address of a link, only add and remove links (measured, see README).
 * Links 0 and 1 are those of eth1 and eth0; while their addresses change, links 2 and 3 (the
 * bridges) carry the same ports:
 *
 *   0 old  ->  0 old, 2 new  ->  2 new  ->  0 new, 2 new  ->  0 new
 *
 * In each step every port keeps a link as it is, and it always ends with the same links as a
 * machine that starts with the new document. Pure.
 */
#ifndef TRIREME_CONFIG_RING_H
#define TRIREME_CONFIG_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "schema/config.h"

#define RING_LINKS CONFIG_RING_LINKS
#define RING_KEY_SIZE 32   /* SHA-256 of the key */
#define RING_TEXT_MAX 4096 /* bytes of ring_text() */

struct ring_node {
	uint8_t id;
	char name[CONFIG_NAME_MAX];
	struct config_address address[RING_LINKS]; /* meant where the ring has the link */
};

struct ring_crypto {
	enum config_cipher cipher;
	enum config_hash hash;
	uint8_t key[RING_KEY_SIZE];
};

struct ring {
	char name[CONFIG_NAME_MAX];
	uint32_t token, consensus; /* ms */
	struct config_device device;
	struct ring_crypto crypto;
	/* While the key changes: the one before, which a node that missed the step still has. */
	bool has_other;
	struct ring_crypto other;
	uint8_t links; /* bit i: link i is in use */
	struct ring_node nodes[CONFIG_NODES_MAX];
	size_t n_nodes;
};

enum ring_step {
	RING_STEP_NONE,
	RING_STEP_FORGET,	/* nodes that are no longer in the document */
	RING_STEP_DETAILS,	/* times, names, prefix lengths, quorum device */
	RING_STEP_LINK_ADD,	/* links on other addresses beside those there are */
	RING_STEP_LINK_DROP,	/* links whose port has another one */
	RING_STEP_CRYPTO,	/* key, cipher, hash; the former ones are remembered */
	RING_STEP_CRYPTO_CLOSE, /* … and forgotten */
	RING_STEP_JOIN,		/* nodes that are new in the document */
};

/* "links added" …, for logs and tests. */
const char *ring_step_name(enum ring_step step);

/* The name of the port that carries a link. */
const char *ring_port_name(unsigned int link);

/* What a machine that starts with this configuration uses. key: RING_KEY_SIZE bytes. */
void ring_of_config(const struct config *config, const uint8_t *key, struct ring *ret_ring);

/* NULL: no such node. */
const struct ring_node *ring_node_by_id(const struct ring *ring, uint32_t id);

/*
 * The next step on the way from now to wanted (which has no bridges), and what the ring is after
 * it. RING_STEP_NONE: they are the same, *ret_ring is now. A way has at most RING_STEPS_MAX steps.
 */
#define RING_STEPS_MAX 16
enum ring_step ring_next(const struct ring *now, const struct ring *wanted, struct ring *ret_ring);

/* The ring without one of its links. */
void ring_drop_link(struct ring *ring, unsigned int link);

/*
 * Whether a node would get an address that another one's ring still uses; says so in text. Such a
 * change needs two documents, unless the node is new and the other one gone: it replaces it.
 */
bool ring_conflict(const struct ring *now, const struct ring *wanted, struct text *text);

/* How many steps lie between them. */
unsigned int ring_distance(const struct ring *now, const struct ring *wanted);

/* Tells rings apart; corosync.conf carries it, so that cmap says which one corosync runs. */
uint64_t ring_digest(const struct ring *ring);

/* The same for ciphers and key alone. */
uint64_t ring_crypto_digest(const struct ring *ring);

/*
 * The ring as lines of text, to be kept while a change is under way: a machine that restarts then
 * goes on from there. Holds no secret. ring_parse(): -EINVAL: not such a text.
 */
int ring_text(const struct ring *ring, struct text *text);
int ring_parse(const char *text, struct ring *ret_ring);

/*
 * Adds to config->kept what the ring has and the configuration has not: the addresses that must
 * stay on the ports of every node, and be let through, while it is in use. -ENOSPC: too many.
 */
int ring_keep(const struct ring *ring, struct config *config);

#endif
