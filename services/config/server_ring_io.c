// SPDX-License-Identifier: GPL-2.0-or-later
/* The server's part in a change of the ring: carries out what ring_change.c wants. */
#include <errno.h>
#include <ifaddrs.h>
#include <qb/qblog.h>
#include <string.h>
#include <syslog.h>

#include "base/clock_io.h"
#include "base/cleanup.h"
#include "config/ring_keep_io.h"
#include "config/server.h"
#include "config/tree_io.h"
#include "proto/ring_wire.h"

/* corosync answers in its main thread, as it does everything. */
#define LOOK_NS (500 * NSEC_PER_MSEC)
#define ADDRESS_LOOK_NS (50 * NSEC_PER_MSEC)
/* For trireme-system to put the link's new address on its port. */
#define ADDRESS_WAIT_NS (5 * NSEC_PER_SEC)

static void carry_out(struct server *s);

/* What must stay in use besides the document is told to the services. */
static int keep(struct server *s)
{
	char buf[CORE_REPORT_MAX];
	struct text report = TEXT_ON(buf);
	int r = server_ring_keep(s, s->publication.config);

	if (r == 0)
		r = server_republish(s, &report);
	if (r < 0)
		qb_log(LOG_ERR, "the ring's addresses cannot be kept: %s",
		       report.used ? buf : strerror(-r));
	return r;
}

int server_ring_keep(const struct server *s, struct config *config)
{
	config->n_kept = 0;
	return ring_change_keep(&s->ring.change, config);
}

static bool has_address(const struct ifaddrs *list, in_addr_t address)
{
	for (const struct ifaddrs *i = list; i; i = i->ifa_next) {
		const struct sockaddr_in *in = (const void *)i->ifa_addr;

		if (in && in->sin_family == AF_INET && in->sin_addr.s_addr == address)
			return true;
	}
	return false;
}

/* corosync binds each link to its address. */
static bool has_addresses(const struct server *s, const struct ring *ring)
{
	const struct ring_node *self = ring_node_by_id(ring, s->publication.node->id);
	struct ifaddrs *list;
	bool all = true;

	if (!self || getifaddrs(&list) < 0)
		return false;
	for (unsigned int i = 0; i < RING_LINKS && all; i++) {
		if (ring->links & 1u << i)
			all = has_address(list, self->address[i].address);
	}
	freeifaddrs(list);
	return all;
}

static int write_files(struct server *s, const struct ring *ring)
{
	_cleanup_(ring_keys_clear) struct ring_keys keys = {0};
	int r = ring_keys_read(&s->core, &keys);

	if (r == 0)
		r = ring_kept_write(&s->core, TREE_RING, ring);
	return r < 0 ? r : ring_publish(&s->core, &keys, ring);
}

static void end_write(struct server *s, int result)
{
	s->ring.is_writing = false;
	if (result == 0)
		result = write_files(s, &s->ring.writing);
	if (result < 0)
		qb_log(LOG_ERR, "the ring's next step cannot be written: %s", strerror(-result));
	ring_change_written(&s->ring.change, result, clock_boot_ns());
}

static void try_write(struct server *s)
{
	if (has_addresses(s, &s->ring.writing))
		end_write(s, 0);
	else if (clock_boot_ns() - s->ring.write_since >= ADDRESS_WAIT_NS)
		end_write(s, -EADDRNOTAVAIL);
}

static void begin_write(struct server *s, const struct ring *ring)
{
	s->ring.writing = *ring;
	s->ring.is_writing = true;
	s->ring.write_since = clock_boot_ns();
	if (keep(s) < 0)
		end_write(s, -EIO);
	else
		try_write(s);
}

static void send_report(struct server *s, const struct ring_report *report)
{
	uint8_t bytes[RING_WIRE_MAX];
	size_t size;

	if (ring_wire_encode(report, bytes, sizeof(bytes), &size) == 0)
		cluster_send(&s->cluster, bytes, size);
}

/* As it is wanted, or for good as it was: then the keys of both stay, it is tried again at the next
 * start. */
static void end(struct server *s, const struct ring_report *report, bool done)
{
	_cleanup_(ring_keys_clear) struct ring_keys keys = {0};
	const struct ring *now = &s->ring.change.file;

	if (done)
		qb_log(LOG_NOTICE, "the ring is as configured");
	else
		qb_log(LOG_ERR, "the ring stays as it was: %s", report->reason);
	if (tree_remove(s->core.root, TREE_RING_BEFORE) < 0 ||
	    ring_keys_read(&s->core, &keys) < 0 ||
	    ring_keys_write(&s->core, &keys, now, &s->ring.wanted) < 0)
		qb_log(LOG_ERR, "the ring's files on /data cannot be tidied up");
	keep(s);
}

static void act(struct server *s, const struct ring_action *action)
{
	switch (action->type) {
	case RING_ACTION_WRITE:
		begin_write(s, action->ring);
		break;
	case RING_ACTION_RELOAD:
		ring_io_reload(&s->ring.io);
		break;
	case RING_ACTION_SEND:
		send_report(s, &action->report);
		break;
	case RING_ACTION_DONE:
	case RING_ACTION_FAILED:
		end(s, &action->report, action->type == RING_ACTION_DONE);
		break;
	case RING_ACTION_LEAVE:
		qb_log(LOG_ERR, "the configuration has this node no more: switch it off");
		break;
	case RING_ACTION_NONE:
		break;
	}
}

static void on_timer(void *data)
{
	struct server *s = data;

	s->ring.timer = 0;
	if (s->ring.is_writing)
		try_write(s);
	else
		ring_io_look(&s->ring.io, &s->ring.change.file);
	ring_change_tick(&s->ring.change, clock_boot_ns());
	carry_out(s);
}

