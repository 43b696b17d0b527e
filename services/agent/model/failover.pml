// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The failover protocol of services/agent (view.c, group.c, lease.c) for one alias group, on a ring
 * (Totem, CPG) that does whatever its rules allow. Property: never two nodes whose lease runs.
 * README.md says what is left out and why that is sound; `check` runs it.
 *
 * Whether and when a node acts is open: an agent or a corosync that is stopped, a slow or lost
 * message, a late verdict and a dead machine are all the same here, a step that is not taken. Time
 * passes whenever it likes. Every time is what is left of it, in ticks, so that the states are finite.
 */

#ifndef NODES
#define NODES 3
#endif
#ifndef ROUTERS
#define ROUTERS 2	/* the others only vote */
#endif
#ifndef LEASE
#define LEASE 2		/* L */
#endif
#ifndef CHANGES
#define CHANGES 2	/* of the members, after the first view */
#endif
#ifndef EPOCHS
#define EPOCHS 2
#endif
#ifndef BEATS
#define BEATS 2		/* heartbeats of one owner in one view */
#endif
#ifndef RESTARTS
#define RESTARTS 1	/* agents that end (and may start again) */
#endif
#ifndef QUEUE
#define QUEUE 5		/* messages that a node has not delivered yet; beyond, flow control */
#endif
#ifndef PERIOD
#define PERIOD 0	/* ticks in which a clock gains or loses at most one; 0: exact clocks */
#endif

/* δ: of two clocks one may lose a tick and the other gain one. */
#if PERIOD
#define MARGIN 2
#else
#define MARGIN 0
#endif
#ifdef BROKEN_GUARD
#define GUARD (LEASE + MARGIN - 1)
#else
#define GUARD (LEASE + MARGIN)
#endif
#ifdef BROKEN_RESTART
#define START_GUARD 0
#else
#define START_GUARD GUARD
#endif
#define GIVEN_UP (LEASE - 1)	/* T + C + R */
#define CALM_TICKS (3 * GUARD + LEASE)

#define BIT(n) (1 << (n))
#define ALL ((1 << NODES) - 1)
#define NOBODY 0	/* owners are node + 1 */
#define VOTES(set) (((set) & 1) + ((set) >> 1 & 1) + ((set) >> 2 & 1))

/* A message is two bytes: kind, sender, configuration; two numbers. */
#define CONFIGURATION 0	/* members; bit 0: the ring has one node; bit 1: it is quorate */
#define HEARTBEAT 1	/* epoch, seq */
#define RELEASED 2	/* epoch */
#define CLAIM 3		/* epoch, the last seq that was known */
#define KEY(kind, sender, conf) ((kind) << 5 | (sender) << 3 | (conf))
#define KIND(k) ((k) >> 5)
#define SENDER(k) ((k) >> 3 & 3)
#define CONF(k) ((k) & 7)
#define PAIR(a, b) ((a) << 3 | (b))
#define FIRST(e) ((e) >> 3)
#define SECOND(e) ((e) & 7)

typedef Statement {		/* what a member says when a configuration is delivered to it */
	unsigned epoch : 3;
	unsigned highest : 3;
	unsigned owner : 2;
	unsigned holding : 1;
	unsigned freed : 1;
	unsigned voted : 1;
	unsigned guard : 3
}

