/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The failover decision: events in, actions out. Pure: time is an argument (CLOCK_BOOTTIME, ns),
 * nothing is touched, nothing is allocated. What the group of agents agrees on changes only by
 * delivered messages and configurations, in the one order CPG gives all members; timers only cause
 * messages and end this node's own lease.
 *
 * Every decide_…() call first ends leases whose time is up, so that an agent that was stopped acts
 * on nothing old. The caller executes the actions in order, then empties the list, then asks
 * decide_deadline() when to call decide_tick().
 */
#ifndef TRIREME_AGENT_DECIDE_H
#define TRIREME_AGENT_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/lease.h"
#include "agent/prefer.h"
#include "agent/probe.h"
#include "base/histogram.h"
#include "base/ring.h"
#include "proto/agent_ipc.h"
#include "proto/agent_wire.h"

#define DECIDE_NODES_MAX 16
#define DECIDE_GROUPS_MAX AGENT_WIRE_GROUPS_MAX
#define DECIDE_NAME_MAX 33
/*
 * One event, and the ports' health of every group one after the other, cause at most, of each
 * group: four actions to give it up, one message about that, three to serve, four each once:
 * heartbeat, claim or probe, its end, refresh; and HEALTH. Of one group more: it is given up anew,
 * an echo, an announcement; of all: STATE.
 */
#define DECIDE_ACTIONS_MAX (DECIDE_GROUPS_MAX * (4 + 1 + 3 + 4 + 1) + 4 + 1 + 1 + 1)
/* Three transitions of every group, and what is said of it once or twice; of every node; of all. */
#define DECIDE_LOGS_MAX (DECIDE_GROUPS_MAX * (3 + 3) + DECIDE_NODES_MAX + 8)
#define DECIDE_LOG_MAX 240
#define DECIDE_CAUSE_MAX 120
#define DECIDE_OUTSTANDING_MAX 32 /* heartbeats of a group without a quorum of echoes */

struct decide_node {
	uint32_t id;
	bool witness;
	uint8_t priority;
	char name[DECIDE_NAME_MAX];
};

/* Fixed for the life of the agent. */
struct decide_settings {
	uint32_t self;
	uint64_t incarnation, revision;
	struct lease_times times;
	/* Until corosync says it; one vote a node, and the quorum device's, which are these. */
	uint32_t expected_votes, device_votes;
	struct decide_node nodes[DECIDE_NODES_MAX];
	size_t n_nodes;
	char groups[DECIDE_GROUPS_MAX][DECIDE_NAME_MAX];
	struct prefer_order preferred[DECIDE_GROUPS_MAX];
	size_t n_groups;
};

struct decide_ring {
	uint32_t node; /* representative */
	uint64_t seq;
	uint32_t n_nodes; /* members, with or without an agent; not part of the ring's identity */
};

struct decide_health {
	enum agent_wire_health code;
	char object[AGENT_WIRE_OBJECT_MAX]; /* port or label the code is about */
	uint64_t since;
};

enum decide_action_type {
	DECIDE_SEND,	  /* multicast message */
	DECIDE_LEASE_SET, /* group may serve until deadline: the kernel's gate enforces it */
	DECIDE_LEASE_CLEAR,
	DECIDE_ADDRESSES_ADD, /* report a failure by decide_addresses_failed() */
	DECIDE_ADDRESSES_DELETE,
	DECIDE_ADDRESSES_REFRESH,
	DECIDE_ANNOUNCE_START,
	DECIDE_ANNOUNCE_STOP,
	DECIDE_PROBE_START, /* from the first one; decide_probed() when they have ended */
	DECIDE_PROBE_STOP,
	DECIDE_FENCE, /* node is to be powered off; the answer comes by decide_fenced() */
};

struct decide_action {
	enum decide_action_type type;
	size_t group;
	uint64_t epoch, deadline;     /* LEASE_SET */
	uint32_t node, request;	      /* FENCE */
	struct agent_message message; /* SEND */
};

struct decide_log {
	int priority; /* LOG_… of syslog(3) */
	enum agent_subject subject;
	enum agent_cause cause;
	size_t group; /* DECIDE_GROUPS_MAX: none */
	uint64_t epoch, view;
	uint32_t owner;
	char text[DECIDE_LOG_MAX];
};

