/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cluster in memory for ring_change.h: nodes whose corosync connects links that fit on both
 * sides, a group with total order, files that survive. It fails the test when a pair of nodes
 * with quorum loses a port's connection without a cable or a node having gone.
 */
#ifndef TRIREME_CONFIG_TESTS_RING_SIM_H
#define TRIREME_CONFIG_TESTS_RING_SIM_H

#include "config/ring_change.h"

#define SIM_NODES_MAX 4
#define SIM_STEP 100000000ULL /* ns */
#define SIM_QUEUE_MAX 256

struct sim_node {
	char name[CONFIG_NAME_MAX];
	uint32_t id;
	bool on;       /* corosync and the daemon run */
	bool deaf;     /* corosync refuses new files */
	bool readonly; /* files cannot be written */
	struct ring disk, runs;
	struct ring_change change;
	uint64_t connected_at[SIM_NODES_MAX][RING_LINKS]; /* 0: does not fit */
	uint32_t view[SIM_NODES_MAX];
	size_t n_view;
	enum ring_action_type ended; /* DONE, FAILED or LEAVE */
};

struct sim {
	struct sim_node nodes[SIM_NODES_MAX];
	size_t n_nodes;
	struct ring old, wanted;
	uint64_t now;
	uint32_t broken[8]; /* addresses that nothing reaches */
	size_t n_broken;
	struct {
		size_t from;
		uint8_t bytes[RING_WIRE_MAX];
		size_t size;
	} queue[SIM_QUEUE_MAX];
	size_t n_queue;
	unsigned int reloads;
	bool frail; /* a reload when the ring has just formed makes it form anew */
	uint64_t formed_at;
	/* What happens, as lines; may be NULL. */
	struct text *log;
};

/* Nodes with the ids 1 …, all up and connected; addresses 10.77.0.1N and 203.0.113.1N. */
void sim_init(struct sim *sim, size_t n_nodes);

struct sim_node *sim_node_by_name(struct sim *sim, const char *name);

/* The node is to come to sim->wanted. */
void sim_aim(struct sim *sim, struct sim_node *node);

/* Power: files stay. On: begins with its files. */
void sim_off(struct sim *sim, struct sim_node *node);
void sim_on(struct sim *sim, struct sim_node *node);

/* The daemon alone: begins with its files. */
void sim_restart(struct sim *sim, struct sim_node *node);

void sim_run(struct sim *sim, uint64_t time);

/* All lose the ring for a moment, as when one of them stalls. */
void sim_form_anew(struct sim *sim);

/* Whether every node that is on runs the ring. */
bool sim_reached(const struct sim *sim, const struct ring *ring);

#endif
