/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Simulation of the replication on the production objects, confirm timers included: a ring that
 * delivers to the sender before any peer, parts and merges at any point with different suffixes
 * delivered on its sides, loses messages only by that, gives verdicts before, after and again;
 * disks that are slow, at times full, and keep after a crash what was synced. 2 nodes (two_node,
 * wait_for_all; they do not part while both live), 2 and a quorum device, 3 and 5, some of them of
 * level 1. Several clients propose at once.
 *
 * Checked at every step: no two revisions committed at one number, at most one client wins for a
 * parent, what a client was told to be refused never comes, a current node in a quorate view has
 * all that was committed in earlier terms. In the end all nodes heal: all become current, a
 * proposal succeeds, the logs are the same and have every revision that was ever committed.
 */
#ifndef TRIREME_CONFIG_TESTS_REPLICA_SIM_H
#define TRIREME_CONFIG_TESTS_REPLICA_SIM_H

#include <stdbool.h>
#include <stdint.h>

/* The seed chooses the variant. False: replica_sim_report() says what was violated. */
bool replica_sim_run(uint64_t seed, bool verbose);
const char *replica_sim_report(void);
/* Revisions committed by all runs so far: a simulation that does nothing proves nothing. */
uint64_t replica_sim_commits(void);

#endif