typedef Node {
	unsigned lease : 3;	/* what the kernel enforces: it outlives the agent */
	unsigned up : 1;	/* the agent */
	unsigned ring : 3;	/* newest configuration in the order of its ring */
	unsigned corosync : 1;	/* it runs; of three nodes always: to be cut off is the same */
	unsigned seen : 1;	/* wait_for_all: both at once since corosync started */

	unsigned conf : 3;	/* as the agent has been told */
	unsigned members : 3;
	unsigned quorate : 1;
	unsigned view : 1;
	unsigned must : 1;	/* the last STATE comes before the next configuration, which is known */

	unsigned epoch : 3;
	unsigned highest : 3;
	unsigned owner : 2;
	unsigned released : 1;
	unsigned seq : 2;	/* last_seq */
	unsigned bounded : 1;
	unsigned guard : 3;
	unsigned view_guard : 3;
	unsigned vote_owner : 2;
	unsigned vote_epoch : 3;

	unsigned owning : 1;
	unsigned leased : 1;	/* lease_until is not 0, though it may have passed */
	unsigned claiming : 1;
	unsigned next_seq : 3;
	unsigned sent : 3;	/* L less the age of the heartbeat that is out; 0: none */
	unsigned sent_seq : 2;
	unsigned echoed : 1
}

Node node[NODES];
#define SAID(conf, n) said[(conf) * NODES + (n)]
Statement said[(CHANGES + 1) * NODES];
byte told[8];		/* by configuration: the members that have multicast STATE */
/*
 * A view is installed, and an ended lease given up, before more is delivered; the RELEASED needs a place in queues that may
 * be full. Where nothing need happen that is a step not taken; in a calm net each node has a place for either.
 */
#ifdef CALM
#define SPARE (2 * NODES)
#define FREE(n) true
#else
#define SPARE 0
#define FREE(n) ROOM(n)
#endif
chan queue[NODES] = [QUEUE + SPARE] of { byte, byte };
byte confs = 1;		/* given out; 0 is the first */
byte ends;		/* of agents */
#if NODES == 2
byte stops;		/* ends of a corosync */
#endif
#if PERIOD
byte phase;
byte gain[NODES];
#endif
#ifdef CALM
#define REACHED 8
byte calm;		/* members of the ring that nothing happens to any more */
byte waited;
#define ACTS(n) (!calm || calm & BIT(n))
#define MORE (calm != 0)
#else
#define ACTS(n) true
#define MORE 0
#endif

hidden byte i, j, key, pair, kept, best, top, members, owner;

#define ME node[n]
#define HOLDS(n) (node[n].owning || node[n].leased)
#define ENDED(n) (node[n].leased && !node[n].lease)
#define QUORATE(n) (node[n].view && node[n].quorate)

#ifdef BROKEN_NO_EPOCHS
#define SAME(a, b) true
#define NEXT(e) 1
#define MAY_RISE(n) true
#else
#define SAME(a, b) ((a) == (b))
#define NEXT(e) ((e) + 1)
#define MAY_RISE(n) (node[n].highest < EPOCHS + MORE)
#endif

#define TAKES(n, m) (node[m].ring != node[n].ring || !node[m].up || len(queue[m]) < QUEUE)
#if NODES == 3
#define ROOM(n) (TAKES(n, 0) && TAKES(n, 1) && TAKES(n, 2))
#else
#define ROOM(n) (TAKES(n, 0) && TAKES(n, 1))
#endif

/* What timers or verdicts would have an agent do. */
#define CAN_BEAT(n) (CURRENT(n) && node[n].owning && node[n].view && !node[n].sent && node[n].next_seq <= BEATS + MORE)
#define CAN_EXTEND(n) (node[n].owning && QUORATE(n) && node[n].echoed && node[n].sent)
#define CAN_CLAIM(n) (n < ROUTERS && CURRENT(n) && QUORATE(n) && !HOLDS(n) && !node[n].claiming && MAY_RISE(n) && \
	!(node[n].owner == n + 1 && !node[n].released) && !node[n].guard && !node[n].view_guard)

/*
 * In the one order of the ring, to whoever is still in it; the sender too. A message of a
 * configuration that the ring has left is not sent: all would deliver the newer one before it.
 */
#define CURRENT(n) (node[n].conf == node[n].ring && node[n].corosync)
#define HEARS(m, n) (node[m].ring == node[n].ring && node[m].up)

inline multicast(n, first, second)
{
	for (i : 0 .. NODES - 1) {
		if
		:: CURRENT(n) && HEARS(i, n) -> queue[i]!first, second
		:: else
		fi
	}
}

