// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The group, the queue and the votes on a real corosync. Without arguments: there is none, and the
 * loop goes on. With MEMBERS COUNT, for test_corosync_lab.py: joins a group of so many members,
 * sends COUNT messages as fast as it can, and when it has those of all members prints one line:
 * hash of their order, how often the queue was full, the longest turn of the loop, the votes.
 */
#include <errno.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock_io.h"
#include "base/corosync_io.h"
#include "base/cpg_queue_io.h"
#include "base/hash.h"

#define TICK_NS (5 * NSEC_PER_MSEC)
#define ALONE_NS (300 * NSEC_PER_MSEC)
#define NODES_MAX 17

struct message {
	uint32_t number;
	uint8_t filler[CPG_MESSAGE_MAX - sizeof(uint32_t)];
};

static struct member {
	qb_loop_t *loop;
	struct cpg_io cpg;
	struct cpg_queue queue;
	struct quorum_io quorum;
	struct corosync_io corosync;
	size_t members;
	uint32_t count, sent, full;
	bool complete; /* the group has been so once */
	uint32_t received[NODES_MAX];
	uint64_t hash, started, ticked, longest;
	struct quorum_votes votes;
	int result;
} member;

static void fail(const char *what)
{
	fprintf(stderr, "failed: %s\n", what);
	member.result = EXIT_FAILURE;
	qb_loop_stop(member.loop);
}

static void send_more(void)
{
	static struct message message;
	int r = 0;

	while (member.complete && member.sent < member.count && r == 0) {
		message.number = member.sent;
		r = cpg_queue_send(&member.queue, &member.cpg, &message, sizeof(message));
		member.sent += r == 0;
		member.full += r == -EAGAIN;
	}
	if (r < 0 && r != -EAGAIN)
		fail(strerror(-r));
}

static void report_when_done(void)
{
	size_t members = 0;

	for (size_t i = 0; i < NODES_MAX; i++)
		members += member.received[i] == member.count;
	if (members < member.members || member.votes.n_nodes < member.members)
		return;
	printf("{\"hash\": %llu, \"full\": %u, \"longest_ms\": %llu, ",
	       (unsigned long long)member.hash, member.full,
	       (unsigned long long)(member.longest / NSEC_PER_MSEC));
	printf("\"expected\": %u, \"total\": %u, \"quorum\": %u, \"device\": %d, \"votes\": {",
	       member.votes.expected, member.votes.total, member.votes.quorum, member.votes.device);
	for (size_t i = 0; i < member.votes.n_nodes; i++)
		printf("%s\"%u\": %u", i ? ", " : "", member.votes.nodes[i].id,
		       member.votes.nodes[i].votes);
	puts("}}");
	qb_loop_stop(member.loop);
}

static void on_configuration(void *data, const struct ring_id *ring, uint32_t n_nodes,
			     const struct ring_member *members, size_t n_members)
{
	(void)data;
	(void)members;
	fprintf(stderr, "ring %llu of %u nodes, %zu members; sent %u\n",
		(unsigned long long)ring->seq, n_nodes, n_members, member.sent);
	if (n_nodes >= member.members && n_members == member.members)
		member.complete = true;
	send_more();
}

static void on_message(void *data, uint32_t sender, const void *bytes, size_t size)
{
	uint32_t order[2] = {sender, 0};

	(void)data;
	if (size != sizeof(struct message) || sender >= NODES_MAX) {
		fail("a message of another size or sender");
		return;
	}
	memcpy(&order[1], bytes, sizeof(order[1]));
	if (order[1] != member.received[sender]) {
		fprintf(stderr, "message %u of node %u instead of %u\n", order[1], sender,
			member.received[sender]);
		fail("a message is missing, or comes twice");
	}
	member.received[sender]++;
	member.hash = hash_add(member.hash, order, sizeof(order));
	report_when_done();
}

static void on_writable(void *data)
{
	(void)data;
	cpg_queue_flush(&member.queue, &member.cpg);
	send_more();
}

static void on_lost(void *data)
{
	(void)data;
	fail("the connection is lost");
}

static void on_verdict(void *data, const struct ring_id *ring, bool quorate, uint32_t expected)
{
	(void)data;
	(void)ring;
	(void)quorate;
	(void)expected;
	corosync_io_ask_votes(&member.corosync);
}

static void on_votes(void *data, const struct ring_id *ring, const struct quorum_votes *votes)
{
	(void)data;
	(void)ring;
	member.votes = *votes;
	report_when_done();
}

static void on_connected(void *data, const struct corosync_connection *c)
{
	(void)data;
	if (member.members == 0)
		fail("there is a corosync");
	else if (cpg_io_attach(&member.cpg, c->cpg) < 0 ||
		 quorum_io_attach(&member.quorum, c->quorum, c->expected_votes) < 0)
		fail("the connection cannot be attached");
}

static void on_tick(void *data)
{
	uint64_t now = clock_boot_ns();
	qb_loop_timer_handle timer;

	(void)data;
	if (member.ticked && now - member.ticked > member.longest)
		member.longest = now - member.ticked;
	member.ticked = now;
	if (member.members == 0 && now > member.started + ALONE_NS)
		qb_loop_stop(member.loop);
	else if (qb_loop_timer_add(member.loop, QB_LOOP_HIGH, TICK_NS, NULL, on_tick, &timer) < 0)
		fail("no timer");
}

int main(int argc, char **argv)
{
	static const struct cpg_io_handler cpg = {on_configuration, on_message, on_writable,
						  on_lost};
	static const struct quorum_io_handler quorum = {on_verdict, on_lost};
	static const struct corosync_io_handler corosync = {.connected = on_connected,
							    .votes = on_votes};

	if (argc == 3) {
		member.members = strtoul(argv[1], NULL, 10);
		member.count = (uint32_t)strtoul(argv[2], NULL, 10);
	}
	member.hash = HASH_START;
	member.loop = qb_loop_create();
	member.started = clock_boot_ns();
	cpg_io_init(&member.cpg, member.loop, "trireme-test", &cpg, NULL);
	quorum_io_init(&member.quorum, member.loop, &quorum, NULL);
	if (corosync_io_open(&member.corosync, member.loop, &member.cpg, &member.quorum, &corosync,
			     NULL) < 0)
		return EXIT_FAILURE;
	on_tick(NULL);
	qb_loop_run(member.loop);
	return member.result;
}