/* Why something changed: the end of a sentence. */
struct decide_cause {
	enum agent_cause code; /* NONE: nothing is said */
	char text[DECIDE_CAUSE_MAX];
};

/* What was last said of a group. */
struct decide_told {
	enum agent_role role;
	uint32_t owner;
	uint64_t epoch;
	uint64_t since; /* of the role */
};

/* How the owner of that epoch came by the group, as this node has seen it. */
struct decide_taken {
	uint64_t epoch, at;
	uint32_t owner, from; /* from 0: nobody */
	struct decide_cause cause;
};

struct decide_actions {
	size_t n, n_logs;
	struct decide_action list[DECIDE_ACTIONS_MAX];
	struct decide_log logs[DECIDE_LOGS_MAX];
};

/* What one member has said of one group, valid inside the view. */
struct decide_report {
	bool known; /* the member has this group in its configuration */
	uint64_t epoch, highest;
	uint32_t owner;
	uint8_t flags;	      /* AGENT_STATE_… */
	uint64_t guard_until; /* by this node's clock */
	struct decide_health health;
};

struct decide_peer {
	struct ring_member member;
	bool stated;
	uint64_t incarnation, revision;
	struct decide_report groups[DECIDE_GROUPS_MAX];
};

/* What powers a node off; times in ns. */
struct decide_device {
	bool usable;	  /* there is one, and the node may be fenced */
	uint64_t delay;	  /* from the view on in which the node is missing */
	uint64_t timeout; /* without an answer for so long a request counts as failed */
};

enum decide_fence_state {
	DECIDE_FENCE_NONE,
	DECIDE_FENCE_WANTED, /* from `at` on */
	DECIDE_FENCE_ASKED,  /* this node has asked its helper and waits until `at` */
	DECIDE_FENCE_DONE,
	DECIDE_FENCE_FAILED, /* as often as it is tried */
};

/* The fencing of one node; it ends with the view. */
struct decide_fence {
	enum decide_fence_state state;
	uint32_t groups;  /* bit i: of groups[i] it may hold a lease */
	uint32_t request; /* of this node to its helper, the newest */
	uint32_t tries;
	uint64_t at, asked;
};

struct decide_heartbeat {
	uint64_t seq, sent;
	uint32_t echoes; /* bit i: peers[i] has echoed */
};

/* How far this node is with asking the ports whether another has the group (conflict.c). */
enum decide_probe {
	DECIDE_PROBE_NONE,
	DECIDE_PROBE_RUNNING,
	DECIDE_PROBE_SILENT,  /* nobody has answered: the claim may follow */
	DECIDE_PROBE_CLAIMED, /* it has; until it is confirmed an answer still counts */
};

struct decide_conflict {
	enum decide_probe probe;
	uint32_t answers; /* in a row; 0: the last probes were not answered */
	uint64_t again;	  /* not probed before */
	uint64_t next_alert;

	/* While this node serves: frames by which others claim an address of the group. */
	uint32_t claims;
	uint64_t claimed_at; /* the last of them */
	uint64_t next_defence;
	struct probe_seen last; /* the last answer, or claim */
};

struct decide_group {
	uint64_t key;

	/* Agreed in the view: the same at every member after the same deliveries. */
	uint64_t epoch, highest;
	uint32_t owner;	    /* of that epoch; 0: nobody known */
	bool released;	    /* the owner has said that it holds nothing any more, or is fenced */
	uint32_t successor; /* named by the release; 0: none */
	uint64_t last_seq;  /* newest heartbeat of the owner delivered in this view */
	bool heard_owner;   /* the other of two, in the last view of both */
	bool bounded; /* guard_until covers whatever lease a node outside of this view may hold */

	/* What bounds the leases this node has voted for, and since when the group can be taken. */
	uint64_t guard_until, view_guard, vacant_since;
	/* Whose lease guard_until is for, when it is one only; 0: also for others, before the
	 * start. */
	uint32_t guard_owner;
	uint64_t guard_epoch;