inline forget_heartbeat(n)
{
	ME.sent = 0;
	ME.sent_seq = 0;
	ME.echoed = 0
}

/* group_release() */
inline release(n)
{
	if
	:: HOLDS(n) ->
		ME.owning = 0;
		ME.leased = 0;
		ME.lease = 0;
		forget_heartbeat(n);
		if
		:: ME.view && ME.owner == n + 1 ->
			multicast(n, KEY(RELEASED, n, ME.conf), PAIR(ME.epoch, 0))
		:: else
		fi
	:: else
	fi
}

inline vote(n)
{
	ME.guard = GUARD;
	ME.vote_owner = ME.owner;
	ME.vote_epoch = ME.epoch
}

/* view_configuration(), group_view_left(), view_send_state() */
inline on_configuration(n)
{
#if NODES == 2
	if
	:: ME.view ->
		ME.bounded = ME.members == ALL && ME.owner != n + 1 && ME.seq > 0 && GUARD < ME.guard + GIVEN_UP
	:: else
	fi;
	ME.bounded = ME.bounded && SECOND(pair) & 1;
#endif
	ME.view = 0;
	ME.claiming = 0;
	forget_heartbeat(n);
	if
	:: ME.owning && !ME.leased -> ME.owning = 0
	:: else
	fi;
	ME.conf = CONF(key);
	ME.members = FIRST(pair);
	ME.quorate = SECOND(pair) >> 1;
	ME.must = 0;
	ME.seq = 0;
	ME.view_guard = 0;
	if
	:: CURRENT(n) && ME.members & BIT(n) ->
		told[ME.conf] = told[ME.conf] | BIT(n);
		SAID(ME.conf, n).epoch = ME.epoch;
		SAID(ME.conf, n).highest = ME.highest;
		SAID(ME.conf, n).owner = ME.owner;
		SAID(ME.conf, n).holding = ME.leased;
		SAID(ME.conf, n).freed = ME.released || (ME.owner == n + 1 && !HOLDS(n));
		SAID(ME.conf, n).voted = ME.vote_owner && ME.vote_owner == ME.owner && SAME(ME.vote_epoch, ME.epoch);
		SAID(ME.conf, n).guard = ME.guard
	:: else
	fi
}

/*
 * All STATEs are in. They are kept apart from the queues, since a member does nothing between two of
 * them: the last one's delivery is this step. The guard in them has aged since they were said, while
 * agents count from the receipt: they claim later than they might here.
 */
#define STATED(n) (node[n].up && !node[n].view && node[n].members & BIT(n) && (node[n].ring == node[n].conf || node[n].must) && \
	(told[node[n].conf] & node[n].members) == node[n].members)

/* is_void(): m's vote was for one lease, whose owner says in this view that it is over. */
#define VOTE_OWNER(n, m) (SAID(node[n].conf, m).owner - 1)
#define IS_VOID(n, m) (SAID(ME.conf, m).voted && SAID(ME.conf, m).owner && ME.members & BIT(VOTE_OWNER(n, m)) && \
	SAID(ME.conf, VOTE_OWNER(n, m)).owner == SAID(ME.conf, m).owner && \
	SAME(SAID(ME.conf, VOTE_OWNER(n, m)).epoch, SAID(ME.conf, m).epoch) && \
	SAID(ME.conf, VOTE_OWNER(n, m)).freed && !SAID(ME.conf, VOTE_OWNER(n, m)).holding)

