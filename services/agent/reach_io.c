// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/reach_io.h"

#include <assert.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#include "agent/arp.h"
#include "agent/frame_io.h"
#include "base/cleanup.h"

#define FRAMES_MAX (2 * REACH_MAX) /* read in one turn: answers to all, and as many again */
#define HEAD 5			   /* instructions before the addresses */
#define FILTER_MAX (HEAD + REACH_MAX + 2)

static_assert(FILTER_MAX <= UINT8_MAX, "a jump reaches the filter's end");

/*
 * Replies to this machine from an address that is tracked; others, of which there may be many, take
 * no room in the socket. The language of linux/filter.h.
 */
static int attach_filter(int fd, const struct reach *list, uint8_t n)
{
	struct sock_filter code[FILTER_MAX] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 0, n + 3),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, ARP_AT_OPERATION),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARP_REPLY, 0, n + 1),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARP_AT_SENDER),
	};
	const struct sock_fprog program = {.len = HEAD + n + 2, .filter = code};

	for (uint8_t i = 0; i < n; i++)
		code[HEAD + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							      ntohl(list[i].address), n - i, 0);
	code[HEAD + n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	code[HEAD + n + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, ARP_FRAME_SIZE);
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0)
		return -errno;
	return 0;
}

static int open_socket(const struct reach *list, size_t n)
{
	_cleanup_close_ int fd = frame_io_open();
	int r = fd < 0 ? fd : attach_filter(fd, list, (uint8_t)n);

	if (r == 0)
		r = frame_io_listen(fd, ETH_P_ARP);
	return r < 0 ? r : take_fd(&fd);
}

int reach_io_open(struct reach_io *io, const struct config *config, const struct config_node *node,
		  uint32_t adopted)
{
	int r;

	reach_io_close(io);
	if (!node || node->role != CONFIG_ROLE_ROUTER)
		return 0;
	io->n = reach_list(config, node, adopted, io->list);
	if (io->n == 0)
		return 0;
	r = open_socket(io->list, io->n);
	if (r < 0) {
		io->n = 0;
		return r;
	}
	io->fd = r;
	return 0;
}

void reach_io_close(struct reach_io *io)
{
	closep(&io->fd);
	io->fd = -1;
	io->n = 0;
}

static void hear(struct reach_io *io, const struct port_state *ports, size_t n_ports)
{
	uint8_t frame[ARP_FRAME_SIZE];
	struct arp_packet packet;

	for (int i = 0; i < FRAMES_MAX; i++) {
		int index;
		ssize_t size = frame_io_read(io->fd, frame, sizeof(frame), &index);

		if (size < 0)
			return;
		if (!arp_parse(frame, (size_t)size, &packet))
			continue;
		for (size_t k = 0; k < n_ports; k++)
			if (ports[k].index == index)
				reach_answer(io->list, io->n, packet.sender, ports[k].name);
	}
}

/* A question that cannot be asked is not answered: no more is to be said of it. */
static void ask(const struct reach_io *io, const struct reach *r, const struct port_state *port)
{
	struct arp_packet packet = {.operation = ARP_REQUEST, .target = r->address};
	uint8_t frame[ARP_FRAME_SIZE];

	if (!port || !port->index || !port->has_address)
		return;
	packet.sender = port->address;
	memcpy(packet.mac, port->mac, sizeof(packet.mac));
	arp_frame(frame, &packet);
	(void)frame_io_send(io->fd, frame, sizeof(frame), ETH_P_ARP, port->index);
}

bool reach_io_turn(struct reach_io *io, const struct port_state *ports, size_t n_ports)
{
	bool changed = false;

	if (io->n == 0)
		return false;
	hear(io, ports, n_ports);
	for (size_t i = 0; i < io->n; i++) {
		changed |= reach_turn(&io->list[i]);
		ask(io, &io->list[i], ports_find(ports, n_ports, io->list[i].port));
	}
	return changed;
}
