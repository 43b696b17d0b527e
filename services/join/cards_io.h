/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network cards of this machine. */
#ifndef TRIREME_JOIN_CARDS_IO_H
#define TRIREME_JOIN_CARDS_IO_H

#include "join/protocol.h"

/*
 * Ethernet cards that trireme-ports has named (eth0, eth1a …), with their permanent addresses; no
 * VLANs and bonds. root: of the machine's files, "" on the machine. -E2BIG: more than
 * JOIN_CARDS_MAX; else the errno of reading root/sys/class/net.
 */
int cards_list(const char *root, struct join_cards *ret_cards);

#endif