/* agree() */
inline agree(n)
{
	top = 0;
	best = NODES;
	if
	:: IS_VOID(n, n) -> ME.guard = 0
	:: else
	fi;
	for (i : 0 .. NODES - 1) {
		if
		:: ME.members & BIT(i) ->
			if
			:: SAID(ME.conf, i).epoch > top -> top = SAID(ME.conf, i).epoch
			:: else
			fi;
			if
			:: SAID(ME.conf, i).highest > ME.highest -> ME.highest = SAID(ME.conf, i).highest
			:: else
			fi;
			if
#ifndef BROKEN_OWN_GUARD
			:: SAID(ME.conf, i).guard > ME.view_guard && !IS_VOID(n, i) -> ME.view_guard = SAID(ME.conf, i).guard
#endif
			:: else
			fi;
			if
			:: SAID(ME.conf, i).holding && (best == NODES || SAID(ME.conf, i).epoch >= SAID(ME.conf, best).epoch) ->
				best = i
			:: else
			fi
		:: else
		fi
	}
#if NODES == 2
	if
	:: ME.members != ALL && !ME.bounded -> ME.view_guard = GUARD
	:: else
	fi;
#endif
	if
	:: best < NODES ->
		ME.epoch = SAID(ME.conf, best).epoch;
		ME.owner = best + 1;
		ME.released = 0;
		ME.view_guard = GUARD
	:: else ->
		ME.epoch = top;
		ME.owner = NOBODY;
		for (i : 0 .. NODES - 1) {
			if
			:: ME.members & BIT(i) && SAID(ME.conf, i).epoch == top && SAID(ME.conf, i).owner > ME.owner ->
				ME.owner = SAID(ME.conf, i).owner
			:: else
			fi
		}
		ME.released = (ME.owner && ME.members & BIT(ME.owner - 1) -> 1 : 0)
	fi
}

/* install(), group_view_installed() */
inline install(n)
{
	agree(n);
	ME.must = 0;
	ME.next_seq = 1;
	ME.view = 1;
	if
	:: !HOLDS(n) && ME.owner == n + 1 && !ME.released -> multicast(n, KEY(RELEASED, n, ME.conf), PAIR(ME.epoch, 0))
	:: HOLDS(n) && ME.owner != n + 1 -> release(n)
	:: else
	fi
}

#define FROM_OWNER(n) (SAME(FIRST(pair), ME.epoch) && SENDER(key) + 1 == ME.owner && !ME.released)

/*
 * An ECHO needs no message: the owner takes it whenever it extends its lease, or never.
 */
inline on_heartbeat(n)
{
	if
	:: FROM_OWNER(n) && SECOND(pair) > ME.seq ->
		ME.seq = SECOND(pair);
		vote(n);
		owner = SENDER(key);
		if
#ifdef BROKEN_SELF_RETURN
		:: (owner == n || CURRENT(n) && HEARS(owner, n)) &&
#else
		:: (owner == n && ME.members == BIT(n) || owner != n && CURRENT(n) && HEARS(owner, n)) &&
#endif
		   node[owner].conf == ME.conf && node[owner].owning && SAME(node[owner].epoch, ME.epoch) &&
		   node[owner].sent && node[owner].sent_seq == SECOND(pair) ->
			node[owner].echoed = 1
		:: else
		fi
	:: else
	fi
}

inline on_released(n)
{
	if
	:: FROM_OWNER(n) ->
		ME.released = 1;
		ME.guard = 0;
		ME.view_guard = 0
	:: else
	fi
}

#ifdef BROKEN_CLAIM
#define KNEW_ALL(n) true
#else
#define KNEW_ALL(n) (SECOND(pair) == ME.seq)
#endif

inline on_claim(n)
{
	if
	:: SENDER(key) == n -> ME.claiming = 0
	:: else
	fi;
	if
	:: SAME(FIRST(pair), NEXT(ME.highest)) && KNEW_ALL(n) ->
		ME.owner = SENDER(key) + 1;
		if
		:: SENDER(key) != n -> release(n)	/* sends nothing: the owner is another one */
		:: else
		fi;
		ME.epoch = FIRST(pair);
		ME.highest = FIRST(pair);
		ME.released = 0;
		ME.seq = 0;
		vote(n);
		if
		:: SENDER(key) == n ->
			ME.owning = 1;
			ME.next_seq = 1;
			forget_heartbeat(n)
		:: else
		fi
	:: else
	fi
}

