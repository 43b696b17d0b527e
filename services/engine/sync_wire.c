// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/sync_wire.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "proto/wire_cursor.h"

#define HEAD_SIZE 4
#define HELLO_SIZE (HEAD_SIZE + 8 * 8 + 1)
#define IPV6_FLAG 1
#define FULL_NAT_FLAG 2
#define LACKS_FLAG 1
#define BACKUP_FLAG 2

static_assert(HELLO_SIZE <= SYNC_PLAIN_MAX, "a hello fits");
static_assert(HEAD_SIZE + SYNC_ASK_MAX * 8 <= SYNC_PLAIN_MAX, "an ask fits");

static void put_head(struct wire_cursor *c, enum sync_kind kind, size_t n)
{
	wire_put(c, SYNC_WIRE_VERSION, 1);
	wire_put(c, kind, 1);
	wire_put(c, n, 2);
}

size_t sync_wire_hello(const struct sync_hello *hello, uint8_t *bytes)
{
	struct wire_cursor c = {.out = bytes, .size = SYNC_PLAIN_MAX};

	put_head(&c, SYNC_HELLO, 0);
	wire_put(&c, hello->challenge, 8);
	wire_put(&c, hello->echo, 8);
	wire_put(&c, hello->heard, 8);
	wire_put(&c, hello->next, 8);
	wire_put(&c, hello->full_first, 8);
	wire_put(&c, hello->full_end, 8);
	wire_put(&c, hello->from, 8);
	wire_put(&c, hello->ack, 8);
	wire_put(&c, (hello->lacks ? LACKS_FLAG : 0) | (hello->backup ? BACKUP_FLAG : 0), 1);
	return c.at;
}

size_t sync_wire_ask(const struct sync_ask *ask, uint8_t *bytes)
{
	struct wire_cursor c = {.out = bytes, .size = SYNC_PLAIN_MAX};

	put_head(&c, SYNC_ASK, ask->n);
	for (size_t i = 0; i < ask->n; i++)
		wire_put(&c, ask->sequences[i], 8);
	return c.at;
}

void sync_wire_begin(struct sync_batch *batch)
{
	batch->size = SYNC_DATA_SIZE;
	batch->n = 0;
}

static size_t address_size(uint8_t family)
{
	return family == 6 ? 16 : 4;
}

bool sync_wire_add(struct sync_batch *batch, const struct sync_record *record)
{
	struct wire_cursor c = {.out = batch->bytes, .size = SYNC_PLAIN_MAX, .at = batch->size};
	size_t size = address_size(record->family);

	wire_put(&c, (record->family == 6 ? IPV6_FLAG : 0) | (record->full_nat ? FULL_NAT_FLAG : 0),
		 1);
	wire_put(&c, record->protocol, 1);
	wire_put(&c, record->state, 1);
	wire_put(&c, 0, 1);
	wire_put(&c, record->age_ms, 4);
	wire_put_bytes(&c, &record->client_port, 2);
	wire_put_bytes(&c, &record->virtual_port, 2);
	wire_put_bytes(&c, &record->real_port, 2);
	wire_put_bytes(&c, record->client, size);
	wire_put_bytes(&c, record->real, size);
	if (record->state == FWD_PERSISTENT)
		wire_put(&c, record->service, 8);
	else
		wire_put_bytes(&c, record->virtual, size);
	if (record->full_nat) {
		wire_put_bytes(&c, &record->inside_port, 2);
		wire_put_bytes(&c, record->inside, size);
	}
	if (c.failed)
		return false;
	batch->size = c.at;
	batch->n++;
	return true;
}

void sync_wire_end(struct sync_batch *batch, uint64_t sequence, uint64_t group, uint64_t epoch)
{
	struct wire_cursor c = {.out = batch->bytes, .size = SYNC_DATA_SIZE};

	put_head(&c, SYNC_DATA, batch->n);
	wire_put(&c, sequence, 8);
	wire_put(&c, group, 8);
	wire_put(&c, epoch, 8);
}

static bool hello_is_sound(const struct sync_hello *h)
{
	if (h->from > h->ack)
		return false;
	return h->full_end == 0 || (h->full_first <= h->full_end && h->full_end <= h->next);
}

static int get_hello(struct wire_cursor *c, struct sync_hello *h)
{
	uint64_t flags;

	h->challenge = wire_get(c, 8);
	h->echo = wire_get(c, 8);
	h->heard = wire_get(c, 8);
	h->next = wire_get(c, 8);
	h->full_first = wire_get(c, 8);
	h->full_end = wire_get(c, 8);
	h->from = wire_get(c, 8);
	h->ack = wire_get(c, 8);
	flags = wire_get(c, 1);
	h->lacks = flags & LACKS_FLAG;
	h->backup = flags & BACKUP_FLAG;
	return flags <= (LACKS_FLAG | BACKUP_FLAG) && hello_is_sound(h) ? 0 : -EBADMSG;
}

