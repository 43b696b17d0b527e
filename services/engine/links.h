/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's network interfaces as rtnetlink(7) tells them, and what the data path needs of them:
 * which port is below which interface. Pure.
 */
#ifndef TRIREME_ENGINE_LINKS_H
#define TRIREME_ENGINE_LINKS_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/bpf/forward.h"

#define LINKS_MAX FWD_LINKS_MAX
#define LINK_NAME_MAX 16 /* IFNAMSIZ */

enum link_kind {
	LINK_PLAIN, /* a card, or something virtual that is none of the others */
	LINK_VLAN,  /* 802.1Q */
	LINK_OTHER_VLAN,
	LINK_BOND,
};

struct link {
	uint32_t index; /* 0: free */
	char name[LINK_NAME_MAX];
	enum link_kind kind;
	uint32_t lower;	 /* of a VLAN: the interface below */
	uint32_t master; /* bond or bridge whose member it is; 0: nobody's */
	uint16_t vlan;
	uint32_t mtu;
	bool ethernet, up; /* up: frames can be sent */
	uint8_t mac[6];
	uint32_t xdp_native, xdp_generic; /* numbers of the programs on it; 0: none */
};

struct links {
	struct link list[LINKS_MAX];
	size_t n;	 /* of the list in use; free ones may be among them */
	size_t left_out; /* that had no room */
};

/* Where frames of an interface go: through which port, with which tag. */
struct link_way {
	const struct link *port; /* the lowest interface: a card or bond */
	uint16_t vlan;		 /* 0: no tag */
};

/*
 * Takes over RTM_NEWLINK or RTM_DELLINK; true: something that is kept here is another now. Others
 * and those of a family of their own (bridges') are passed over.
 */
bool links_take(struct links *links, const struct nlmsghdr *message);

/* Whether both have the same interfaces, in the same order. */
bool links_equal(const struct links *a, const struct links *b);

const struct link *links_by_index(const struct links *links, uint32_t index);
const struct link *links_by_name(const struct links *links, const char *name);

/*
 * -ENOENT: the interface below is not known; -ENOTSUP: two tags, or a tag that is not 802.1Q's;
 * -EXDEV: a member, whose frames are its master's.
 */
int links_way(const struct links *links, const struct link *link, struct link_way *ret_way);

/* Numbers in the device map: numbers[n] is the interface that has number n, 0: nobody. */
struct link_numbers {
	uint32_t numbers[FWD_PORTS_MAX];
};

/* Its number, or -ENOENT. */
int link_number(const struct link_numbers *numbers, uint32_t index);

/*
 * Fills the data path's table (FWD_LINKS_MAX): of a bond's member, the bond is the port below, and
 * nothing is sent through the member. true: something is another now.
 */
bool links_publish(const struct links *links, const struct link_numbers *numbers,
		   struct fwd_link *table);

#endif