inline deliver(n)
{
	queue[n]?key, pair;
	if
	:: KIND(key) == CONFIGURATION -> on_configuration(n)
	:: ME.view && CONF(key) == ME.conf && KIND(key) == HEARTBEAT -> on_heartbeat(n)
	:: ME.view && CONF(key) == ME.conf && KIND(key) == RELEASED -> on_released(n)
	:: ME.view && CONF(key) == ME.conf && KIND(key) == CLAIM -> on_claim(n)
	:: else
	fi
}

/* STATEs that nobody waits for any more are forgotten, so that they make no states of their own. */
#define WAITS(n, c) (node[n].up && !node[n].view && node[n].conf == c && (node[n].ring == c || node[n].must) || \
	node[n].up && node[n].ring == c && node[n].conf != c)
#if NODES == 3
#define AWAITED(c) (WAITS(0, c) || WAITS(1, c) || WAITS(2, c))
#else
#define AWAITED(c) (WAITS(0, c) || WAITS(1, c))
#endif

inline sweep()
{
	for (i : 1 .. CHANGES) {
		if
		:: told[i] && !AWAITED(i) ->
			told[i] = 0;
			for (j : 0 .. NODES - 1) {
				SAID(i, j).epoch = 0;
				SAID(i, j).highest = 0;
				SAID(i, j).owner = 0;
				SAID(i, j).holding = 0;
				SAID(i, j).freed = 0;
				SAID(i, j).voted = 0;
				SAID(i, j).guard = 0
			}
		:: else
		fi
	}
}

/* grant(): the one place where a lease begins or grows. */
inline extend(n)
{
	if
	:: ME.sent > ME.lease ->
		ME.lease = ME.sent;
		ME.leased = 1;
		for (i : 0 .. NODES - 1) {
			assert(i == n || !node[i].lease)
		}
	:: else
	fi;
	forget_heartbeat(n)
}

#if NODES == 2
#define QUORUM(set, n) node[n].seen
#define ALL_TAKE (len(queue[0]) < QUEUE && len(queue[1]) < QUEUE)
#else
#define QUORUM(set, n) (VOTES(set) >= 2)
#define ALL_TAKE (len(queue[0]) < QUEUE && len(queue[1]) < QUEUE && len(queue[2]) < QUEUE)
#endif
#define NO_RING 7

/* Members of the new configuration `confs` are told; of those in `set` the agents that run. */
inline configure(set, alone)
{
	members = 0;
	for (i : 0 .. NODES - 1) {
		if
		:: (set) & BIT(i) && node[i].up -> members = members | BIT(i)
		:: else
		fi
	}
	for (i : 0 .. NODES - 1) {
		if
		:: (set) & BIT(i) ->
			node[i].ring = confs;
			if
			:: node[i].up ->
				queue[i]!KEY(CONFIGURATION, 0, confs), PAIR(members, QUORUM(members, i) << 1 | (alone))
			:: else
			fi
		:: else
		fi
	}
	confs++
}

/* How many messages of the ring, since its configuration, all of these nodes have yet to deliver. */
inline count_undelivered(set, rid)
{
	most = QUEUE;
	for (i : 0 .. NODES - 1) {
		if
		:: (set) & BIT(i) && node[i].ring == rid && node[i].up ->
			kept = 0;
			for (j : 1 .. len(queue[i])) {
				queue[i]?key, pair;
				queue[i]!key, pair;
				if
				:: KIND(key) == CONFIGURATION -> kept = 0
				:: else -> kept++
				fi
			}
			if
			:: kept < most -> most = kept
			:: else
			fi
		:: else
		fi
	}
}