static bool is_zero(const __be32 address[4])
{
	return (address[0] | address[1] | address[2] | address[3]) == 0;
}

static bool flow_is_sound(const struct sync_record *r)
{
	if (is_zero(r->client) || !r->client_port || is_zero(r->virtual) || !r->virtual_port)
		return false;
	if (r->full_nat && (is_zero(r->inside) || !r->inside_port))
		return false;
	if (r->protocol == IPPROTO_UDP)
		return r->state == FWD_UDP;
	if (r->protocol != IPPROTO_TCP)
		return false;
	switch (r->state) {
	case FWD_ESTABLISHED:
	case FWD_FIN_CLIENT:
	case FWD_FIN_REAL:
	case FWD_TIME_WAIT:
	case FWD_CLOSE:
		return true;
	default:
		return false;
	}
}

/* Of its client the mask may leave nothing. */
static bool template_is_sound(const struct sync_record *r)
{
	return r->protocol == 0 && r->virtual_port == 0 && r->service != 0 && !r->full_nat;
}

static bool record_is_sound(const struct sync_record *r)
{
	if (r->age_ms > SYNC_AGE_MAX_MS || is_zero(r->real))
		return false;
	return r->state == FWD_PERSISTENT ? template_is_sound(r) : flow_is_sound(r);
}

static int get_record(struct wire_cursor *c, struct sync_record *r)
{
	uint64_t flags = wire_get(c, 1), rest;
	size_t size;

	*r = (struct sync_record){.family = flags & IPV6_FLAG ? 6 : 4,
				  .full_nat = flags & FULL_NAT_FLAG};
	size = address_size(r->family);
	r->protocol = (uint8_t)wire_get(c, 1);
	r->state = (uint8_t)wire_get(c, 1);
	rest = wire_get(c, 1);
	r->age_ms = (uint32_t)wire_get(c, 4);
	wire_get_bytes(c, &r->client_port, 2);
	wire_get_bytes(c, &r->virtual_port, 2);
	wire_get_bytes(c, &r->real_port, 2);
	wire_get_bytes(c, r->client, size);
	wire_get_bytes(c, r->real, size);
	if (r->state == FWD_PERSISTENT)
		r->service = wire_get(c, 8);
	else
		wire_get_bytes(c, r->virtual, size);
	if (r->full_nat) {
		wire_get_bytes(c, &r->inside_port, 2);
		wire_get_bytes(c, r->inside, size);
	}
	if (c->failed || flags > (IPV6_FLAG | FULL_NAT_FLAG) || rest != 0)
		return -EBADMSG;
	return record_is_sound(r) ? 0 : -EBADMSG;
}

static int get_data(struct wire_cursor *c, size_t n, struct sync_data *d)
{
	int r = 0;

	if (n > SYNC_RECORDS_MAX)
		return -EBADMSG;
	d->sequence = wire_get(c, 8);
	d->group = wire_get(c, 8);
	d->epoch = wire_get(c, 8);
	d->n = n;
	if (!d->sequence || !d->group || !d->epoch)
		return -EBADMSG;
	for (size_t i = 0; i < n && r == 0; i++)
		r = get_record(c, &d->records[i]);
	return r;
}

static int get_ask(struct wire_cursor *c, size_t n, struct sync_ask *ask)
{
	if (n == 0 || n > SYNC_ASK_MAX)
		return -EBADMSG;
	ask->n = n;
	for (size_t i = 0; i < n; i++)
		ask->sequences[i] = wire_get(c, 8);
	return 0;
}

static int get_body(struct wire_cursor *c, uint64_t kind, size_t n, struct sync_message *m)
{
	switch (kind) {
	case SYNC_HELLO:
		m->kind = SYNC_HELLO;
		return n == 0 ? get_hello(c, &m->hello) : -EBADMSG;
	case SYNC_DATA:
		m->kind = SYNC_DATA;
		return get_data(c, n, &m->data);
	case SYNC_ASK:
		m->kind = SYNC_ASK;
		return get_ask(c, n, &m->ask);
	default:
		return -EBADMSG;
	}
}

int sync_wire_parse(const void *bytes, size_t size, struct sync_message *ret_message)
{
	struct wire_cursor c = {.in = bytes, .size = size};
	uint64_t version = wire_get(&c, 1), kind = wire_get(&c, 1), n = wire_get(&c, 2);
	int r;

	if (c.failed || size > SYNC_PLAIN_MAX)
		return -EBADMSG;
	if (version != SYNC_WIRE_VERSION)
		return -EPROTO;
	r = get_body(&c, kind, n, ret_message);
	return r == 0 && (c.failed || c.at != size) ? -EBADMSG : r;
}
