// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/confirm.h"

#include "base/clock_io.h"

static bool waits(const struct revision *r)
{
	return (r->kind == REVISION_CHANGE || r->kind == REVISION_ROLLBACK) && r->confirm_s;
}

unsigned int confirm_applied(struct confirm *c, const struct revision *revision,
			     uint32_t remaining_s, uint64_t now)
{
	uint64_t deadline = now + remaining_s * NSEC_PER_SEC;
	bool kept =
		c->reverted && revision->kind == REVISION_CONFIRM && revision->refers == c->pending;

	if (!waits(revision)) {
		*c = (struct confirm){0};
		return kept ? CONFIRM_OVERRULED : 0;
	}
	if (c->pending == revision->number && c->deadline <= deadline)
		return 0;
	*c = (struct confirm){.pending = revision->number,
			      .deadline = deadline,
			      .propose_at = deadline,
			      .next_save = now + CONFIRM_SAVE_NS};
	return CONFIRM_SAVE_REMAINING;
}

static unsigned int expired(struct confirm *c, bool quorate, uint64_t now)
{
	unsigned int actions = 0;

	if (now >= c->propose_at) {
		c->propose_at = now + (quorate ? CONFIRM_RETRY_NS : CONFIRM_VERDICT_NS);
		if (quorate && !c->fall_back_at)
			c->fall_back_at = now + CONFIRM_VERDICT_NS;
		actions |= quorate ? CONFIRM_PROPOSE_REVERT : 0;
	}
	if (!c->reverted && (!quorate || now >= c->fall_back_at)) {
		c->reverted = true;
		actions |= CONFIRM_REVERT_LOCALLY;
	}
	return actions;
}

unsigned int confirm_tick(struct confirm *c, bool quorate, uint64_t now)
{
	unsigned int actions = 0;

	if (!c->pending)
		return 0;
	if (now >= c->next_save && c->next_save <= c->deadline) {
		c->next_save = now + CONFIRM_SAVE_NS;
		actions |= CONFIRM_SAVE_REMAINING;
	}
	if (now >= c->deadline)
		actions |= expired(c, quorate, now);
	return actions;
}

uint64_t confirm_deadline(const struct confirm *c)
{
	uint64_t at = c->propose_at;

	if (!c->pending)
		return UINT64_MAX;
	if (c->fall_back_at && !c->reverted && c->fall_back_at < at)
		at = c->fall_back_at;
	return c->next_save <= c->deadline && c->next_save < at ? c->next_save : at;
}

uint32_t confirm_remaining(const struct confirm *c, uint64_t now)
{
	if (!c->pending || now >= c->deadline)
		return 0;
	return (uint32_t)((c->deadline - now + NSEC_PER_SEC - 1) / NSEC_PER_SEC);
}