/* The same messages at the end of the order are lost to all of these nodes. */
inline lose(set, rid, lost)
{
	for (i : 0 .. NODES - 1) {
		if
		:: (set) & BIT(i) && node[i].ring == rid && node[i].up ->
			best = len(queue[i]);
			for (j : 1 .. best) {
				queue[i]?key, pair;
				if
				:: j + lost <= best -> queue[i]!key, pair
				:: else
				fi
			}
		:: else
		fi
	}
}

/*
 * Whether the last STATE was before the end of that order: 0: no, 1: yes, 2: it may have been. Those
 * that go on together have the same messages.
 */
inline count_states(set, rid)
{
	stated = 0;
	for (i : 0 .. NODES - 1) {
		if
		:: (set) & BIT(i) && node[i].ring == rid && node[i].up && node[i].conf == rid ->
			if
			:: node[i].view -> stated = 1
			:: !node[i].view && !stated && (told[rid] & node[i].members) == node[i].members -> stated = 2
			:: else
			fi
		:: else
		fi
	}
}

inline owe_states(set, rid)
{
	for (i : 0 .. NODES - 1) {
		if
		:: (set) & BIT(i) && node[i].ring == rid && node[i].up && node[i].conf == rid -> node[i].must = !node[i].view
		:: else
		fi
	}
}

inline empty_queue(n)
{
	do
	:: len(queue[n]) -> queue[n]?key, pair
	:: else -> break
	od
}

/* What an agent knows ends with it; but the kernel has the lease, and its record the epoch. */
inline forget(n)
{
	ME.up = 0;
	empty_queue(n);
	ME.conf = 0;
	ME.members = 0;
	ME.quorate = 0;
	ME.view = 0;
	ME.must = 0;
	ME.highest = 0;
	ME.owner = NOBODY;
	ME.released = 0;
	ME.seq = 0;
	ME.bounded = 0;
	ME.guard = 0;
	ME.view_guard = 0;
	ME.vote_owner = NOBODY;
	ME.vote_epoch = 0;
	ME.owning = 0;
	ME.leased = 0;
	ME.claiming = 0;
	ME.next_seq = 0;
	forget_heartbeat(n);
	if
	:: !ME.lease -> ME.epoch = 0
	:: else
	fi
}

/* Who shares n's ring, as far as the ring goes on. */
inline mates(n)
{
	set = 0;
	for (i : 0 .. NODES - 1) {
		if
		:: node[i].ring == ME.ring && ME.corosync -> set = set | BIT(i)
		:: else
		fi
	}
}

/* decide_init(), decide_adopt() */
inline start_agent(n)
{
	ME.up = 1;
	ME.guard = START_GUARD;
	ME.conf = NO_RING;
	if
	:: ME.lease ->
		ME.owning = 1;	/* ADOPT: it may go on as soon as a view has it as the owner */
		ME.leased = 1;
		ME.highest = ME.epoch;
		ME.owner = n + 1
	:: else -> ME.epoch = 0
	fi
}

#if PERIOD
#define TICKS(n) gain[n]
#else
#define TICKS(n) 1
#endif
#define LESS(v, n) v = (v > TICKS(n) -> v - TICKS(n) : 0)

inline tick()
{
	for (i : 0 .. NODES - 1) {
#ifndef BROKEN_LEASE
		LESS(node[i].lease, i);
#endif
		LESS(node[i].guard, i);
		LESS(node[i].view_guard, i);
		LESS(node[i].sent, i);
		if
		:: !node[i].sent ->
			node[i].sent_seq = 0;
			node[i].echoed = 0
		:: else
		fi;
		for (j : 1 .. CHANGES) {
			LESS(SAID(j, i).guard, i)
		}
#if PERIOD
		gain[i] = 0;
#endif
	}
}

#ifdef CALM
#define SHARES(m, n) (node[m].ring == node[n].ring && node[m].up && node[m].corosync)
#define STILL(n) (!(calm & BIT(n)) || (!len(queue[n]) && !STATED(n) && !ENDED(n) && \
	!CAN_BEAT(n) && !CAN_EXTEND(n) && !CAN_CLAIM(n)))
