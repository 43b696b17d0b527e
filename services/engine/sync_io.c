// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/sync_io.h"

#include <errno.h>
#include <linux/pkt_sched.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>
#include <qb/qblog.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/file_io.h"
#include "base/poke_io.h"

#define PRIVATE "eth1"
#define DSCP_CS1 0x20 /* behind what has no mark at all (RFC 3662) */
#define SEND_BUFFER (256 << 10)
#define RECEIVE_BUFFER (1 << 20)
/* Not sooner, so that the loop is not busy with its timers. */
#define WAIT_MIN_NS NSEC_PER_MSEC

static void on_timer(void *data);

static void arm(struct sync_io *io, uint64_t now)
{
	uint64_t due = sync_due(&io->sync), wait;

	if (due < now + WAIT_MIN_NS)
		due = now + WAIT_MIN_NS;
	/* One that ends early finds nothing to do and is set again. */
	if (io->timer && io->due <= due)
		return;
	if (io->timer)
		qb_loop_timer_del(io->loop, io->timer);
	io->timer = 0;
	io->due = due;
	wait = due - now;
	if (qb_loop_timer_add(io->loop, QB_LOOP_LOW, wait, io, on_timer, &io->timer) < 0)
		qb_log(LOG_ERR, "no timer; other routers do not hear of connections");
}

static void tell(struct sync_io *io, bool synchronised)
{
	if (synchronised == io->synchronised)
		return;
	io->synchronised = synchronised;
	qb_log(LOG_INFO, "connections are %ssynchronised with the other routers",
	       synchronised ? "" : "not ");
	if (io->changed)
		io->changed(io->data);
}

static void turn(struct sync_io *io)
{
	uint64_t now = clock_boot_ns();

	sync_turn(&io->sync, now);
	arm(io, now);
	tell(io, sync_is_synchronised(&io->sync, now));
}

static void on_timer(void *data)
{
	struct sync_io *io = data;

	io->timer = 0;
	turn(io);
}

static bool on_send(void *data, size_t peer, const uint8_t *plain, size_t size)
{
	struct sync_io *io = data;
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(SYNC_PORT),
				       .sin_addr.s_addr = io->peers[peer].address};
	uint8_t bytes[SYNC_DATAGRAM_MAX];
	int n = sync_crypt_seal(&io->own, io->node, ++io->counter, plain, size, bytes);

	if (n >= 0 && sendto(io->fd, bytes, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL,
			     (const struct sockaddr *)&to, sizeof(to)) == n)
		return true;
	io->unsent++;
	return false;
}

static uint64_t on_random(void *data)
{
	uint64_t random;

	(void)data;
	/* The library has had random numbers before, else nothing were open. */
	return sync_crypt_random(&random) == 0 ? random : 1;
}

static int peer_by_address(const struct sync_io *io, const struct sockaddr_in *from)
{
	for (size_t i = 0; i < io->sync.n_peers; i++) {
		if (io->peers[i].address == from->sin_addr.s_addr &&
		    from->sin_port == htons(SYNC_PORT))
			return (int)i;
	}
	return -ENOENT;
}

static void note_wrong(struct sync_io_peer *peer)
{
	peer->wrong++;
	if (!peer->wrong_logged)
		qb_log(LOG_WARNING, "node %u tells of connections under another key: not taken",
		       peer->node);
	peer->wrong_logged = true;
}

/* The size of what was sealed. candidate: the seal of a stream that is not listened to yet. */
static int unseal(struct sync_io *io, struct sync_io_peer *peer, const struct sync_head *head,
		  const uint8_t *bytes, size_t size, struct sync_seal *candidate, uint8_t *plain)
{
	int r;

	if (peer->seal.cipher && memcmp(peer->seal.stream, head->stream, sizeof(head->stream)) == 0)
		return sync_crypt_unseal(&peer->seal, bytes, size, plain);
	r = sync_crypt_open(candidate, &io->secret, head->stream);
	return r < 0 ? r : sync_crypt_unseal(candidate, bytes, size, plain);
}

static void take(struct sync_io *io, size_t index, const uint8_t *bytes, size_t size)
{
	struct sync_io_peer *peer = &io->peers[index];
	_cleanup_(sync_crypt_close) struct sync_seal candidate = {0};
	uint8_t plain[SYNC_PLAIN_MAX];
	struct sync_head head;
	uint64_t stream;
	int n;

	if (sync_crypt_head(bytes, size, &head) < 0 || head.node != peer->node) {
		io->foreign++;
		return;
	}
	n = unseal(io, peer, &head, bytes, size, &candidate, plain);
	if (n < 0) {
		note_wrong(peer);
		return;
	}
	peer->wrong_logged = false;
	stream = sync_crypt_stream_id(head.stream);
	sync_heard(&io->sync, index, stream, head.counter, plain, (size_t)n, clock_boot_ns());
	if (candidate.cipher && io->sync.peers[index].stream == stream) {
		sync_crypt_close(&peer->seal);
		peer->seal = candidate;
		candidate.cipher = NULL;
	}
}

