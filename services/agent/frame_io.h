/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ethernet frames through packet(7) sockets, by way of the qdisc: the gate there must see them. */
#ifndef TRIREME_AGENT_FRAME_IO_H
#define TRIREME_AGENT_FRAME_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Returns a socket that sends, receives nothing and does not wait, or -errno; the caller closes it.
 */
int frame_io_open(void);

/*
 * From now on it receives what comes in at any port; a filter is attached before. protocol:
 * ETH_P_… 0 or -errno.
 */
int frame_io_listen(int fd, uint16_t protocol);

/* The next frame that waits to be read, and the port it came in at. Its size, or -errno. */
ssize_t frame_io_read(int fd, uint8_t *ret_frame, size_t size, int *ret_port);

/* Sends a whole frame as it is out of the port of that index; protocol: ETH_P_… 0 or -errno. */
int frame_io_send(int fd, const uint8_t *frame, size_t size, uint16_t protocol, int port);

#endif
