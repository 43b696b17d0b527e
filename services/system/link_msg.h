/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of rtnetlink(7) about links (net/core/rtnetlink.c; linux/if_link.h), encoded into and
 * decoded from memory. buf has LINK_MSG_MAX bytes and netlink's alignment. Changes are to be
 * acknowledged.
 */
#ifndef TRIREME_SYSTEM_LINK_MSG_H
#define TRIREME_SYSTEM_LINK_MSG_H

#include <libmnl/libmnl.h>

#include "system/plan.h"

#define LINK_MSG_MAX 512 /* bytes; the largest is below 150 */

/* A VLAN or a bond, still down; parent is the ifindex of the VLAN's port. */
struct nlmsghdr *link_msg_add(void *buf, const struct plan_action *action, int parent);
struct nlmsghdr *link_msg_remove(void *buf, int ifindex);

/* What a bond can change with its members in it; with_rate: while it is down only. */
struct nlmsghdr *link_msg_bond(void *buf, int ifindex, const struct plan_bond *bond,
			       bool with_rate);

/* master 0: out of the bond. The link must be down to come into one. */
struct nlmsghdr *link_msg_master(void *buf, int ifindex, int master);
struct nlmsghdr *link_msg_mtu(void *buf, int ifindex, uint32_t mtu);
struct nlmsghdr *link_msg_up(void *buf, int ifindex, bool up);

/* -EBADMSG: without a name, or with one that does not fit. Unknown fields are passed over. */
int link_msg_parse(const struct nlmsghdr *message, struct plan_link *ret_link);

#endif
