/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of rtnetlink(7) about routes and neighbours. Pure. */
#ifndef TRIREME_ENGINE_ROUTE_MSG_H
#define TRIREME_ENGINE_ROUTE_MSG_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

/* As in bpf/forward.h: network byte order, IPv4 in the first word, the rest 0. */
struct net_address {
	uint32_t family; /* 4, 6; 0: none */
	uint32_t words[4];
};

bool net_address_equal(const struct net_address *a, const struct net_address *b);
/* Negative, 0, positive. */
int net_address_compare(const struct net_address *a, const struct net_address *b);

/* The kernel's way to an address. */
struct route {
	bool usable;		   /* packets leave this machine by it */
	uint32_t interface;	   /* by which they do */
	struct net_address next;   /* the machine that gets the frames */
	struct net_address source; /* which the kernel prefers; family 0: none */
	uint32_t mtu;		   /* of the route; 0: the interface's */
};

struct neighbour {
	uint32_t interface;
	struct net_address address;
	uint8_t mac[6];
	bool valid;   /* the MAC is known, and was not found wrong */
	bool managed; /* the kernel keeps it fresh */
	bool fixed;   /* by hand, or by its nature: it never ages */
};

#define ROUTE_MSG_MAX 256 /* bytes that the buffers below need */

/* The question for the way to an address. */
struct nlmsghdr *route_msg_ask(void *buf, const struct net_address *to);

/* Its answer; false: it is none. */
bool route_msg_read(const struct nlmsghdr *message, const struct net_address *to,
		    struct route *ret_route);

enum neighbour_care {
	NEIGHBOUR_USE,	  /* looked for, once */
	NEIGHBOUR_MANAGE, /* looked for and kept fresh from now on (Linux 5.16) */
};

/* Makes the kernel look for the neighbour; USE ends MANAGE. */
struct nlmsghdr *neighbour_msg_care(void *buf, uint32_t interface,
				    const struct net_address *address, enum neighbour_care care);

/* RTM_NEWNEIGH, RTM_DELNEIGH (not valid then); false: it is none of IP. */
bool neighbour_msg_read(const struct nlmsghdr *message, struct neighbour *ret_neighbour);

#endif