static int32_t on_readable(int32_t fd, int32_t revents, void *data)
{
	struct sync_io *io = data;

	(void)revents;
	for (int i = 0; i < SYNC_IO_BATCH; i++) {
		uint8_t bytes[SYNC_DATAGRAM_MAX + 1];
		struct sockaddr_in from;
		socklen_t length = sizeof(from);
		ssize_t n = recvfrom(fd, bytes, sizeof(bytes), MSG_DONTWAIT,
				     (struct sockaddr *)&from, &length);
		int peer;

		/* An error of an earlier datagram (ICMP) is read by this and over. */
		if (n < 0)
			break;
		peer = length == sizeof(from) ? peer_by_address(io, &from) : -ENOENT;
		if (peer < 0)
			io->foreign++;
		else
			take(io, (size_t)peer, bytes, (size_t)n);
	}
	turn(io);
	return 0;
}

static int32_t on_poke(int32_t fd, int32_t revents, void *data)
{
	struct sync_io *io = data;
	uint64_t now = clock_boot_ns();

	(void)revents;
	poke_io_take(fd);
	if (io->fd >= 0) {
		sync_hurry(&io->sync, now);
		arm(io, now);
	}
	if (io->poked)
		io->poked(io->poked_data);
	return 0;
}

void sync_io_listen(struct sync_io *io, const char *path)
{
	int fd, r;

	if (!io->made)
		return;
	fd = poke_io_listen(path);
	r = fd < 0 ? fd : qb_loop_poll_add(io->loop, QB_LOOP_HIGH, fd, POLLIN, io, on_poke);
	if (r == 0) {
		io->poke_fd = fd;
		return;
	}
	closep(&fd);
	qb_log(LOG_WARNING, "%s: %s; the last connections of an ownership are told later", path,
	       strerror(-r));
}

/* What the socket is without is no reason to be without the socket. */
static void set_options(int fd)
{
	const int tos = DSCP_CS1, priority = TC_PRIO_BULK, out = SEND_BUFFER, in = RECEIVE_BUFFER;
	const int yes = 1;

	/* The type of service sets a priority: ours comes after it. */
	setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &priority, sizeof(priority));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &out, sizeof(out));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &in, sizeof(in)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &in, sizeof(in));
	/* The address may come later. */
	setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &yes, sizeof(yes));
}

static int open_socket(struct sync_io *io)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const struct sockaddr_in own = {.sin_family = AF_INET,
					.sin_port = htons(SYNC_PORT),
					.sin_addr.s_addr = io->address};
	int r;

	if (fd < 0)
		return -errno;
	set_options(fd);
	if (bind(fd, (const struct sockaddr *)&own, sizeof(own)) < 0)
		return -errno;
	r = qb_loop_poll_add(io->loop, QB_LOOP_LOW, fd, POLLIN, io, on_readable);
	if (r == 0)
		io->fd = take_fd(&fd);
	return r;
}

static void close_socket(struct sync_io *io)
{
	if (io->timer)
		qb_loop_timer_del(io->loop, io->timer);
	io->timer = 0;
	if (io->fd < 0)
		return;
	qb_loop_poll_del(io->loop, io->fd);
	close(io->fd);
	io->fd = -1;
	tell(io, false);
}

/* A stream of our own, and nobody is listened to: under another key all begins anew. */
static int begin_stream(struct sync_io *io)
{
	uint8_t stream[SYNC_STREAM_SIZE];
	int r = sync_crypt_new_stream(stream);

	if (r == 0)
		r = sync_crypt_open(&io->own, &io->secret, stream);
	if (r < 0)
		return r;
	io->counter = 0;
	for (size_t i = 0; i < SYNC_PEERS_MAX; i++)
		sync_crypt_close(&io->peers[i].seal);
	sync_restart(&io->sync, sync_crypt_stream_id(stream));
	return 0;
}

/* The file's key, if it is another one than we have. */
static int read_key(struct sync_io *io)
{
	_cleanup_free_ char *key = NULL;
	struct stat st;
	size_t size;
	int r;

	if (stat(io->key_file, &st) < 0)
		return -errno;
	if (st.st_mtim.tv_sec == io->key_time.tv_sec && st.st_mtim.tv_nsec == io->key_time.tv_nsec)
		return 0;
	r = file_read(io->key_file, SYNC_KEY_MAX, &key, &size);
	if (r < 0)
		return r;
	r = sync_crypt_secret(key, size, &io->secret);
	explicit_bzero(key, size);
	if (r == 0)
		r = begin_stream(io);
	if (r == 0)
		io->key_time = st.st_mtim;
	return r;
}

