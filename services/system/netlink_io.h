/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links, addresses and routes of the kernel by rtnetlink(7), with libmnl. */
#ifndef TRIREME_SYSTEM_NETLINK_IO_H
#define TRIREME_SYSTEM_NETLINK_IO_H

#include "system/plan.h"

struct mnl_socket;

/* 0 or -errno; the caller closes it with netlink_closep() or mnl_socket_close(3). */
int netlink_open(struct mnl_socket **ret_socket);
void netlink_closep(struct mnl_socket **socket);

/* Fills links, addresses and routes of the state. -EOVERFLOW: more than the state holds. */
int netlink_read(struct mnl_socket *socket, struct plan_state *ret_state);

/* Carries out one of the actions about links, addresses and routes; waits for the kernel's answer.
 */
int netlink_apply(struct mnl_socket *socket, const struct plan_action *action);

#endif
