/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ethernet frames through packet(7) sockets, by way of the qdisc: the gate there must see them. */
#ifndef TRIREME_AGENT_FRAME_IO_H
#define TRIREME_AGENT_FRAME_IO_H

#include <stddef.h>
#include <stdint.h>

/* Returns a socket that sends, receives nothing and does not wait, or -errno; the caller closes it.
 */
int frame_io_open(void);

/* Sends a whole frame as it is out of the port of that index; protocol: ETH_P_… 0 or -errno. */
int frame_io_send(int fd, const uint8_t *frame, size_t size, uint16_t protocol, int port);

#endif
