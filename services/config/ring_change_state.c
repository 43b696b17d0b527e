// SPDX-License-Identifier: GPL-2.0-or-later
/* How the nodes stand in a change of the ring: what each reports, and what people are told. */
#include "config/ring_change_internal.h"

#include <string.h>

const struct ring *ring_change_goal(const struct ring_change *rc)
{
	return rc->back ? &rc->start : &rc->wanted;
}

static bool is_member(const struct ring_change *rc, uint32_t id)
{
	for (size_t i = 0; i < rc->n_members; i++) {
		if (rc->members[i].id == id)
			return true;
	}
	return false;
}

const struct ring_node *ring_change_absent(const struct ring_change *rc)
{
	for (size_t i = 0; i < rc->file.n_nodes; i++) {
		const struct ring_node *node = &rc->file.nodes[i];

		if (ring_node_by_id(ring_change_goal(rc), node->id) && !is_member(rc, node->id))
			return node;
	}
	return NULL;
}

const struct ring_node *ring_change_leftover(const struct ring_change *rc)
{
	for (size_t i = 0; i < rc->file.n_nodes; i++) {
		const struct ring_node *node = &rc->file.nodes[i];

		if (!ring_node_by_id(ring_change_goal(rc), node->id) && is_member(rc, node->id))
			return node;
	}
	return NULL;
}

/* Links to a node that are connected, as bits. */
static unsigned int links_to(const struct ring_change *rc, uint8_t id)
{
	for (size_t i = 0; i < rc->seen.n_nodes; i++) {
		if (rc->seen.nodes[i].id == id)
			return rc->seen.nodes[i].links;
	}
	return 0;
}

bool ring_change_cut_off(const struct ring_change *rc, const struct ring *next,
			 unsigned int *ret_link, const struct ring_node **ret_node)
{
	for (size_t i = 0; i < rc->file.n_nodes * RING_LINKS; i++) {
		const struct ring_node *node = &rc->file.nodes[i / RING_LINKS];
		unsigned int link = i % RING_LINKS;
		unsigned int kept = (link + CONFIG_RING_PORTS) % RING_LINKS;
		unsigned int connected = links_to(rc, node->id);

		if (node->id == rc->self || !is_member(rc, node->id) ||
		    !(rc->file.links & ~next->links & 1u << link))
			continue;
		if (connected & 1u << link && !(connected & 1u << kept)) {
			*ret_link = kept;
			*ret_node = node;
			return true;
		}
	}
	return false;
}

/* Steps from what corosync runs there; what has been written only counts when it runs. */
static unsigned int behind(const struct ring_report *report)
{
	return report->left + (report->flags & RING_REPORT_RUNNING ? 0u : 1u);
}

bool ring_change_all_heard(const struct ring_change *rc)
{
	for (size_t i = 0; i < rc->n_members; i++) {
		const struct ring_change_member *m = &rc->members[i];

		if (!m->heard || m->report.target != rc->target ||
		    !(m->report.flags & RING_REPORT_BACK) != !rc->back)
			return false;
	}
	return rc->n_members > 0;
}

unsigned int ring_change_most_behind(const struct ring_change *rc)
{
	unsigned int most = 0;

	for (size_t i = 0; i < rc->n_members; i++) {
		unsigned int n = behind(&rc->members[i].report);

		most = n > most ? n : most;
	}
	return most;
}

bool ring_change_all_have(const struct ring_change *rc, unsigned int most, uint8_t flag,
			  bool wanted)
{
	for (size_t i = 0; i < rc->n_members; i++) {
		const struct ring_report *report = &rc->members[i].report;

		if (behind(report) == most && !(report->flags & flag) == wanted)
			return false;
	}
	return true;
}

bool ring_change_all_take(const struct ring_change *rc)
{
	for (size_t i = 0; i < rc->n_members; i++) {
		uint8_t flags = rc->members[i].report.flags;

		if (!(flags & (RING_REPORT_RUNNING | RING_REPORT_TAKE)))
			return false;
	}
	return true;
}

