/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world of every case: the router's ports and VLANs, who is there, and the ways to the rest.
 * All MAC addresses follow from it, so that cases need not name any.
 */
#ifndef TRIREME_ENGINE_TESTS_WORLD_H
#define TRIREME_ENGINE_TESTS_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORLD_PORTS 3
#define WORLD_LANS 5

/* IPv4 in the first four bytes, the rest 0; network byte order. */
struct world_address {
	uint8_t family; /* 4, 6; 0: none */
	uint8_t bytes[16];
};

/* An interface of the router: a port, or a VLAN of one. */
struct world_lan {
	const char *name;
	uint8_t port; /* 0 … WORLD_PORTS - 1 */
	uint16_t vlan;
	uint16_t mtu;
	bool inside;		  /* its networks are reached through this one only */
	const char *own[2];	  /* the router's addresses; networks are /24 and /64 */
	const char *gateway[2];	  /* to `beyond` */
	const char *beyond[2];	  /* a network, "default" */
	uint8_t beyond_length[2]; /* of its prefix */
};

/* name4 and name6 in cases. */
struct world_host {
	const char *name;
	const char *address[2];
	bool mute;    /* has no neighbour entry */
	bool local;   /* a floating address of the router */
	int8_t other; /* which IPv4 byte is another one with each case; -1: none */
};

/*
 * Added to the addresses of clients, so that each case has its own: IPVS remembers connections
 * whatever becomes of its services.
 */
extern uint8_t world_shift;

extern const struct world_lan world_lans[WORLD_LANS];
extern const struct world_host world_hosts[];
extern const size_t world_n_hosts;

/* The lan of that name; NULL: none. */
const struct world_lan *world_lan(const char *name);

/* "ann4", "198.51.100.7", "2001:db8::1"; -EINVAL: none of these. */
int world_address(const char *text, struct world_address *ret_address);

bool world_equal(const struct world_address *a, const struct world_address *b);

/* The machine that a packet to that address is handed to: itself, or a gateway; and through what.
 */
const struct world_lan *world_route(const struct world_address *to, struct world_address *ret_hop);

/* Of the router's port; of any other machine. */
void world_port_mac(unsigned int port, uint8_t ret_mac[6]);
void world_mac(const struct world_address *address, uint8_t ret_mac[6]);

#endif
