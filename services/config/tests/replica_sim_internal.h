/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a simulated cluster (replica_sim.h). */
#ifndef TRIREME_CONFIG_TESTS_REPLICA_SIM_INTERNAL_H
#define TRIREME_CONFIG_TESTS_REPLICA_SIM_INTERNAL_H

#include "config/confirm.h"
#include "config/replica_internal.h"
#include "config/tests/replica_sim.h"

#define SIM_NODES_MAX 5
#define SIM_LOG_MAX 256
#define SIM_PENDING_MAX 64
#define SIM_VERDICTS_MAX 16
#define SIM_REFUSED_MAX 1024

struct sim_document {
	char *text;
	size_t size;
};

struct sim_entry {
	size_t sender, size;
	uint8_t *bytes;
};

struct sim_ring {
	uint64_t seq;
	uint32_t members; /* bit per node */
	struct sim_entry *entries;
	size_t n, space;
	size_t holder; /* who has the token when it breaks */
	struct sim_ring *next;
};

struct sim_disk {
	struct revision log[SIM_LOG_MAX];
	struct sim_document documents[SIM_LOG_MAX];
	size_t n;
	uint64_t promised, committed, unsynced; /* committed, not yet synced */
	uint64_t remaining_of;
	uint32_t remaining;
};

struct sim_node {
	bool alive, seen_all, configured;
	int component;
	struct sim_ring *ring;
	size_t delivered;
	struct sim_entry pending[SIM_PENDING_MAX]; /* waits for the token */
	size_t n_pending;
	struct replica_verdict verdicts[SIM_VERDICTS_MAX];
	size_t n_verdicts;
	struct replica *replica;
	struct replica_actions actions;
	struct sim_disk disk;
	bool storing, checking;
	struct replica_store store;
	struct revision_id checked;
	const char *reason;
	struct confirm confirm;
	bool was_current, local; /* the parent's document is in use */
	uint32_t pid;
};

struct sim {
	uint64_t random, now, seed;
	bool verbose, violated, device, two_node, calm;
	size_t n;
	struct sim_node nodes[SIM_NODES_MAX];
	struct sim_ring *rings;
	uint64_t ring_seq, ticket;
	int device_side; /* component that has the quorum device's vote while they are parted */
	struct revision_id committed[SIM_LOG_MAX];
	uint64_t committed_term[SIM_LOG_MAX];
	bool is_committed[SIM_LOG_MAX];
	struct revision_id refused[SIM_REFUSED_MAX];
	size_t n_refused;
	uint64_t successes; /* of clients */
};

uint64_t sim_random(struct sim *sim, uint64_t below);
bool sim_chance(struct sim *sim, unsigned int percent);
void sim_violate(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_say(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool sim_number_fits(struct sim *sim, uint64_t number);

/* replica_sim_node.c: one node, its disk and its clients */
void sim_node_start(struct sim *sim, size_t node);
void sim_node_kill(struct sim *sim, size_t node);
void sim_node_act(struct sim *sim, size_t node);
void sim_node_store(struct sim *sim, size_t node);
void sim_node_check(struct sim *sim, size_t node);
void sim_node_tick(struct sim *sim, size_t node);
void sim_node_client(struct sim *sim, size_t node);
void sim_node_prune(struct sim *sim, size_t node); /* older revisions are dropped */
void sim_node_free(struct sim *sim, size_t node);

/* replica_sim_ring.c */
void sim_ring_order(struct sim *sim, size_t node);
bool sim_ring_deliver(struct sim *sim, size_t node);
bool sim_ring_verdict(struct sim *sim, size_t node);
void sim_ring_form(struct sim *sim); /* a component whose members changed, or all of them */
bool sim_ring_stable(const struct sim *sim);
void sim_ring_device(struct sim *sim); /* the device's vote goes elsewhere */
void sim_ring_free(struct sim *sim);

#endif
