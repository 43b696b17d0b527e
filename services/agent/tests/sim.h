/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Simulation of a cluster around the production decision: several decide instances, a model of
 * corosync's ring, and faults from a seed. The model's ring delivers to the sender before any peer
 * has the message, loses and retransmits, breaks in the middle of a token round, lets a stopped
 * node deliver what it already had, merges, takes no message for a while (flow control), forms
 * again and again while one node does not hear another, and gives quorum verdicts out of order.
 * Clocks drift. The aliases of a stopped or dead agent stay, and answer as far as the gate lets
 * them.
 * Two nodes without a third vote have two_node and wait_for_all (votequorum(5)): what parts their
 * corosync leaves the networks on which their ports hear each other.
 */
#ifndef TRIREME_AGENT_TESTS_SIM_H
#define TRIREME_AGENT_TESTS_SIM_H

#include "agent/bpf/gate.h"
#include "agent/decide.h"

#define SIM_NODES_MAX DECIDE_NODES_MAX
#define SIM_QUEUE_MAX 4096 /* an agent that is stopped for 4 s among 16 nodes */
#define SIM_OUTBOX_MAX 16  /* a message of each kind */
#define SIM_RINGS_MAX 4096
#define SIM_REPORT_MAX 256

enum sim_life {
	SIM_DEAD,
	SIM_RUNNING,
	SIM_STOPPED, /* SIGSTOP */
};

enum sim_entry_type {
	SIM_MESSAGE,
	SIM_JOIN,
	SIM_LEAVE,
};

/* Something in the total order of a ring. */
struct sim_entry {
	enum sim_entry_type type;
	size_t node;
	uint32_t pid;
	const struct agent_message *message; /* of sim_keep() */
};

struct sim_ring {
	uint64_t seq;
	uint32_t members; /* bit per node */
	struct sim_entry *entries;
	size_t n, space;
	uint64_t
		order_until[SIM_NODES_MAX]; /* a broken ring: who still has the token, until when */
};

enum sim_input_type {
	SIM_INPUT_CONFIGURATION,
	SIM_INPUT_MESSAGE,
	SIM_INPUT_VERDICT,
	SIM_INPUT_LOST,
};

/* What waits in a socket for the agent to read it. */
struct sim_input {
	enum sim_input_type type;
	struct decide_ring ring;
	const struct ring_member *members; /* of sim_keep() */
	size_t n_members;
	uint32_t sender;
	bool quorate;
	const struct agent_message *message; /* of sim_keep() */
};

struct sim_inbox {
	struct sim_input *items; /* ring buffer of SIM_QUEUE_MAX */
	size_t first, n;
};

/* What an operator has committed. */
struct sim_config {
	uint64_t revision;
	struct lease_timing timing;
	uint8_t priorities[SIM_NODES_MAX];
};

struct sim_node {
	bool powered;
	uint32_t hears; /* bit per node whose frames arrive here; its own is always set */
	int64_t offset, drift_ppm;
	bool port_ok;
	bool degraded; /* its engine is gone, or a gateway: not for the ports */
	bool standby;  /* as its configuration says */
	struct sim_config config;

	enum sim_life corosync;
	struct sim_ring *ring;
	size_t received; /* entries of the ring this node has without a gap */
	size_t delivered;
	uint64_t arrival;	   /* of the latest entry sent to it: order is kept */
	struct sim_entry *pending; /* waiting for the token, SIM_QUEUE_MAX */
	size_t n_pending;
	bool token_due;		      /* an event lets it order what is pending */
	uint64_t flow_until;	      /* flow control: TRY_AGAIN to whoever sends before */
	uint32_t pids[SIM_NODES_MAX]; /* process group as this corosync sees it; 0: none */
	bool seen_all;		      /* wait_for_all: all nodes at once since it started */

	enum sim_life agent;
	bool joined;
	uint32_t pid;
	struct sim_inbox cpg, quorum;
	struct decide_state state;
	struct decide_actions *actions;
	struct decide_told seen; /* role, owner and epoch after its last event */
	uint64_t tick_at;	 /* true time of the armed timer; 0: none */
	uint64_t tick_for;	 /* by the node's clock */
	struct probe_schedule probe;
	bool heard; /* a frame about the floating address waits in its socket: */
	struct probe_seen frame;
	bool work_scheduled;
	const struct agent_message *outbox[SIM_OUTBOX_MAX]; /* not taken yet (outbox_io.h) */
	size_t n_outbox;
	bool retrying;

	/* What outlives the agent: the lease that the kernel enforces, and the aliases. */
	struct gate_lease lease; /* by the node's clock */
	uint64_t voted;		 /* vote_io.h */
	bool addresses;
	uint64_t lapses; /* times a lease ended without having been given up on purpose */
};

struct sim_event {
	uint64_t at, order;
	void (*run)(struct sim_event *e);
	struct sim *sim;
	size_t node;
	struct sim_ring *ring;
	size_t index;
};

