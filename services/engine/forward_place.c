// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/forward_place.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

enum kind {
	SERVICES,
	INSTANCES,
	REALS,
	KINDS,
};

/* What a number stands for, in the same form for all. */
struct key {
	uint32_t words[6];
};

enum state {
	FREE,
	HELD,
	GONE,
};

struct number {
	uint64_t gone_ns; /* GONE: since when */
	uint32_t next;	  /* of the same bucket: number + 1; 0: the last */
	uint8_t state;
	bool asked; /* since forward_place_begin() */
};

/* The numbers of one kind; those that are not free can be found by their keys. */
struct numbers {
	struct number *all;
	uint32_t *buckets; /* as many as numbers, a power of two; contents as number.next */
	uint32_t first, end;
	uint32_t cursor; /* where the last search for a free one has ended */
};

struct asked {
	uint32_t number;
	uint8_t kind;
	bool is_new;
};

struct forward_place {
	const struct forward_tables *tables;
	struct numbers numbers[KINDS];
	struct asked *asked; /* in their order; room for all numbers */
	uint32_t n_asked;
	uint32_t freed; /* numbers, by sweeps */
};

static_assert((FWD_SERVICES_MAX & (FWD_SERVICES_MAX - 1)) == 0 &&
		      (FWD_INSTANCES_MAX & (FWD_INSTANCES_MAX - 1)) == 0 &&
		      (FWD_REALS_MAX & (FWD_REALS_MAX - 1)) == 0,
	      "as many buckets as numbers");

static const uint32_t firsts[KINDS] = {0, 1, 1};
static const uint32_t ends[KINDS] = {FWD_SERVICES_MAX, FWD_INSTANCES_MAX, FWD_REALS_MAX};

static struct key service_key(uint64_t name)
{
	return (struct key){{(uint32_t)name, (uint32_t)(name >> 32)}};
}

static struct key instance_key(const struct forward_instance *i)
{
	return (struct key){{i->family | (uint32_t)i->protocol << 8 | (uint32_t)i->port << 16, 0,
			     i->address[0], i->address[1], i->address[2], i->address[3]}};
}

static struct key real_key(const struct forward_real *r)
{
	return (struct key){{r->family | (uint32_t)r->method << 8 | (uint32_t)r->port << 16,
			     r->service, r->address[0], r->address[1], r->address[2],
			     r->address[3]}};
}

static struct forward_instance read_instance(const struct fwd_instance *from)
{
	struct forward_instance to = {from->family, from->protocol, from->port, {0}};

	memcpy(to.address, from->address, sizeof(to.address));
	return to;
}

static struct forward_real read_real(const struct fwd_real *from)
{
	struct forward_real to = {
		from->flags & FWD_REAL_6 ? 6 : 4, from->method, from->port, from->service, {0}};

	memcpy(to.address, from->address, sizeof(to.address));
	return to;
}

static struct key key_of(const struct forward_tables *t, enum kind kind, uint32_t number)
{
	struct forward_instance instance;
	struct forward_real real;

	if (kind == SERVICES)
		return service_key(t->services[number].name);
	if (kind == INSTANCES) {
		instance = read_instance(&t->instances[number]);
		return instance_key(&instance);
	}
	real = read_real(&t->reals[number]);
	return real_key(&real);
}

static bool is_taken(const struct forward_tables *t, enum kind kind, uint32_t number)
{
	if (kind == SERVICES)
		return t->services[number].name;
	if (kind == INSTANCES)
		return t->instances[number].family;
	return t->reals[number].flags & (FWD_REAL_IN_USE | FWD_REAL_LEAVING);
}

static uint32_t *bucket_of(const struct numbers *n, const struct key *key)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < sizeof(key->words) / sizeof(key->words[0]); i++)
		hash = fwd_mix(key->words[i], hash);
	return &n->buckets[hash & (n->end - 1)];
}

static int find(const struct forward_place *place, enum kind kind, const struct key *key)
{
	const struct numbers *n = &place->numbers[kind];

	for (uint32_t at = *bucket_of(n, key); at; at = n->all[at - 1].next) {
		struct key other = key_of(place->tables, kind, at - 1);

		if (memcmp(&other, key, sizeof(other)) == 0)
			return (int)at - 1;
	}
	return -ENOENT;
}