#if NODES == 2
#define RING_SET(n) (SHARES(0, n) | SHARES(1, n) << 1)
#define ALL_STILL (STILL(0) && STILL(1))
#else
#define RING_SET(n) (SHARES(0, n) | SHARES(1, n) << 1 | SHARES(2, n) << 2)
#define ALL_STILL (STILL(0) && STILL(1) && STILL(2))
#endif
/* All of the ring's agents are there, and it is quorate; one of them has been told. */
#define IS_WHOLE(n) (CURRENT(n) && node[n].up && node[n].quorate && node[n].members == RING_SET(n))
#endif

#define END(n) \
	if \
	:: node[n].lease -> node[n].lease = 0 \
	:: skip \
	fi; \
	d_step { mates(n); forget(n); ends++ }

active proctype world()
{
	byte set, lost, n, most, stated, starts;
	bit formed;

	/* All are in one view, in which node 0's first claim has just been delivered. */
	d_step {
		for (i : 0 .. NODES - 1) {
			node[i].up = 1;
			node[i].corosync = 1;
			node[i].seen = 1;
			node[i].members = ALL;
			node[i].quorate = 1;
			node[i].view = 1;
			node[i].next_seq = 1;
			node[i].epoch = 1;
			node[i].highest = 1;
			node[i].owner = 1;
			node[i].guard = GUARD;
			node[i].vote_owner = 1;
			node[i].vote_epoch = 1
		}
		node[0].owning = 1
	}
	do
	:: atomic {
#ifdef REACH
		assert(!(REACH));
#endif
#ifdef CALM
		!calm || (calm != REACHED && ALL_STILL) ->
		if
		:: calm ->
			waited++;
			assert(waited <= CALM_TICKS)
		:: else
		fi;
#endif
#if PERIOD
		phase = (phase + 1) % PERIOD;
		for (n : 0 .. NODES - 1) {
			if
			:: gain[n] = 1
			:: !phase -> gain[n] = 0
			:: !phase -> gain[n] = 2
			fi
		}
		n = 0;
#endif
		d_step { tick(); i = 0 }
	}
	/* The members change; it begins with why. */
	:: atomic {
		confs <= CHANGES && !MORE && ALL_TAKE ->
		starts = NODES;
		if
		/* A ring forms of any nodes: partition, merge, loss of a token, a stopped corosync. */
#if NODES == 2
		:: node[0].corosync && node[1].corosync -> set = ALL; formed = 1
		:: node[0].corosync && !node[1].corosync -> set = 1; formed = 1
		:: !node[0].corosync && node[1].corosync -> set = 2; formed = 1
#else
		:: set = 1; formed = 1
		:: set = 2; formed = 1
		:: set = 3; formed = 1
		:: set = 4; formed = 1
		:: set = 5; formed = 1
		:: set = 6; formed = 1
		:: set = 7; formed = 1
#endif
		/* An agent ends, perhaps with its machine, or starts. */
		:: ends < RESTARTS && node[0].up -> n = 0; END(0)
		:: ends < RESTARTS && node[1].up -> END(1)
		:: !node[0].up -> starts = 0
		:: !node[1].up -> starts = 1
#if NODES > 2
		:: ends < RESTARTS && node[2].up -> END(2)
		:: !node[2].up -> starts = 2
#endif
		fi;
		if
		:: starts < NODES -> d_step { mates(starts); i = 0 }
		:: else
		fi;
		n = 0;
		do
		:: n < NODES ->
			if
			/* The first of those that come from one ring. */
			:: set & BIT(n) && node[n].ring != NO_RING && (n < 1 || !(set & 1) || node[0].ring != node[n].ring) &&
			   (n < 2 || !(set & 2) || node[1].ring != node[n].ring) ->
				d_step {
					count_states(set, node[n].ring);
					if
					:: formed -> count_undelivered(set, node[n].ring)
					:: else -> most = 0
					fi;
					i = 0
				}
				if
				:: stated == 2 -> stated = 0
				:: stated -> stated = 1
				:: !stated
				fi;
				lost = 0;
				do
				:: lost < most -> lost++
				:: break
				od;
				skip;
				d_step {
					if
					:: lost -> lose(set, node[n].ring, lost)
					:: else
					fi;
					if
					:: stated -> owe_states(set, node[n].ring)
					:: else
					fi;
					i = 0
				}
			:: else
			fi;
			n++
		:: else -> break
		od;
		skip;
		d_step {
			if
			:: starts < NODES -> start_agent(starts)
			:: else
			fi;
#if NODES == 2
			if
			:: set == ALL ->
				node[0].seen = 1;
				node[1].seen = 1
			:: else
			fi;
#endif
			configure(set, formed && VOTES(set) == 1);
			sweep();
			stated = 0;
			starts = 0;
			formed = 0;
			n = 0;
			set = 0;
			lost = 0;
			most = 0
		}
	}
#if NODES == 2
	/* corosync ends, and its agent hears of it; without it the other one is alone (two_node). */
	:: atomic {
		stops < CHANGES && !MORE && ALL_TAKE && node[0].corosync && node[1].corosync && confs <= CHANGES ->
		stops++;
		if
		:: n = 0
		:: n = 1
		fi;
		d_step {
			node[n].corosync = 0;
			node[n].seen = 0;
			node[n].ring = NO_RING;
			if
			:: node[n].up -> queue[n]!KEY(CONFIGURATION, 0, NO_RING), 0
			:: else
			fi;
			n = 0
		}
	}
	:: d_step { !node[0].corosync && !MORE -> node[0].corosync = 1 }
	:: d_step { !node[1].corosync && !MORE -> node[1].corosync = 1 }
#endif
#ifdef CALM
	/* From here on nothing happens to a quorate ring; time passes when all have done what they can. */
	:: !calm && IS_WHOLE(0) -> calm = RING_SET(0)
	:: !calm && IS_WHOLE(1) -> calm = RING_SET(1)
	:: calm == REACHED -> skip
#endif
	od
}

