/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world in network namespaces: the router's, in which the caller is then, and that of the wire
 * behind its ports.
 */
#ifndef TRIREME_ENGINE_TESTS_NET_IO_H
#define TRIREME_ENGINE_TESTS_NET_IO_H

#include "engine/tests/conform/world.h"

struct net {
	int wire;		     /* the namespace; -1: none */
	int sockets[WORLD_PORTS];    /* the far end of each port; -1: none */
	uint32_t ports[WORLD_PORTS]; /* indices of the router's interfaces */
	uint32_t lans[WORLD_LANS];
};

/*
 * vlans: real ones, for which not every kernel is made; else their interfaces are there, and carry
 * nothing. wire: the far ends take and give frames. -errno.
 */
int net_make(struct net *net, bool vlans, bool wire);
void net_close(struct net *net);

/* To the router. */
int net_send(const struct net *net, unsigned int port, const void *bytes, size_t size);

/*
 * The next frame of the router that is no ARP, nor for several; its tag as it was on the wire. 0:
 * none came within wait_ms; else its size.
 */
int net_receive(const struct net *net, int wait_ms, unsigned int *ret_port, void *bytes,
		size_t size);

#endif