void sync_io_look(struct sync_io *io)
{
	int r = 0;

	if (!io->made || io->sync.n_peers == 0)
		return;
	r = read_key(io);
	sync_look(&io->sync);
	if (r == 0 && io->fd < 0)
		r = open_socket(io);
	if (r < 0 && r != io->error)
		qb_log(LOG_ERR, "other routers cannot hear of connections: %s", strerror(-r));
	io->error = r;
	if (io->fd >= 0)
		turn(io);
}

int sync_io_open(struct sync_io *io, qb_loop_t *loop, const struct forward_tables *tables,
		 const struct forward_place *place, const struct gate_lease *leases,
		 const char *key_file)
{
	const struct sync_io_calls calls = {.send = on_send, .random = on_random, .data = io};
	uint64_t stream;
	int r;

	*io = (struct sync_io){.loop = loop, .key_file = key_file, .fd = -1, .poke_fd = -1};
	r = sync_crypt_random(&stream);
	if (r == 0)
		r = sync_make(&io->sync, tables, place, leases, stream, &calls, clock_boot_ns());
	io->made = r == 0;
	return r;
}

void sync_io_close(struct sync_io *io)
{
	if (!io->made)
		return;
	io->changed = NULL;
	close_socket(io);
	if (io->poke_fd >= 0)
		qb_loop_poll_del(io->loop, io->poke_fd);
	closep(&io->poke_fd);
	for (size_t i = 0; i < SYNC_PEERS_MAX; i++)
		sync_crypt_close(&io->peers[i].seal);
	sync_crypt_close(&io->own);
	explicit_bzero(&io->secret, sizeof(io->secret));
	sync_clear(&io->sync);
	io->made = false;
}

/* Seals stay with the nodes that they are of. */
static void set_peers(struct sync_io *io, const struct sync_io_peer *peers, size_t n)
{
	struct sync_io_peer former[SYNC_PEERS_MAX];
	uint8_t nodes[SYNC_PEERS_MAX];

	memcpy(former, io->peers, sizeof(former));
	memset(io->peers, 0, sizeof(io->peers));
	for (size_t i = 0; i < n; i++) {
		nodes[i] = peers[i].node;
		for (size_t k = 0; k < SYNC_PEERS_MAX; k++) {
			if (former[k].node != peers[i].node)
				continue;
			io->peers[i] = former[k];
			former[k].seal.cipher = NULL;
		}
		io->peers[i].node = peers[i].node;
		io->peers[i].address = peers[i].address;
	}
	for (size_t k = 0; k < SYNC_PEERS_MAX; k++)
		sync_crypt_close(&former[k].seal);
	sync_set_peers(&io->sync, nodes, n);
}

static uint32_t address_of(const struct config_node *node)
{
	const struct config_port *port = config_port_by_name(node, PRIVATE);

	return node->role == CONFIG_ROLE_ROUTER && port ? port->address : 0;
}

/* A flow whose packet came just behind the pass is told of by the next, long before its time is
 * over. */
static uint64_t refresh_period(const struct config *config)
{
	uint32_t shortest = config->timeout_tcp < config->timeout_udp ? config->timeout_tcp
								      : config->timeout_udp;

	return shortest * NSEC_PER_SEC / 3;
}

void sync_io_configure(struct sync_io *io, const struct config *config,
		       const struct config_node *node)
{
	struct sync_io_peer peers[SYNC_PEERS_MAX] = {0};
	uint32_t address = address_of(node);
	size_t n = 0;

	if (!io->made)
		return;
	for (size_t i = 0; i < config->n_nodes && address && n < SYNC_PEERS_MAX; i++) {
		const struct config_node *other = &config->nodes[i];

		if (other->id == node->id || !address_of(other))
			continue;
		peers[n].node = other->id;
		peers[n++].address = address_of(other);
	}
	if (n == 0 || address != io->address)
		close_socket(io);
	io->node = node->id;
	io->address = address;
	set_peers(io, peers, n);
	sync_send_refresh_period(&io->sync.send, refresh_period(config));
	sync_io_look(io);
}

bool sync_io_is_synchronised(const struct sync_io *io)
{
	return io->synchronised;
}

void sync_io_on_change(struct sync_io *io, void (*changed)(void *data), void *data)
{
	io->changed = changed;
	io->data = data;
}

void sync_io_on_poke(struct sync_io *io, void (*poked)(void *data), void *data)
{
	io->poked = poked;
	io->poked_data = data;
}

void sync_io_set_backup(struct sync_io *io, bool backup)
{
	if (!io->made)
		return;
	sync_set_backup(&io->sync, backup);
	if (io->fd >= 0)
		arm(io, clock_boot_ns());
}

bool sync_io_backups_ran(const struct sync_io *io, uint64_t duration)
{
	return io->made && io->fd >= 0 && sync_backups_ran(&io->sync, duration, clock_boot_ns());
}
