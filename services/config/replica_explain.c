// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock_io.h"
#include "base/text.h"
#include "config/replica_internal.h"

static bool is_stated(const struct replica_peer *p)
{
	return p->stated;
}

static bool has_ack(const struct replica_peer *p)
{
	return p->ack;
}

static void list(const struct replica *s, struct text *t,
		 bool (*counts)(const struct replica_peer *), bool wanted)
{
	const char *before = "";

	for (size_t i = 0; i < s->n_peers; i++) {
		if (counts(&s->peers[i]) != wanted)
			continue;
		text_add(t, "%s%s", before, replica_name(s, s->peers[i].member.id));
		before = ", ";
	}
}

static void missing(const struct replica *s, struct text *t)
{
	const char *before = "";

	for (size_t i = 0; i < s->settings.n_nodes; i++) {
		const struct replica_node *node = &s->settings.nodes[i];
		bool here = false;

		for (size_t k = 0; k < s->n_peers; k++)
			here = here || s->peers[k].member.id == node->id;
		if (here)
			continue;
		text_add(t, "%s%s", before, node->name);
		before = ", ";
	}
}

static void explain_waiting(const struct replica *s, struct text *t)
{
	const struct replica_fetch *f = &s->fetch;

	if (s->store.error[0]) {
		text_add(t, "%s", s->store.error);
	} else if (f->active && s->head.number >= f->number) {
		text_add(t, "its revisions part from those of %s, which it takes instead",
			 replica_name(s, f->source));
	} else if (f->active) {
		text_add(t, "waits for revisions from %s: has %llu, the newest is %llu",
			 replica_name(s, f->source), (unsigned long long)s->head.number,
			 (unsigned long long)s->wanted.number);
	} else if (!replica_view_suffice(s, replica_is_promised)) {
		text_add(t, "waits for the promise of ");
		list(s, t, replica_is_promised, false);
	} else {
		text_add(t, "waits until enough have revision %llu: not yet ",
			 (unsigned long long)s->wanted.number);
		list(s, t, replica_is_ready, false);
	}
}

static void explain_wait(const struct replica *s, struct text *t)
{
	text_add(t, "waits for ");
	missing(s, t);
	text_add(t, " or an operator's override (trireme override override)");
}

static void explain_view(const struct replica *s, uint64_t now, struct text *t)
{
	if (!s->decided) {
		text_add(t, "waits for the state of ");
		list(s, t, is_stated, false);
		text_add(t, " for %llu s", (unsigned long long)((now - s->since) / NSEC_PER_SEC));
	} else if (!replica_view_sure(s)) {
		text_add(t, "may have missed a change: ");
		explain_wait(s, t);
	} else {
		explain_waiting(s, t);
	}
}

static void explain_open(const struct replica *s, struct text *t)
{
	const struct replica_proposal *p = &s->proposal;

	text_add(t, "current: revision %llu, agreed by ", (unsigned long long)s->head.number);
	list(s, t, replica_is_ready, true);
	if (!replica_view_every(s, replica_is_ready)) {
		text_add(t, "; no change is possible until it has reached ");
		list(s, t, replica_is_ready, false);
	} else if (p->committed) {
		text_add(t, "; no change is possible until it is stored by ");
		list(s, t, has_ack, false);
	} else if (p->stage != REPLICA_NONE) {
		text_add(t, "; revision %llu is being made by %s",
			 (unsigned long long)p->revision.number, replica_name(s, p->proposer));
	} else if (replica_unconfirmed(&s->head)) {
		text_add(t, "; it waits to be confirmed");
	}
	if (s->term >> 32)
		text_add(t, "; an operator has overridden missing nodes %llu times",
			 (unsigned long long)(s->term >> 32));
}

const char *replica_explain(const struct replica *s, uint64_t now, char *buf, size_t size)
{
	struct text t;

	text_init(&t, buf, size);
	if (!s->n_peers) {
		text_add(&t, "not connected to corosync: reading only");
	} else if (!replica_view_verdict(s)) {
		text_add(&t, "waits for the quorum's verdict: reading only");
	} else if (!s->verdict.quorate) {
		text_add(&t, "no quorum: reading only");
		/* Then corosync has not seen both since it started (wait_for_all). */
		if (s->verdict.two_node) {
			text_add(&t, "; ");
			explain_wait(s, &t);
		}
	} else if (!replica_view_quorate(s)) {
		text_add(&t, "waits for the configuration service of more nodes");
	} else if (s->open && s->sent_ready && s->current) {
		explain_open(s, &t);
	} else {
		text_add(&t, "%s: ", s->current ? "current" : "not current");
		explain_view(s, now, &t);
	}
	return buf;
}
