/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What corosync says of its ring, without its headers: for decisions that are pure. */
#ifndef TRIREME_BASE_RING_H
#define TRIREME_BASE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One more than the nodes a cluster can have, so that the receiver sees that it is too many. */
#define RING_MEMBERS_MAX 17

/* A membership; corosync never gives one twice. */
struct ring_id {
	uint32_t node; /* representative */
	uint64_t seq;  /* 0: none */
};

/* A process of a group (cpg.h): node and process id. */
struct ring_member {
	uint32_t id, pid;
};

static inline bool ring_id_equal(const struct ring_id *a, const struct ring_id *b)
{
	return a->node == b->node && a->seq == b->seq;
}

#endif