/* After every event. */
static void carry_out(struct server *s)
{
	struct ring_action action;

	while (ring_change_action(&s->ring.change, &action))
		act(s, &action);
	if (s->ring.timer || !ring_change_busy(&s->ring.change))
		return;
	if (qb_loop_timer_add(s->loop, QB_LOOP_MED, s->ring.is_writing ? ADDRESS_LOOK_NS : LOOK_NS,
			      s, on_timer, &s->ring.timer) < 0)
		qb_log(LOG_ERR, "no timer: the ring's change does not go on");
}

static void on_seen(void *data, const struct ring_seen *seen)
{
	struct server *s = data;

	ring_change_seen(&s->ring.change, seen, clock_boot_ns());
	carry_out(s);
}

static void on_reloaded(void *data, int result)
{
	struct server *s = data;

	ring_change_reloaded(&s->ring.change, result, clock_boot_ns());
	carry_out(s);
}

static int start_thread(struct server *s)
{
	static const struct ring_io_handler handler = {.seen = on_seen, .reloaded = on_reloaded};
	int r = s->ring.has_thread ? 0 : ring_io_open(&s->ring.io, s->loop, &handler, s);

	s->ring.has_thread = s->ring.has_thread || r == 0;
	return r;
}

void server_ring_unblock(struct server *s)
{
	int r = start_thread(s);

	if (r == 0)
		ring_io_unblock(&s->ring.io);
	else
		qb_log(LOG_ERR, "corosync cannot be told to go on alone: %s", strerror(-r));
}

static void aim(struct server *s)
{
	char buf[RING_WIRE_REASON_MAX];
	struct text why = TEXT_ON(buf);
	int r = start_thread(s);

	if (r == 0)
		r = ring_change_aim(&s->ring.change, &s->ring.wanted, clock_boot_ns(), &why);
	if (r < 0)
		qb_log(LOG_ERR, "the ring stays as it is: %s", why.used ? buf : strerror(-r));
	carry_out(s);
}

void server_ring_view(struct server *s, const uint32_t *ids, size_t n)
{
	ring_change_view(&s->ring.change, ids, n, clock_boot_ns());
	carry_out(s);
}

bool server_ring_message(struct server *s, uint32_t sender, const void *bytes, size_t size)
{
	struct ring_report report;
	int r = ring_wire_decode(bytes, size, &report);

	if (r == -EPROTO)
		qb_log(LOG_WARNING, "node %u changes the ring in a way that is not known here",
		       sender);
	if (r < 0)
		return r == -EPROTO;
	/* Others change it, and wait for this node, which may have nothing to do. */
	if (!s->ring.change.aimed)
		aim(s);
	ring_change_report(&s->ring.change, sender, &report, clock_boot_ns());
	carry_out(s);
	return true;
}

int server_ring_check(const struct server *s, const struct config *config, struct text *why)
{
	static const uint8_t any_key[RING_KEY_SIZE];
	struct ring wanted;

	ring_of_config(config, any_key, &wanted);
	return ring_conflict(&s->ring.change.file, &wanted, why) ? -EADDRINUSE : 0;
}

/* Keys and the ring to go back to are on disk before the first step. */
static int prepare(struct server *s, const struct publication *publication,
		   const struct ring *wanted)
{
	_cleanup_(ring_keys_clear) struct ring_keys keys = {0};
	const struct ring *now = &s->ring.change.file;
	int r = ring_keys_read(&s->core, &keys);

	if (r == 0)
		r = ring_keys_add(&keys, publication->key, publication->key_size);
	if (r == 0)
		r = ring_keys_write(&s->core, &keys, now, wanted);
	if (r == 0 && !tree_exists(s->core.root, TREE_RING_BEFORE))
		r = ring_kept_write(&s->core, TREE_RING_BEFORE, now);
	return r < 0 ? r : ring_kept_write(&s->core, TREE_RING_WANTED, wanted);
}

void server_ring_follow(struct server *s, const struct publication *publication)
{
	struct ring wanted;
	int r;

	publication_ring(publication, &wanted);
	if (ring_digest(&wanted) == ring_digest(&s->ring.wanted))
		return;
	r = prepare(s, publication, &wanted);
	if (r < 0) {
		qb_log(LOG_ERR, "the ring stays as it is: %s", strerror(-r));
		return;
	}
	s->ring.wanted = wanted;
	aim(s);
}

void server_ring_describe(const struct server *s, struct text *text)
{
	if (s->ring.change.aimed)
		ring_change_describe(&s->ring.change, text);
}

bool server_ring_failed(const struct server *s)
{
	return s->ring.change.aimed && s->ring.change.back;
}

int server_ring_open(struct server *s, struct text *report)
{
	struct ring file, before;
	int r = ring_kept_read(&s->core, TREE_RING, &file);

	if (r == 0)
		r = ring_kept_read(&s->core, TREE_RING_WANTED, &s->ring.wanted);
	if (r < 0) {
		text_add(report, "%s and %s, which trireme-config load writes: %s\n", TREE_RING,
			 TREE_RING_WANTED, strerror(-r));
		return r;
	}
	if (ring_kept_read(&s->core, TREE_RING_BEFORE, &before) < 0)
		before = file;
	ring_change_init(&s->ring.change, s->publication.node->id, &file, &before);
	return 0;
}

void server_ring_start(struct server *s)
{
	if (ring_digest(&s->ring.change.file) != ring_digest(&s->ring.wanted))
		aim(s);
}
