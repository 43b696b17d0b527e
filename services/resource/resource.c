// SPDX-License-Identifier: GPL-2.0-or-later
#include "resource/resource.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock_io.h"

#define BACK_OFF_MAX_S 60
#define SETTLED_NS (60 * NSEC_PER_SEC) /* a failure after so long is the first one */

/* Whether a resource is to run here. */
enum wish {
	WISH_UNKNOWN, /* nobody has said yet what is owned */
	WISH_NO,
	WISH_YES,
};

void resources_init(struct resources *r, uint64_t now)
{
	memset(r, 0, sizeof(*r));
	r->silent_at = now + RESOURCE_SILENCE_NS;
}

uint64_t resource_back_off(uint32_t failures)
{
	uint64_t seconds = failures > 6 ? BACK_OFF_MAX_S : UINT64_C(1) << (failures - 1);

	return (seconds < BACK_OFF_MAX_S ? seconds : BACK_OFF_MAX_S) * NSEC_PER_SEC;
}

static enum wish wish(const struct resources *r, const struct resource *e)
{
	if (e->retired || r->leaving)
		return WISH_NO;
	if (!r->heard)
		return WISH_UNKNOWN;
	for (size_t i = 0; i < r->n_owned; i++)
		if (strcmp(r->owned[i], e->definition.group) == 0)
			return WISH_YES;
	return WISH_NO;
}

static void set_state(struct resource *e, enum resource_state state, uint64_t now)
{
	if (e->state == state)
		return;
	e->state = state;
	e->since = now;
	e->news = true;
}

static void set_words(struct resource *e, const char *words)
{
	if (strcmp(e->words, words) == 0)
		return;
	snprintf(e->words, sizeof(e->words), "%s", words);
	e->news = true;
}

static bool same_group(const struct resource *a, const struct resource *b)
{
	return strcmp(a->definition.group, b->definition.group) == 0;
}

static bool same_name(const struct resource *a, const struct resource *b)
{
	return same_group(a, b) && strcmp(a->definition.name, b->definition.name) == 0;
}

static bool given_up(const struct resource *e)
{
	return e->stops >= RESOURCE_STOPS_MAX;
}

/* Those before it run, and nothing of its name in its former form is left. */
static bool may_start(const struct resources *r, const struct resource *e)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct resource *o = &r->list[i];

		if (o == e || !same_group(o, e))
			continue;
		if (o->retired ? same_name(o, e)
			       : o->place < e->place && o->state != RESOURCE_RUNNING)
			return false;
	}
	return true;
}

/* Those behind it have stopped. */
static bool may_stop(const struct resources *r, const struct resource *e)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct resource *o = &r->list[i];

		if (o != e && same_group(o, e) && !o->retired && o->place > e->place &&
		    o->may_run && !given_up(o))
			return false;
	}
	return true;
}

/* When which operation is due, as things are; UINT64_MAX: none. */
static uint64_t due(const struct resources *r, const struct resource *e,
		    enum operation_type *ret_type)
{
	*ret_type = OPERATION_NONE;
	if (e->operation != OPERATION_NONE)
		return UINT64_MAX;
	switch (wish(r, e)) {
	case WISH_UNKNOWN:
		break;
	case WISH_NO:
		if (!e->may_run || given_up(e) || !(e->retired || may_stop(r, e)))
			break;
		*ret_type = OPERATION_STOP;
		return e->stop_at;
	case WISH_YES:
		if (e->state == RESOURCE_RUNNING) {
			*ret_type = OPERATION_MONITOR;
			return e->definition.interval_s ? e->at : UINT64_MAX;
		}
		if (e->dirty) {
			*ret_type = OPERATION_STOP;
			return e->stop_at;
		}
		*ret_type = OPERATION_START;
		return may_start(r, e) ? e->at : UINT64_MAX;
	}
	return UINT64_MAX;
}

static void begin(const struct resources *r, struct resource *e, enum operation_type type,
		  uint64_t now)
{
	e->operation = type;
	e->cancelled = false;
	if (type == OPERATION_START) {
		e->may_run = true;
		set_state(e, RESOURCE_STARTING, now);
	} else if (type == OPERATION_STOP && wish(r, e) == WISH_NO) {
		set_state(e, RESOURCE_STOPPING, now);
	}
}

static void forget_what_is_over(struct resources *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct resource *e = &r->list[i];
		bool over = e->retired && e->operation == OPERATION_NONE && !e->news &&
			    (!e->may_run || given_up(e));

		if (over)
			continue;
		if (kept != i)
			r->list[kept] = *e;
		kept++;
	}
	r->n = kept;
}

struct resource *resources_next(struct resources *r, uint64_t now)
{
	enum operation_type type;

	if (now >= r->silent_at) {
		r->heard = true;
		r->n_owned = 0;
		r->silent_at = UINT64_MAX;
	}
	forget_what_is_over(r);
	for (size_t i = 0; i < r->n; i++) {
		struct resource *e = &r->list[i];

		if (due(r, e, &type) > now)
			continue;
		begin(r, e, type, now);
		return e;
	}
	return NULL;
}

struct resource *resources_cancel(struct resources *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct resource *e = &r->list[i];

		if ((e->operation != OPERATION_START && e->operation != OPERATION_MONITOR) ||
		    e->cancelled || wish(r, e) != WISH_NO)
			continue;
		e->cancelled = true;
		return e;
	}
	return NULL;
}

static void has_failed(struct resource *e, const char *words, uint64_t now)
{
	if (e->state == RESOURCE_RUNNING && now - e->since >= SETTLED_NS)
		e->failures = 0;
	e->failures++;
	e->dirty = true;
	e->stops = 0;
	e->stop_at = now;
	e->at = now + resource_back_off(e->failures);
	set_words(e, words);
	set_state(e, RESOURCE_FAILED, now);
}