struct sim {
	uint64_t random;
	uint64_t now; /* true time */
	struct sim_node nodes[SIM_NODES_MAX];
	size_t n_nodes, n_routers;
	struct sim_config config;   /* the newest */
	struct lease_timing timing; /* the ring's: the longest of any configuration */
	struct sim_event *heap;
	size_t n_heap;
	uint64_t order;
	struct sim_ring *rings[SIM_RINGS_MAX];
	size_t n_rings;
	bool forming; /* again, since one hears another that does not hear it */
	struct sim_block *blocks;
	uint64_t ring_seq;
	uint32_t next_pid;
	bool loaded;		       /* a busy machine: everything is slower */
	struct prefer_order preferred; /* routers, by the group */
	bool slow_states; /* STATEs may wait for flow control longer than a lease runs */
	bool calm;    /* A and R of the lease's formula hold: nothing is slower than they allow */
	bool fencing; /* the routers have devices; one that says so has cut the power */
	bool mended;  /* faults that are under way come to nothing */
	size_t out;   /* this node stays without power; n_nodes: none */
	bool verbose;
	bool violated;
	char report[SIM_REPORT_MAX];
	uint64_t grants;
};

/* Randomness. */
uint64_t sim_random(struct sim *sim, uint64_t below);
bool sim_chance(struct sim *sim, unsigned int percent);
uint64_t sim_between(struct sim *sim, uint64_t low_us, uint64_t high_us); /* in ns */

/* Engine. */
struct sim *sim_new(uint64_t seed, size_t n_routers, size_t n_nodes,
		    const struct lease_timing *timing);
void sim_free(struct sim *sim);
void sim_at(struct sim *sim, uint64_t delay, void (*run)(struct sim_event *e), size_t node,
	    struct sim_ring *ring, size_t index);
void sim_run(struct sim *sim, uint64_t until);
/* A copy of data that lives as long as the simulation. */
void *sim_keep(struct sim *sim, const void *data, size_t size);
void sim_say(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ring (sim_ring.c). */
void sim_multicast(struct sim *sim, size_t node, const struct sim_entry *entry);
bool sim_hear_each_other(const struct sim *sim, size_t a, size_t b);
void sim_connectivity_changed(struct sim *sim, bool loss);
bool sim_quorate(const struct sim *sim, size_t node); /* its corosync's verdict */
void sim_ring_forget(struct sim *sim, size_t node);   /* its corosync is gone */
void sim_ring_resume(struct sim *sim, size_t node);   /* SIGCONT */

/* Agents (sim_agent.c). */
void sim_agent_input(struct sim *sim, size_t node, const struct sim_input *input);
void sim_agent_start(struct sim *sim, size_t node);
void sim_agent_kill(struct sim *sim, size_t node);
void sim_agent_connect(struct sim *sim, size_t node);
void sim_agent_wake(struct sim *sim, size_t node);
void sim_agent_act(struct sim *sim, size_t node);
void sim_agent_send(struct sim *sim, size_t node);
uint64_t sim_clock(const struct sim *sim, size_t node);
bool sim_holds(const struct sim *sim, size_t node);

/* The gate (sim_gate.c): whether a port lets a group's frames pass. */
bool sim_gate_passes(const struct gate_lease *lease, uint64_t now);

/* What the ports say of another node (sim_probe.c): false: they are not asked. */
bool sim_probe_hears(void);

/* Faults (sim_faults.c). */
void sim_power(struct sim *sim, size_t node, bool on);
void sim_corosync(struct sim *sim, size_t node, enum sim_life life);
void sim_agent(struct sim *sim, size_t node, enum sim_life life);
void sim_stand_by(struct sim *sim, size_t node, bool standby);
void sim_degrade(struct sim *sim, size_t node, bool degraded);
/* What its ports and the rest of it are to the agent. */
void sim_tell_health(struct sim *sim, size_t node);
void sim_power_back(struct sim_event *e);
/* The node's helper is asked to fence the target: at once, slowly, in vain, or unheard. */
void sim_fence(struct sim *sim, size_t node, size_t target, uint32_t request);
void sim_fault(struct sim *sim); /* a random one */
/* Everything whole again, but for the power of the node `out` (n_nodes: of none). */
void sim_repair(struct sim *sim, size_t out);

/*
 * Schedules (sim_schedule.c).
 * One schedule: boot, faults for some seconds, repair, at times without one of the routers. True:
 * no two leases, and after the repair, within a bound, one owner that holds lease and addresses and
 * (where no fence agent is late) stays, if the nodes left are quorate; else sim_last_report() says
 * what happened. The seed chooses the variant.
 */
bool sim_schedule(uint64_t seed, bool verbose);
/* The longest any schedule has taken from the repair to its one owner, ns. */
uint64_t sim_longest_recovery(void);
/* A standby or the witness dies, nothing else: the owner's lease never lapses. */
bool sim_standby_death(uint64_t seed, bool verbose);
/*
 * Operators let routers stand by and not any more, nothing else: an owner's lease never lapses, the
 * group moves within a second to a router that does not stand by, nobody holds it where all do, and
 * the former owner does not take it back.
 */
bool sim_operators_standby(uint64_t seed, bool verbose);
/*
 * Engines and gateways go and come back, at one router and at all of them within a second or so,
 * nothing else: the group moves from a degraded router to a fit one, not without one, and no lease
 * lapses.
 */
bool sim_degraded(uint64_t seed, bool verbose);
/*
 * A group that preempts, connections synchronised: the preferred router dies, comes back, and has
 * the group again after the ten seconds for which it must be fit; no other owner's lease lapses.
 */
bool sim_preferred_returns(uint64_t seed, bool verbose);
const char *sim_last_report(void);

#endif
