/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carries a change of the ring out on all nodes together, without the ring noticing. Each node has
 * one of these; what they tell each other comes in the same order to all. Pure: events in, actions
 * out; times are nanoseconds of one clock that does not jump.
 *
 * A round takes one step (config/ring.h). The nodes that are furthest behind write their files for
 * it and report that. When all of them have, the lowest id of the view asks corosync for one
 * reload, which reaches every node. A node reports what corosync then says it runs (cmap), and the
 * next round begins.
 *
 * - A step that takes something away (a link, the old key) is begun only when every node of the
 *   ring is in the view, and for a link, when no pair of nodes loses its last connection through
 *   that port. So an absent node always finds a link and a key that it knows; the change waits for
 *   it, however long, and meanwhile both old and new are in use.
 * - When the new links do not connect in RING_LINK_WAIT, a file cannot be written, or corosync
 *   does not take it, the node says why, and all go back the way they came.
 * - What is written is kept by its node until the change is over: one that restarts goes on from
 *   there.
 */
#ifndef TRIREME_CONFIG_RING_CHANGE_H
#define TRIREME_CONFIG_RING_CHANGE_H

#include "config/ring.h"
#include "proto/ring_wire.h"

#define RING_LINK_WAIT 10000000000ULL /* for new links to connect on every node */
#define RING_SETTLE 3000000000ULL     /* for all links of a node that has just come */
#define RING_TAKE_WAIT 5000000000ULL  /* for corosync to run what has been written */
#define RING_RELOAD_PAUSE 1000000000ULL
/*
 * From a new view to a reload. Each node's corosync works on it for some time, in which a slow
 * machine loses the token of a ring that has just formed: when a view follows a reload, the pause
 * is twice as long, up to RING_VIEW_PAUSE_MAX. A minority waits RING_ALONE_WAIT at least.
 */
#define RING_VIEW_PAUSE 3000000000ULL
#define RING_VIEW_PAUSE_MAX 48000000000ULL
#define RING_ALONE_WAIT 20000000000ULL /* times the node's place: until the other key is tried */

enum ring_action_type {
	RING_ACTION_NONE,
	/*
	 * Put in place, in this order and each on disk before the next: ring_text() of the ring;
	 * the key with the digest ring.crypto.key; corosync_conf(). Keep both keys while
	 * ring.has_other. Then ring_change_written().
	 */
	RING_ACTION_WRITE,
	RING_ACTION_RELOAD, /* corosync_cfg_reload_config(3), then ring_change_reloaded() */
	RING_ACTION_SEND,   /* the report to all, this node included */
	RING_ACTION_DONE,   /* the ring is as wanted: forget the kept ring and other keys */
	RING_ACTION_FAILED, /* it is as it was before; the reason says why. Forget as above */
	RING_ACTION_LEAVE,  /* this node is not in the wanted ring: end its corosync */
};

struct ring_action {
	enum ring_action_type type;
	const struct ring *ring; /* WRITE; valid until the next event */
	struct ring_report report;
};

/* What cmap says. */
struct ring_seen {
	uint64_t digest; /* COROSYNC_CONF_RING */
	uint64_t crypto; /* COROSYNC_CONF_CRYPTO */
	struct {
		uint8_t id;
		uint8_t links; /* bit l: link l to it is connected */
	} nodes[CONFIG_NODES_MAX];
	size_t n_nodes;
};

/* What a node waits for, with a bound. */
enum ring_waiting {
	RING_WAITING_NONE,
	RING_WAITING_SAFE,  /* every node is here, new links are not connected */
	RING_WAITING_TAKE,  /* all has been written, corosync does not run it yet */
	RING_WAITING_ALONE, /* a minority: until the other key is tried */
};

struct ring_change_member {
	uint32_t id;
	bool heard;
	struct ring_report report;
};

struct ring_change {
	uint32_t self;
	struct ring file;    /* what this node's files say */
	struct ring writing; /* the file that is being written */
	struct ring start;   /* the last ring that was reached, to go back to */
	struct ring wanted;
	uint64_t target; /* digest of wanted */
	struct ring_seen seen;
	bool asked;   /* seen is of this view */
	bool running; /* corosync runs file */
	bool aimed, back, swapping, announced;
	char reason[RING_WIRE_REASON_MAX];
	struct ring_change_member members[CONFIG_NODES_MAX];
	size_t n_members;
	uint64_t view_at;
	bool write_wanted, write_pending, reload_wanted, reload_pending, send_wanted;
	enum ring_action_type end_wanted; /* DONE, FAILED, LEAVE or NONE */
	enum ring_waiting waiting;
	uint64_t waiting_since;
	uint64_t reload_at;  /* not before */
	uint64_t settled_at; /* no step is taken up before: the view is too young */
	uint64_t view_pause;
	bool has_reloaded; /* in this view */
	struct ring_report sent;
};

/*
 * file: the ring that was kept when a change was under way, else that of the configuration in use.
 * start: the ring of the last configuration that was reached, which a change that fails goes back
 * to: ring_of_config() of the document before the one that is being taken into use.
 */
void ring_change_init(struct ring_change *rc, uint32_t self, const struct ring *file,
		      const struct ring *start);

/*
 * The ring to come to: that of a new document, or of the old one when it is reverted. Also again
 * with the same. -EADDRINUSE: text says why it cannot be; nothing changes.
 */
int ring_change_aim(struct ring_change *rc, const struct ring *wanted, uint64_t now,
		    struct text *text);

/* The members of the group, this node included; every report heard before is void. */
void ring_change_view(struct ring_change *rc, const uint32_t *ids, size_t n, uint64_t now);

/* From a member of the view. */
void ring_change_report(struct ring_change *rc, uint32_t from, const struct ring_report *report,
			uint64_t now);

/* About every 500 ms while ring_change_busy(); nothing while corosync cannot be asked. */
void ring_change_seen(struct ring_change *rc, const struct ring_seen *seen, uint64_t now);

/* How the action ended: 0 or -errno. */
void ring_change_written(struct ring_change *rc, int result, uint64_t now);
void ring_change_reloaded(struct ring_change *rc, int result, uint64_t now);

/* Once a second while ring_change_busy(). */
void ring_change_tick(struct ring_change *rc, uint64_t now);

/* Takes the next thing to do; false: nothing. Ask after every event until there is nothing. */
bool ring_change_action(struct ring_change *rc, struct ring_action *ret_action);

/* Whether a change is under way here. */
bool ring_change_busy(const struct ring_change *rc);

/* One line for people: what is being done or waited for. */
void ring_change_describe(const struct ring_change *rc, struct text *text);

/*
 * Adds to config->kept what must stay in use besides the configuration itself (ring_keep()). To be
 * asked, and published, before a new document is, when WRITE comes (before the file is written),
 * and at DONE and FAILED.
 */
int ring_change_keep(const struct ring_change *rc, struct config *config);

#endif