	/* This node's own part. */
	bool owning;	/* own CLAIM (or ADOPT) delivered and nothing given up since */
	bool adopting;	/* a lease of the agent's former life runs; ADOPT is not delivered yet */
	bool addresses; /* the aliases are on the ports */
	bool lapsed;	/* given up because the lease ended, not on purpose */
	uint64_t claiming_until; /* own CLAIM is under way, and not repeated before; 0: none is */
	uint64_t lease_until;	 /* 0: none */
	uint64_t owner_since;
	uint64_t next_seq, next_heartbeat, next_refresh;
	struct decide_heartbeat outstanding[DECIDE_OUTSTANDING_MAX];
	size_t n_outstanding;
	struct decide_health ports;  /* as the ports are */
	struct decide_health health; /* as told to the others: a failed alias included */
	uint64_t failed_until; /* an alias could not be added: not tried again before; 0: none */
	char failed_label[AGENT_WIRE_OBJECT_MAX];
	struct decide_conflict conflict;
	struct prefer_return back;

	/* For explanations and the log. */
	struct decide_cause cause; /* of what the present event has changed so far */
	struct decide_told told;
	struct decide_taken taken;
	enum agent_cause release; /* of the owner's last release, as it has said */
	uint64_t heard;		  /* the owner's last heartbeat, or claim */
};

/* Whether an operator has said that this node goes on alone (force.c). */
enum decide_force {
	DECIDE_FORCE_NO,
	DECIDE_FORCE_ASKING, /* the ports are asked whether another one has a floating address */
	DECIDE_FORCE_YES,
};

struct decide_state {
	struct decide_settings settings;
	struct decide_group groups[DECIDE_GROUPS_MAX];

	struct decide_peer peers[DECIDE_NODES_MAX];
	size_t n_peers;
	struct decide_ring ring; /* of CPG's configuration; seq 0: none */
	uint64_t tag;		 /* of the configuration */
	uint64_t view;		 /* 0: not all members have stated */
	uint64_t configured_at;	 /* the time of the configuration; 0: counted in `reform` */

	struct decide_ring quorum_ring;
	bool quorum_known, quorate;
	uint64_t quorate_since; /* for quorum_ring, without a break */
	uint32_t expected_votes;
	/* By index of settings.nodes. */
	uint64_t absent_since[DECIDE_NODES_MAX]; /* 0: present */
	bool agent_only[DECIDE_NODES_MAX];	 /* absent: it left the group, not the ring */
	struct decide_device devices[DECIDE_NODES_MAX];
	struct decide_fence fences[DECIDE_NODES_MAX];
	uint32_t last_request;	   /* for fencing */
	uint64_t ring_since;	   /* of the present members */
	uint64_t quorum_since;	   /* of the verdict */
	struct decide_cause event; /* what is being acted on */

	bool health_dirty; /* HEALTH must be multicast */
	enum decide_force force;
	uint64_t force_until;			/* ASKING: not longer than that */
	char force_refusal[DECIDE_LOG_MAX / 2]; /* why the last one came to nothing */
	bool leaving;
	bool stale;	   /* the configuration is not the newest: no group is taken */
	bool standby;	   /* the configuration says that this node owns nothing */
	bool synchronised; /* the other routers have the connections of this one */

	/*
	 * A and R of lease.c as they are, among two or more: from a heartbeat's sending to a
	 * quorum's echoes, and from a configuration's delivery to its view and verdict.
	 */
	struct histogram echo, reform;
	struct decide_actions *actions;
};

/*
 * Starts with nothing known. actions is where every call below appends; the caller keeps it alive.
 * Claims wait for the guard of a restarted agent.
 */
void decide_init(struct decide_state *s, const struct decide_settings *settings,
		 struct decide_actions *actions, uint64_t now);

/*
 * The agent's former life has voted for leases until then; its settings may have been others. What
 * no vote can be is taken for a damaged file: then the guard of a restart stands alone.
 */
void decide_voted(struct decide_state *s, uint64_t guard_until, uint64_t now);
/* The end of the last vote. */
uint64_t decide_vote(const struct decide_state *s);

/* A lease this node holds from its former life; called before the first configuration. */
void decide_adopt(struct decide_state *s, size_t group, uint64_t epoch, uint64_t deadline,
		  uint64_t now);

/* CPG delivered a configuration: members of the process group, ring they live on. */
void decide_configuration(struct decide_state *s, const struct decide_ring *ring,
			  const struct ring_member *members, size_t n_members, uint64_t now);

