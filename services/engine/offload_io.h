/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a network card does by itself, by ethtool's ioctl (linux/ethtool.h, netdevice(7)). */
#ifndef TRIREME_ENGINE_OFFLOAD_IO_H
#define TRIREME_ENGINE_OFFLOAD_IO_H

#include <stddef.h>
#include <stdint.h>

#include "engine/attach.h"

/* Features that a program on the card's frames cannot do with. */
enum offload {
	OFFLOAD_LRO,	/* rx-lro: packets of one connection become a larger one */
	OFFLOAD_GRO_HW, /* rx-gro-hw: the same, so that they can be cut again */
	OFFLOAD_TAGS,	/* rx-vlan-hw-parse: the VLAN tag is kept beside the frame */
	OFFLOAD_GRO,	/* rx-gro: by the kernel */
	OFFLOADS,
};

#define OFFLOAD_BIT(offload) (1u << (offload))

struct offload_io {
	int fd;
	uint32_t n;		     /* features that the kernel knows */
	int32_t positions[OFFLOADS]; /* of ours among them; -1: it does not know it */
};

/* 0 or -errno. */
int offload_io_open(struct offload_io *io);
void offload_io_close(struct offload_io *io);

/* Driver and queues of the card, whose name is set; what cannot be read is "not known". */
void offload_io_read(const struct offload_io *io, struct attach_card *card);

/*
 * Turns off those of the set (OFFLOAD_BIT()) that are on, and looks: those that are still on in
 * *ret_left. 0 or -errno; -EOPNOTSUPP: the interface has no features.
 */
int offload_io_stop(const struct offload_io *io, const char *name, uint32_t set,
		    uint32_t *ret_left);

#endif