static void has_stopped(const struct resources *r, struct resource *e, uint64_t now)
{
	e->may_run = e->dirty = false;
	e->stops = 0;
	/* One that is started again is a failed one until then. */
	if (wish(r, e) == WISH_YES)
		return;
	e->failures = 0;
	e->at = now;
	set_words(e, "");
	set_state(e, RESOURCE_STOPPED, now);
}

static void has_not_stopped(struct resource *e, const char *words, uint64_t now)
{
	char text[OPERATION_TEXT_MAX];

	e->stops++;
	e->stop_at = now + resource_back_off(e->stops);
	if (given_up(e)) {
		/* Where it is wanted it is started once more: then it runs, at least. */
		e->dirty = false;
		e->at = e->stop_at;
		snprintf(text, sizeof(text), "it may run on: %.140s", words);
		words = text;
	}
	set_words(e, words);
	set_state(e, RESOURCE_FAILED, now);
}

static void is_running(struct resource *e, uint64_t now)
{
	e->stops = 0;
	e->at = now + e->definition.interval_s * NSEC_PER_SEC;
	set_words(e, "");
	set_state(e, RESOURCE_RUNNING, now);
}

static struct resource *find(struct resources *r, uint32_t number)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i].number == number)
			return &r->list[i];
	return NULL;
}

void resources_ended(struct resources *r, uint32_t number, int code, const char *words,
		     uint64_t now)
{
	struct resource *e = find(r, number);
	enum operation_type type;

	if (!e)
		return;
	type = e->operation;
	e->operation = OPERATION_NONE;
	if (type == OPERATION_STOP && code == 0)
		has_stopped(r, e, now);
	else if (type == OPERATION_STOP)
		has_not_stopped(e, words, now);
	else if (code == 0)
		is_running(e, now);
	else if (!e->cancelled)
		has_failed(e, words, now);
}

int resources_own(struct resources *r, const struct resource_owned *owned, uint64_t now)
{
	if (owned->version != RESOURCE_WIRE_VERSION || owned->n_groups > RESOURCE_WIRE_GROUPS_MAX)
		return -EPROTO;
	for (size_t i = 0; i < owned->n_groups; i++)
		if (!memchr(owned->groups[i], '\0', sizeof(owned->groups[i])))
			return -EPROTO;
	memcpy(r->owned, owned->groups, sizeof(r->owned));
	r->n_owned = owned->n_groups;
	r->heard = true;
	r->silent_at = now + RESOURCE_SILENCE_NS;
	return 0;
}

static void retire(struct resource *e, uint64_t now)
{
	e->retired = true;
	e->stops = 0;
	e->stop_at = now;
}

/* One that is configured just so. */
static struct resource *find_same(struct resources *r, const struct config_resource *definition)
{
	for (size_t i = 0; i < r->n; i++)
		if (!r->list[i].retired &&
		    memcmp(&r->list[i].definition, definition, sizeof(*definition)) == 0)
			return &r->list[i];
	return NULL;
}

static const struct config_resource *configured(const struct config *config,
						const struct config_resource *definition)
{
	for (size_t i = 0; config && i < config->n_resources; i++)
		if (memcmp(&config->resources[i], definition, sizeof(*definition)) == 0)
			return &config->resources[i];
	return NULL;
}

static int add(struct resources *r, const struct config_resource *definition, size_t place,
	       uint64_t now)
{
	struct resource *e;

	if (r->n == RESOURCES_MAX)
		return -ENOSPC;
	e = &r->list[r->n++];
	*e = (struct resource){.definition = *definition,
			       .number = ++r->last_number,
			       .place = place,
			       .may_run = !r->configured, /* of a former life */
			       .since = now,
			       .operation = OPERATION_NONE};
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct resource *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

int resources_configure(struct resources *r, const struct config *config, uint64_t now)
{
	int result = 0;

	for (size_t i = 0; i < r->n; i++)
		if (!r->list[i].retired && !configured(config, &r->list[i].definition))
			retire(&r->list[i], now);
	for (size_t i = 0; config && i < config->n_resources; i++) {
		struct resource *e = find_same(r, &config->resources[i]);

		if (e)
			e->place = i;
		else if (add(r, &config->resources[i], i, now) < 0)
			result = -ENOSPC;
	}
	qsort(r->list, r->n, sizeof(r->list[0]), by_place);
	r->configured = true;
	return result;
}

void resources_leave(struct resources *r)
{
	r->leaving = true;
}

bool resources_idle(const struct resources *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct resource *e = &r->list[i];

		if (e->operation != OPERATION_NONE || (e->may_run && !given_up(e)))
			return false;
	}
	return true;
}

uint64_t resources_deadline(const struct resources *r)
{
	uint64_t at = r->silent_at;

	for (size_t i = 0; i < r->n; i++) {
		enum operation_type type;
		uint64_t then = due(r, &r->list[i], &type);

		at = then < at ? then : at;
	}
	return at;
}

/* One in its former form is shown until the new one has begun. */
static bool is_shown(const struct resources *r, const struct resource *e)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct resource *o = &r->list[i];

		if (o == e || !same_name(o, e))
			continue;
		if (e->retired ? o->retired && o->number > e->number : o->retired)
			return false;
	}
	return true;
}

const struct resource *resources_shown(const struct resources *r, size_t i)
{
	for (size_t k = 0; k < r->n; k++)
		if (is_shown(r, &r->list[k]) && i-- == 0)
			return &r->list[k];
	return NULL;
}