/* The connection to corosync is gone. */
void decide_ring_lost(struct decide_state *s, uint64_t now);

/* votequorum's verdict for a ring. */
void decide_quorum(struct decide_state *s, const struct decide_ring *ring, bool quorate,
		   uint32_t expected_votes, uint64_t now);

/* CPG delivered a message (one's own too). */
void decide_message(struct decide_state *s, uint32_t sender, const struct agent_message *message,
		    uint64_t now);

void decide_health(struct decide_state *s, size_t group, enum agent_wire_health code,
		   const char *object, uint64_t now);

/*
 * Whether this node's configuration is the newest. While it is not the node takes no group; what
 * it owns it keeps.
 */
void decide_current(struct decide_state *s, bool current, uint64_t now);

/*
 * Whether the configuration says that this node owns nothing. It gives its groups up as by a
 * switch-over, also where no other router is fit, and takes none until it is not said any more.
 */
void decide_standby(struct decide_state *s, bool standby, uint64_t now);

/*
 * Whether the other routers know the connections of this one, so that none is lost by a move that
 * nothing makes necessary: no owner makes way for a preferred router before.
 */
void decide_synchronised(struct decide_state *s, bool synchronised, uint64_t now);

/* How the nodes can be fenced, by index of settings.nodes; until it is called none can be. */
void decide_fencing(struct decide_state *s, const struct decide_device devices[DECIDE_NODES_MAX],
		    uint64_t now);

/*
 * The answer to DECIDE_FENCE. failure NULL: the node was off at a time after the request; else what
 * went wrong, in words.
 */
void decide_fenced(struct decide_state *s, uint32_t request, const char *failure, uint64_t now);

/* An alias could not be added (none is on the ports now). */
void decide_addresses_failed(struct decide_state *s, size_t group, const char *label, uint64_t now);

/* The probes that DECIDE_PROBE_START asked for have ended, and nothing more waits to be read. */
void decide_probed(struct decide_state *s, size_t group, uint64_t now);
/*
 * Another machine has said on a port of the group that a floating address of it is its own, or
 * probes for it.
 */
void decide_conflict(struct decide_state *s, size_t group, const struct probe_seen *seen,
		     uint64_t now);

/*
 * Asks for a switch-over of the group. 0: under way, *ret_target takes over. -errno: refused, and
 * text says why in one sentence.
 */
int decide_switchover(struct decide_state *s, size_t group, uint64_t now, uint32_t *ret_target,
		      char *text, size_t size);

/*
 * An operator's word that all other nodes are off: this one goes on alone, if nobody answers on its
 * ports. 0: they are being asked, decide_force_result() says more. -errno: refused, and text says
 * why in one sentence.
 */
int decide_force(struct decide_state *s, uint64_t now, char *text, size_t size);
/* -EINPROGRESS: it is not known yet. 0, or -errno: text says which in one sentence. */
int decide_force_result(const struct decide_state *s, char *text, size_t size);

/* The agent is to end: release everything. decide_may_leave(): nothing is held any more. */
void decide_leave(struct decide_state *s, uint64_t now);
bool decide_may_leave(const struct decide_state *s);

void decide_tick(struct decide_state *s, uint64_t now);

/* When decide_tick() must be called at the latest; UINT64_MAX: never. */
uint64_t decide_deadline(const struct decide_state *s, uint64_t now);

/* Questions, for explanations and status. */
bool decide_view_quorate(const struct decide_state *s);
/* From when on this node may claim the group by the guard alone. */
uint64_t decide_guard_end(const struct decide_state *s, size_t group);
/* Who owns the group as far as this node knows; 0: nobody. */
uint32_t decide_owner(const struct decide_state *s, size_t group);
/* What this node is for the group. */
enum agent_role decide_role(const struct decide_state *s, size_t group);
/* The fittest router of the view other than `except`; 0: none. */
uint32_t decide_fittest(const struct decide_state *s, size_t group, uint32_t except);
const struct decide_node *decide_node(const struct decide_state *s, uint32_t id);
const struct decide_peer *decide_peer(const struct decide_state *s, uint32_t id);
const char *decide_name(const struct decide_state *s, uint32_t id);
/* "eth1 has no carrier"; buf is returned. */
const char *decide_health_text(const struct decide_health *health, char *buf, size_t size);

#endif
