/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the data path's program gets onto each port of the node: by the driver (native), by the
 * kernel above the driver (generic), or not at all, with the reason in words. Pure.
 *
 * Frames go from any port to any other. A driver sends what another one's native program hands to
 * it only if it can do native XDP itself, and some only while they run a program themselves;
 * generic programs reach every port. So it is native everywhere or nowhere.
 */
#ifndef TRIREME_ENGINE_ATTACH_H
#define TRIREME_ENGINE_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nic_table.h"
#include "schema/config.h"

#define ATTACH_DRIVER_MAX 32
#define ATTACH_REASON_MAX 160
#define ATTACH_WORDS_MAX 64

enum attach_mode {
	ATTACH_NONE,
	ATTACH_GENERIC,
	ATTACH_NATIVE,
};

/* A network card: of a hardware port the port itself, of a bond each member. */
struct attach_card {
	char name[CONFIG_PORT_NAME_MAX];
	char driver[ATTACH_DRIVER_MAX]; /* empty: not known */
	uint32_t queues;		/* for sending; 0: not known */
	/* What the driver would not turn off. */
	bool strips_tags; /* VLAN tags, before a program sees the frame */
	bool merges;	  /* packets become larger ones (LRO) */
};

struct attach_port {
	/* What is known. */
	char name[CONFIG_PORT_NAME_MAX];
	uint32_t index; /* of the interface; 0: it is not there */
	enum config_port_kind kind;
	char parent[CONFIG_PORT_NAME_MAX]; /* kind VLAN */
	char master[CONFIG_PORT_NAME_MAX]; /* whose member it is; empty: nobody's */
	uint32_t mtu;			   /* bytes of IP */
	bool ethernet;
	bool has_vlans; /* ports of the node are VLANs on it */
	struct attach_card cards[CONFIG_MEMBERS_MAX];
	size_t n_cards;
	/* -errno of the kernel, by mode; 0: it did not refuse; native -EALREADY: found generic. */
	int refused[ATTACH_NATIVE + 1];
	char words[ATTACH_NATIVE + 1][ATTACH_WORDS_MAX]; /* the same in words */
	/* What comes of it. */
	bool renewed; /* it had no program of ours, and one was attached */
	enum attach_mode mode;
	char reason[ATTACH_REASON_MAX]; /* begins with the mode's name */
};

/* Decides for all ports of a node; n_cpus: CPUs that forward. */
void attach_decide(const struct nic_table *table, uint32_t n_cpus, struct attach_port *ports,
		   size_t n_ports);

/* "not at all", "generic" or "native". */
const char *attach_mode_name(enum attach_mode mode);

#endif
