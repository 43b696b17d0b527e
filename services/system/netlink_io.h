/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links, addresses and routes of the kernel by rtnetlink(7), with libmnl. */
#ifndef TRIREME_SYSTEM_NETLINK_IO_H
#define TRIREME_SYSTEM_NETLINK_IO_H

#include "system/plan.h"

struct mnl_socket;

#define NETLINK_WAIT_MS 5000

/* Fills links, addresses and routes of the state. -EOVERFLOW: more than the state holds. */
int netlink_read(struct plan_state *ret_state);

/*
 * Carries out one of the actions about links, addresses and routes, over a socket of
 * netlink_open(NETLINK_ROUTE, …); waits for the kernel's answer.
 */
int netlink_apply(struct mnl_socket *socket, const struct plan_action *action);

#endif