/* world is process 0, so that a search tries it last. */
#define SELF (_pid - 1)
#define WAKES (node[SELF].up && ACTS(SELF) && !ENDED(SELF))

active [NODES] proctype agent()
{
	do
	/* Every event ends first what time has ended: group_expire(). */
	:: d_step { node[SELF].up && ACTS(SELF) && ENDED(SELF) && FREE(SELF) -> release(SELF); i = 0 }
	:: d_step { WAKES && len(queue[SELF]) && !STATED(SELF) -> deliver(SELF); sweep(); i = 0 }
	:: d_step { WAKES && STATED(SELF) && FREE(SELF) -> install(SELF); sweep(); i = 0 }
	:: d_step {
		WAKES && CAN_BEAT(SELF) && ROOM(SELF) ->
		node[SELF].sent = LEASE;
		node[SELF].sent_seq = node[SELF].next_seq;
		multicast(SELF, KEY(HEARTBEAT, SELF, node[SELF].conf), PAIR(node[SELF].epoch, node[SELF].next_seq));
		node[SELF].next_seq++
	}
	:: d_step {
		WAKES && CAN_EXTEND(SELF) ->
		extend(SELF);
#ifdef CALM
		calm = (calm -> REACHED : 0);
#endif
		i = 0
	}
	:: d_step {
		WAKES && CAN_CLAIM(SELF) && ROOM(SELF) ->
		node[SELF].claiming = 1;
		multicast(SELF, KEY(CLAIM, SELF, node[SELF].conf), PAIR(NEXT(node[SELF].highest), node[SELF].seq));
		i = 0
	}
	/* Switch-over, standby, quorum lost, no carrier, SIGTERM: all give the group up. */
	:: d_step { WAKES && !MORE && HOLDS(SELF) && ROOM(SELF) -> release(SELF); i = 0 }
	od
}