bool ring_change_is_lowest(const struct ring_change *rc)
{
	for (size_t i = 0; i < rc->n_members; i++) {
		if (rc->members[i].id < rc->self)
			return false;
	}
	return true;
}

bool ring_change_is_minority(const struct ring_change *rc)
{
	return 2 * rc->n_members <= rc->file.n_nodes;
}

static bool is_safe(const struct ring_change *rc)
{
	const struct ring_node *node;
	unsigned int link;
	struct ring next;

	if (ring_next(&rc->file, ring_change_goal(rc), &next) != RING_STEP_LINK_DROP)
		return true;
	return !ring_change_cut_off(rc, &next, &link, &node);
}

/* The file has another key than corosync uses. */
static bool key_is_new(const struct ring_change *rc)
{
	return rc->seen.crypto != ring_crypto_digest(&rc->file);
}

bool ring_change_takes_back(const struct ring_change *rc, struct ring *ret_next)
{
	const struct ring *to = ring_change_goal(rc);
	struct ring next;

	if (rc->running)
		return false;
	if (key_is_new(rc) && ring_crypto_digest(&rc->file) != ring_crypto_digest(to)) {
		*ret_next = rc->file;
		ret_next->crypto = to->crypto;
		ret_next->other = rc->file.crypto;
		ret_next->has_other = true;
		return true;
	}
	if (!rc->back || ring_next(&rc->file, to, &next) == RING_STEP_NONE ||
	    rc->seen.digest != ring_digest(&next))
		return false;
	*ret_next = next;
	return true;
}

/* Corosync may be asked to take the file; whoever is away may not have the new key yet. */
static bool may_take(const struct ring_change *rc)
{
	struct ring next;

	return !rc->running && !ring_change_takes_back(rc, &next) &&
	       !(key_is_new(rc) && ring_change_absent(rc));
}

struct ring_report ring_change_own_report(const struct ring_change *rc)
{
	struct ring_report report = {.target = rc->target};

	report.left = (uint8_t)ring_distance(&rc->file, ring_change_goal(rc));
	report.flags =
		(uint8_t)((rc->running ? RING_REPORT_RUNNING : 0) |
			  (may_take(rc) ? RING_REPORT_TAKE : 0) |
			  (is_safe(rc) ? RING_REPORT_SAFE : 0) | (rc->back ? RING_REPORT_BACK : 0));
	memcpy(report.reason, rc->reason, sizeof(report.reason));
	return report;
}

void ring_change_describe(const struct ring_change *rc, struct text *text)
{
	const struct ring_node *gone = ring_change_absent(rc), *still = ring_change_leftover(rc);
	enum ring_step step;
	struct ring next;

	if (!ring_change_busy(rc)) {
		text_add(text,
			 rc->back ? "the ring stays as it was: %s" : "the ring is as configured%s",
			 rc->reason);
		return;
	}
	step = ring_next(&rc->file, ring_change_goal(rc), &next);
	text_add(text, "%s%s; %u steps left",
		 rc->back ? "going back: " : "next: ", ring_step_name(step),
		 ring_distance(&rc->file, ring_change_goal(rc)));
	if (step == RING_STEP_FORGET && still)
		text_add(text, "; waits for %s to be switched off", still->name);
	else if (gone && (step == RING_STEP_LINK_DROP || step == RING_STEP_CRYPTO ||
			  step == RING_STEP_CRYPTO_CLOSE))
		text_add(text, "; waits for %s", gone->name);
}

int ring_change_keep(const struct ring_change *rc, struct config *config)
{
	int r = ring_keep(&rc->file, config);

	if (r == 0 && rc->aimed)
		r = ring_keep(ring_change_goal(rc), config);
	if (r == 0 && (rc->write_pending || rc->write_wanted))
		r = ring_keep(&rc->writing, config);
	return r;
}
