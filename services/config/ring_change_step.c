// SPDX-License-Identifier: GPL-2.0-or-later
/* One step of a change of the ring: when it is begun, taken up by corosync, or given up. */
#include "config/ring_change_internal.h"

#include <stdio.h>

#include "base/parse.h"

/* False once the wait has lasted as long as it may. */
static bool wait(struct ring_change *rc, enum ring_waiting what, uint64_t most, uint64_t now)
{
	if (rc->waiting != what) {
		rc->waiting = what;
		rc->waiting_since = now;
	}
	return now - rc->waiting_since < most;
}

void ring_change_fail(struct ring_change *rc, const char *reason)
{
	if (rc->back)
		return;
	rc->back = true;
	rc->waiting = RING_WAITING_NONE;
	snprintf(rc->reason, sizeof(rc->reason), "%s", reason);
}

static void want_write(struct ring_change *rc, const struct ring *ring)
{
	rc->writing = *ring;
	rc->write_wanted = true;
	rc->waiting = RING_WAITING_NONE;
}

/*
 * Nodes that missed each other's last steps can have links that no longer fit together: then the
 * step's other link goes, which connects nobody, and all begin again from what they share.
 */
static void retreat(struct ring_change *rc, const struct ring *next)
{
	unsigned int gone = rc->file.links & ~next->links;
	const struct ring_node *node;
	struct ring ring = rc->file;
	unsigned int link;

	if (!ring_change_cut_off(rc, next, &link, &node))
		return;
	for (unsigned int i = 0; i < RING_LINKS; i++) {
		if (gone & 1u << i)
			ring_drop_link(&ring, (i + CONFIG_RING_PORTS) % RING_LINKS);
	}
	if (!ring_change_cut_off(rc, &ring, &link, &node))
		want_write(rc, &ring);
}

/* The new links have not connected in time. */
static void fail_unconnected(struct ring_change *rc, const struct ring *next, uint64_t now)
{
	char reason[RING_WIRE_REASON_MAX], own[16], other[16];
	struct text text = TEXT_ON(reason);
	const struct ring_node *self = ring_node_by_id(&rc->file, rc->self), *node;
	unsigned int link;

	if (!ring_change_cut_off(rc, next, &link, &node)) {
		/* The node that sees it knows more, and has some time to say so. */
		if (!wait(rc, RING_WAITING_SAFE, RING_LINK_WAIT + RING_TAKE_WAIT, now))
			ring_change_fail(rc, "the new links of another node do not connect");
		return;
	}
	/* Which of the two ends has the fault, neither can know. */
	text_add(&text, "no connection between %s of %s and %s of %s (%s)",
		 format_ipv4(self->address[link].address, own, sizeof(own)), self->name,
		 format_ipv4(node->address[link].address, other, sizeof(other)), node->name,
		 ring_port_name(link));
	ring_change_fail(rc, reason);
}

/* Whether the step may be begun; false: it waits, or has failed. */
static bool may_step(struct ring_change *rc, enum ring_step step, const struct ring *next,
		     unsigned int most, uint64_t now)
{
	switch (step) {
	case RING_STEP_FORGET:
		return !ring_change_leftover(rc);
	case RING_STEP_CRYPTO:
	case RING_STEP_CRYPTO_CLOSE:
		return !ring_change_absent(rc);
	case RING_STEP_LINK_DROP:
		if (ring_change_absent(rc) || now - rc->view_at < RING_SETTLE)
			return false;
		if (ring_change_all_have(rc, most, RING_REPORT_SAFE, true))
			return true;
		if (wait(rc, RING_WAITING_SAFE, RING_LINK_WAIT, now))
			return false;
		if (rc->back)
			retreat(rc, next);
		else
			fail_unconnected(rc, next, now);
		return false;
	default:
		return true;
	}
}

void ring_change_begin_step(struct ring_change *rc, unsigned int most, uint64_t now)
{
	struct ring next;
	enum ring_step step = ring_next(&rc->file, ring_change_goal(rc), &next);

	if (step != RING_STEP_NONE && may_step(rc, step, &next, most, now))
		want_write(rc, &next);
}

void ring_change_pause_reload(struct ring_change *rc, uint64_t now)
{
	/*
	 * A minority would go on apart from the others, who may be back at once; but while there
	 * are two keys, it may be one for having the wrong one.
	 */
	bool long_one = ring_change_is_minority(rc) && !rc->file.has_other;
	uint64_t least = long_one ? RING_ALONE_WAIT : RING_VIEW_PAUSE;

	rc->view_pause = rc->has_reloaded ? 2 * rc->view_pause : least;
	if (rc->view_pause > RING_VIEW_PAUSE_MAX)
		rc->view_pause = RING_VIEW_PAUSE_MAX;
	if (rc->view_pause < least)
		rc->view_pause = least;
	rc->settled_at = now + rc->view_pause;
	rc->has_reloaded = false;
}

static void want_reload(struct ring_change *rc, uint64_t now)
{
	if (!rc->reload_pending && now >= rc->reload_at)
		rc->reload_wanted = true;
}

void ring_change_take_up(struct ring_change *rc, uint64_t now)
{
	struct ring next;

	if (ring_change_takes_back(rc, &next)) {
		want_write(rc, &next);
		return;
	}
	/* What is waited for begins with the reload, the pause before it does not count. */
	if (!ring_change_all_take(rc) || now < rc->settled_at)
		return;
	if (!rc->running && !wait(rc, RING_WAITING_TAKE, RING_TAKE_WAIT, now))
		ring_change_fail(rc, "corosync did not take the new file");
	if (ring_change_is_lowest(rc))
		want_reload(rc, now);
}

/* Longer from node to node, so that two who are alone do not miss each other for ever. */
static uint64_t alone_wait(const struct ring_change *rc)
{
	uint64_t place = 1;

	for (size_t i = 0; i < rc->file.n_nodes; i++)
		place += rc->file.nodes[i].id < rc->self;
	return place * RING_ALONE_WAIT;
}

bool ring_change_try_other_key(struct ring_change *rc, uint64_t now)
{
	struct ring ring = rc->file;

	if (!ring.has_other || !ring_change_is_minority(rc) || !ring_change_absent(rc)) {
		rc->swapping = false;
		return false;
	}
	if (rc->running && rc->swapping) {
		rc->swapping = false;
		rc->waiting = RING_WAITING_NONE;
	}
	if (!rc->swapping && wait(rc, RING_WAITING_ALONE, alone_wait(rc), now))
		return false;
	if (!rc->running) {
		/* The file has the one that corosync does not use. */
		rc->swapping = true;
		want_reload(rc, now);
		return true;
	}
	ring.crypto = rc->file.other;
	ring.other = rc->file.crypto;
	rc->swapping = true;
	want_write(rc, &ring);
	return true;
}
