/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of IPVS over generic netlink (linux/ip_vs.h, net/netfilter/ipvs/ip_vs_ctl.c),
 * encoded into and decoded from memory. buf has IPVS_MSG_MAX bytes and netlink's alignment.
 */
#ifndef TRIREME_ENGINE_IPVS_MSG_H
#define TRIREME_ENGINE_IPVS_MSG_H

#include <stdint.h>
#include <libmnl/libmnl.h>

#include "engine/ipvs_sync.h"
#include "engine/plan.h"

#define IPVS_MSG_MAX 1024 /* bytes; the largest request is below 300 */

/* Asks the kernel for the number of the IPVS family (linux/genetlink.h). */
struct nlmsghdr *ipvs_msg_get_family(void *buf);

/* A change, to be acknowledged. family: the number of the IPVS family. */
struct nlmsghdr *ipvs_msg_change(void *buf, uint16_t family, const struct change *change);

/* All services; all real servers of one. */
struct nlmsghdr *ipvs_msg_dump_services(void *buf, uint16_t family);
struct nlmsghdr *ipvs_msg_dump_dests(void *buf, uint16_t family, const struct ipvs_key *key);

/* The timeouts; new ones, to be acknowledged. */
struct nlmsghdr *ipvs_msg_get_config(void *buf, uint16_t family);
struct nlmsghdr *ipvs_msg_set_config(void *buf, uint16_t family, const struct ipvs_timeouts *set);

/* Starts or stops the sync daemon, master or backup, to be acknowledged; both that run. */
struct nlmsghdr *ipvs_msg_start_daemon(void *buf, uint16_t family, bool master,
				       const struct ipvs_daemon *daemon);
struct nlmsghdr *ipvs_msg_stop_daemon(void *buf, uint16_t family, bool master);
struct nlmsghdr *ipvs_msg_dump_daemons(void *buf, uint16_t family);

/* Decoders: -EBADMSG when a field is missing or of another form. Unknown fields are passed over. */
int ipvs_msg_parse_family(const struct nlmsghdr *nlh, uint16_t *ret_family);
int ipvs_msg_parse_config(const struct nlmsghdr *nlh, struct ipvs_timeouts *ret_timeouts);
int ipvs_msg_parse_service(const struct nlmsghdr *nlh, struct ipvs_service *ret_service);
int ipvs_msg_parse_dest(const struct nlmsghdr *nlh, struct ipvs_dest *ret_dest);
/* One of the two, into its place; the other one stays. */
int ipvs_msg_parse_daemon(const struct nlmsghdr *nlh, struct ipvs_daemons *daemons);

#endif
