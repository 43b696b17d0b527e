// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Carries changes of the ring out on a real corosync, for test_ring_change.py:
 *
 *   ring_driver YANG NODE-ID FOLDER-OF-COROSYNC < commands
 *
 * Commands: `start DOCUMENT KEY` (what is in use), then `aim DOCUMENT KEY`, any number of times.
 * Prints what it does, a line each.
 */
#include <errno.h>
#include <limits.h>
#include <nettle/sha2.h>
#include <poll.h>
#include <qb/qbloop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/corosync_io.h"
#include "base/file_io.h"
#include "config/corosync_conf.h"
#include "config/ring_io.h"
#include "schema/schema.h"

#define LOOK_NS 200000000ULL
#define KEYS_MAX 8
#define KEY_MAX 4096

struct key {
	uint8_t digest[RING_KEY_SIZE];
	char *bytes;
	size_t size;
};

struct driver {
	const char *yang, *folder;
	uint32_t self;
	qb_loop_t *loop;
	struct cpg_io cpg;
	struct quorum_io quorum;
	struct corosync_io corosync;
	struct ring_io io;
	struct ring_change change;
	bool started;
	struct key keys[KEYS_MAX];
	size_t n_keys;
};

static struct key *read_key(struct driver *d, const char *path)
{
	struct key *key = &d->keys[d->n_keys];
	struct sha256_ctx hash;

	if (d->n_keys == KEYS_MAX || file_read(path, KEY_MAX, &key->bytes, &key->size) < 0)
		return NULL;
	sha256_init(&hash);
	sha256_update(&hash, key->size, (const uint8_t *)key->bytes);
	sha256_digest(&hash, sizeof(key->digest), key->digest);
	d->n_keys++;
	return key;
}

static int read_ring(struct driver *d, const char *document, const char *key_path,
		     struct ring *ret_ring)
{
	_cleanup_(config_freep) struct config *config = NULL;
	const struct key *key = read_key(d, key_path);
	struct schema_error error;
	int r = schema_load(d->yang, document, &config, &error);

	if (r < 0 || !key)
		return r < 0 ? r : -ENOENT;
	ring_of_config(config, key->digest, ret_ring);
	return 0;
}

static int write_files(struct driver *d, const struct ring *ring)
{
	char conf[COROSYNC_CONF_MAX], path[PATH_MAX];
	struct text text = TEXT_ON(conf);
	int r = -ENOKEY;

	snprintf(path, sizeof(path), "%s/authkey", d->folder);
	for (size_t i = 0; i < d->n_keys && r == -ENOKEY; i++) {
		if (memcmp(d->keys[i].digest, ring->crypto.key, RING_KEY_SIZE) == 0)
			r = file_write_atomic(path, d->keys[i].bytes, d->keys[i].size, 0400);
	}
	if (r == 0)
		r = corosync_conf(ring, &text);
	snprintf(path, sizeof(path), "%s/corosync.conf", d->folder);
	return r < 0 ? r : file_write_atomic(path, conf, text.used, 0644);
}

static void send_report(struct driver *d, const struct ring_report *report)
{
	uint8_t bytes[RING_WIRE_MAX];
	size_t size;

	if (ring_wire_encode(report, bytes, sizeof(bytes), &size) == 0 &&
	    cpg_io_send(&d->cpg, bytes, size) < 0)
		printf("not sent\n");
}

static void act(struct driver *d, const struct ring_action *action)
{
	switch (action->type) {
	case RING_ACTION_WRITE:
		printf("write links %x\n", action->ring->links);
		ring_change_written(&d->change, write_files(d, action->ring), clock_boot_ns());
		break;
	case RING_ACTION_RELOAD:
		printf("reload\n");
		ring_io_reload(&d->io);
		break;
	case RING_ACTION_SEND:
		send_report(d, &action->report);
		break;
	case RING_ACTION_DONE:
		printf("done\n");
		break;
	case RING_ACTION_FAILED:
		printf("failed: %s\n", action->report.reason);
		break;
	default:
		printf("leave\n");
	}
}

static void carry_out(struct driver *d)
{
	struct ring_action action;

	while (ring_change_action(&d->change, &action))
		act(d, &action);
	fflush(stdout);
}

static void on_seen(void *data, const struct ring_seen *seen)
{
	struct driver *d = data;

	ring_change_seen(&d->change, seen, clock_boot_ns());
	carry_out(d);
}

static void on_reloaded(void *data, int result)
{
	struct driver *d = data;

	ring_change_reloaded(&d->change, result, clock_boot_ns());
	carry_out(d);
}