static void enter(struct numbers *n, const struct key *key, uint32_t number)
{
	uint32_t *bucket = bucket_of(n, key);

	n->all[number].next = *bucket;
	*bucket = number + 1;
}

static void leave(struct numbers *n, const struct key *key, uint32_t number)
{
	uint32_t *at = bucket_of(n, key);

	while (*at != number + 1)
		at = &n->all[*at - 1].next;
	*at = n->all[number].next;
}

static int find_free(struct numbers *n)
{
	uint32_t size = n->end - n->first;

	for (uint32_t i = 0; i < size; i++) {
		uint32_t number = n->first + (n->cursor + i) % size;

		if (n->all[number].state == FREE) {
			n->cursor = (n->cursor + i + 1) % size;
			return (int)number;
		}
	}
	return -ENOSPC;
}

int forward_place_make(const struct forward_tables *tables, struct forward_place **ret_place)
{
	_cleanup_(forward_place_freep) struct forward_place *p = calloc(1, sizeof(*p));
	uint32_t total = 0;

	if (!p)
		return -ENOMEM;
	p->tables = tables;
	for (enum kind kind = 0; kind < KINDS; kind++) {
		struct numbers *n = &p->numbers[kind];

		n->first = firsts[kind];
		n->end = ends[kind];
		total += n->end;
		n->all = calloc(n->end, sizeof(*n->all));
		n->buckets = calloc(n->end, sizeof(*n->buckets));
		if (!n->all || !n->buckets)
			return -ENOMEM;
		for (uint32_t i = n->first; i < n->end; i++) {
			struct key key = key_of(tables, kind, i);

			if (!is_taken(tables, kind, i))
				continue;
			n->all[i].state = HELD;
			enter(n, &key, i);
		}
	}
	p->asked = calloc(total, sizeof(*p->asked));
	if (!p->asked)
		return -ENOMEM;
	*ret_place = take_ptr(p);
	return 0;
}

void forward_place_free(struct forward_place *place)
{
	if (!place)
		return;
	for (enum kind kind = 0; kind < KINDS; kind++) {
		free(place->numbers[kind].all);
		free(place->numbers[kind].buckets);
	}
	free(place->asked);
	free(place);
}

void forward_place_freep(struct forward_place **place)
{
	forward_place_free(*place);
}

void forward_place_begin(struct forward_place *place)
{
	for (enum kind kind = 0; kind < KINDS; kind++) {
		struct numbers *n = &place->numbers[kind];

		for (uint32_t i = n->first; i < n->end; i++)
			n->all[i].asked = false;
	}
	place->n_asked = 0;
}

/* No new flow names it from now on, once the packets of this moment are through. */
static void end_use(const struct forward_tables *t, enum kind kind, uint32_t number)
{
	if (kind == SERVICES) {
		t->services[number].n_ring = 0;
		t->services[number].n_list = 0;
	} else if (kind == INSTANCES) {
		t->instances[number].in_use = 0;
	} else {
		t->reals[number].flags = FWD_REAL_LEAVING | (t->reals[number].flags & FWD_REAL_6);
	}
}

void forward_place_end(struct forward_place *place, uint64_t now)
{
	for (enum kind kind = 0; kind < KINDS; kind++) {
		struct numbers *n = &place->numbers[kind];

		for (uint32_t i = n->first; i < n->end; i++) {
			if (n->all[i].state != HELD || n->all[i].asked)
				continue;
			end_use(place->tables, kind, i);
			n->all[i].state = GONE;
			n->all[i].gone_ns = now;
		}
	}
}

/* What a number has counted was another one's. */
static void reset_real(const struct forward_tables *t, uint32_t number)
{
	memset(&t->reals[number], 0, sizeof(t->reals[number]));
	memset(&t->loads[number], 0, sizeof(t->loads[number]));
	for (uint32_t cpu = 0; cpu < t->n_cpus; cpu++)
		memset(&t->counts[cpu * FWD_REALS_MAX + number], 0, sizeof(*t->counts));
}

static void release(struct forward_place *place, enum kind kind, uint32_t number)
{
	const struct forward_tables *t = place->tables;
	struct key key = key_of(t, kind, number);

	leave(&place->numbers[kind], &key, number);
	place->numbers[kind].all[number] = (struct number){.state = FREE};
	if (kind == SERVICES)
		memset(&t->services[number], 0, sizeof(t->services[number]));
	else if (kind == INSTANCES)
		memset(&t->instances[number], 0, sizeof(t->instances[number]));
	else
		reset_real(t, number);
}

/* A free number for the key, which the caller writes into the tables; or the one it has. */
static int ask(struct forward_place *place, enum kind kind, const struct key *key, bool *ret_is_new)
{
	struct numbers *n = &place->numbers[kind];
	int number = find(place, kind, key);

	*ret_is_new = number < 0;
	if (number >= 0 && n->all[number].asked)
		return -EEXIST;
	if (number < 0)
		number = find_free(n);
	if (number < 0)
		return number;
	if (*ret_is_new)
		enter(n, key, (uint32_t)number);
	n->all[number].state = HELD;
	n->all[number].asked = true;
	place->asked[place->n_asked++] =
		(struct asked){(uint32_t)number, (uint8_t)kind, *ret_is_new};
	return number;
}

int forward_place_service(struct forward_place *place, uint64_t name)
{
	struct key key = service_key(name);
	bool is_new;
	int number = ask(place, SERVICES, &key, &is_new);

	if (number >= 0 && is_new)
		place->tables->services[number].name = name;
	return number;
}

int forward_place_instance(struct forward_place *place, const struct forward_instance *instance)
{
	struct key key = instance_key(instance);
	struct fwd_instance *to;
	bool is_new;
	int number = ask(place, INSTANCES, &key, &is_new);

	if (number < 0 || !is_new)
		return number;
	to = &place->tables->instances[number];
	memcpy(to->address, instance->address, sizeof(to->address));
	to->port = instance->port;
	to->protocol = instance->protocol;
	__atomic_store_n(&to->family, instance->family, __ATOMIC_RELEASE);
	return number;
}

int forward_place_real(struct forward_place *place, const struct forward_real *real)
{
	struct key key = real_key(real);
	struct fwd_real *to;
	bool is_new;
	int number = ask(place, REALS, &key, &is_new);

	if (number < 0 || !is_new)
		return number;
	to = &place->tables->reals[number];
	memcpy(to->address, real->address, sizeof(to->address));
	to->port = real->port;
	to->service = real->service;
	to->method = real->method;
	__atomic_store_n(&to->flags, FWD_REAL_LEAVING | (real->family == 6 ? FWD_REAL_6 : 0),
			 __ATOMIC_RELEASE);
	return number;
}

uint32_t forward_place_mark(const struct forward_place *place)
{
	return place->n_asked;
}

void forward_place_undo(struct forward_place *place, uint32_t mark)
{
	while (place->n_asked > mark) {
		struct asked *a = &place->asked[--place->n_asked];

		if (a->is_new)
			release(place, a->kind, a->number);
		else
			place->numbers[a->kind].all[a->number].asked = false;
	}
}

int forward_place_find_service(const struct forward_place *place, uint64_t name)
{
	struct key key = service_key(name);

	return find(place, SERVICES, &key);
}

int forward_place_find_instance(const struct forward_place *place,
				const struct forward_instance *instance)
{
	struct key key = instance_key(instance);

	return find(place, INSTANCES, &key);
}

int forward_place_find_real(const struct forward_place *place, const struct forward_real *real)
{
	struct key key = real_key(real);

	return find(place, REALS, &key);
}

void forward_place_swept(struct forward_place *place, uint64_t began)
{
	for (enum kind kind = 0; kind < KINDS; kind++) {
		struct numbers *n = &place->numbers[kind];

		for (uint32_t i = n->first; i < n->end; i++)
			if (n->all[i].state == GONE &&
			    n->all[i].gone_ns + FORWARD_SETTLE_NS <= began) {
				release(place, kind, i);
				place->freed++;
			}
	}
}

uint32_t forward_place_freed(const struct forward_place *place)
{
	return place->freed;
}