static void on_timer(void *data)
{
	struct driver *d = data;

	if (d->started && ring_change_busy(&d->change)) {
		ring_io_look(&d->io, &d->change.file);
		ring_change_tick(&d->change, clock_boot_ns());
		carry_out(d);
	}
	qb_loop_timer_add(d->loop, QB_LOOP_MED, LOOK_NS, d, on_timer, NULL);
}

static void on_configuration(void *data, const struct ring_id *ring, uint32_t n_nodes,
			     const struct ring_member *members, size_t n_members)
{
	struct driver *d = data;
	uint32_t ids[RING_MEMBERS_MAX];

	(void)n_nodes;
	printf("view %llu:", (unsigned long long)ring->seq);
	for (size_t i = 0; i < n_members; i++) {
		ids[i] = members[i].id;
		printf(" %u", ids[i]);
	}
	printf("\n");
	ring_change_view(&d->change, ids, n_members, clock_boot_ns());
	carry_out(d);
}

static void on_message(void *data, uint32_t sender, const void *bytes, size_t size)
{
	struct driver *d = data;
	struct ring_report report;

	if (ring_wire_decode(bytes, size, &report) < 0)
		return;
	ring_change_report(&d->change, sender, &report, clock_boot_ns());
	carry_out(d);
}

static void on_nothing(void *data)
{
	(void)data;
}

static void on_lost(void *data)
{
	struct driver *d = data;

	printf("lost\n");
	qb_loop_stop(d->loop);
}

static void on_verdict(void *data, const struct ring_id *ring, bool quorate, uint32_t expected)
{
	(void)data;
	printf("ring %llu quorate %d of %u\n", (unsigned long long)ring->seq, quorate, expected);
	fflush(stdout);
}

static void on_connected(void *data, const struct corosync_connection *connection)
{
	struct driver *d = data;

	cpg_io_attach(&d->cpg, connection->cpg);
	quorum_io_attach(&d->quorum, connection->quorum, connection->expected_votes);
}

static void on_votes(void *data, const struct ring_id *ring, const struct quorum_votes *votes)
{
	(void)data;
	(void)ring;
	(void)votes;
}

static void aim(struct driver *d, const struct ring *ring)
{
	char why[200];
	struct text text = TEXT_ON(why);

	if (ring_change_aim(&d->change, ring, clock_boot_ns(), &text) < 0)
		printf("refused: %s\n", why);
	carry_out(d);
}

static int start(struct driver *d, const struct ring *ring)
{
	static const struct cpg_io_handler cpg = {
		.configuration = on_configuration,
		.message = on_message,
		.writable = on_nothing,
		.lost = on_lost,
	};
	static const struct quorum_io_handler quorum = {.verdict = on_verdict, .lost = on_lost};
	static const struct corosync_io_handler corosync = {.connected = on_connected,
							    .votes = on_votes};
	static const struct ring_io_handler io = {.seen = on_seen, .reloaded = on_reloaded};
	int r = write_files(d, ring);

	if (r < 0)
		return r;
	ring_change_init(&d->change, d->self, ring, ring);
	cpg_io_init(&d->cpg, d->loop, "ring-driver", &cpg, d);
	quorum_io_init(&d->quorum, d->loop, &quorum, d);
	r = ring_io_open(&d->io, d->loop, &io, d);
	if (r == 0)
		r = corosync_io_open(&d->corosync, d->loop, &d->cpg, &d->quorum, &corosync, d);
	d->started = r == 0;
	on_timer(d);
	return r;
}

static int32_t on_command(int32_t fd, int32_t revents, void *data)
{
	char line[2 * PATH_MAX], word[8], document[PATH_MAX], key[PATH_MAX];
	struct driver *d = data;
	struct ring ring;

	(void)fd;
	(void)revents;
	if (!fgets(line, sizeof(line), stdin) ||
	    sscanf(line, "%7s %4095s %4095s", word, document, key) != 3) {
		qb_loop_stop(d->loop);
		return -1;
	}
	if (read_ring(d, document, key, &ring) < 0)
		printf("refused: %s cannot be read\n", document);
	else if (strcmp(word, "aim") == 0)
		aim(d, &ring);
	else if (start(d, &ring) < 0)
		printf("refused: it cannot start\n");
	else
		printf("started\n");
	fflush(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	static struct driver d;

	/* As a unit test it has nothing to say. */
	if (argc == 1)
		return 0;
	if (argc != 4)
		return 2;
	d = (struct driver){.yang = argv[1],
			    .self = (uint32_t)atoi(argv[2]),
			    .folder = argv[3],
			    .loop = qb_loop_create()};
	/* One line at a time: what waits in stdio's buffer is not seen by poll(2). */
	setvbuf(stdin, NULL, _IONBF, 0);
	qb_loop_poll_add(d.loop, QB_LOOP_MED, 0, POLLIN, &d, on_command);
	qb_loop_run(d.loop);
	return 0;
}
