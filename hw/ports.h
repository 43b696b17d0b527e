/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which network card is which port: eth0 (public), eth1 (private) and further ones, by rule and
 * never by the order in which drivers found them. Pure: an inventory and rules in, a list of
 * renames out.
 *
 * A rule binds a port to a permanent MAC address or to a place on the PCI bus. Cards without a rule
 * take the free port names in the order of their place: PCI domain, bus, device, function, then
 * dev_port, then those on other buses by their path. A port whose rule finds no card stays without
 * one; no other card takes its name.
 */
#ifndef TRIREME_HW_PORTS_H
#define TRIREME_HW_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PORTS_MAX 32
#define PORT_RULES_MAX 160 /* the model's 16 ports, as bonds with 8 cards each, and some */
#define PORT_NAME_SIZE 16  /* IFNAMSIZ */
#define PORT_PATH_SIZE 64
#define PORT_DRIVER_SIZE 32
#define PORT_PROBLEM_SIZE 256

/* A network card's function as the kernel shows it. */
struct nic {
	uint32_t ifindex;
	char name[PORT_NAME_SIZE];
	uint8_t mac[6];		   /* permanent, not the one a bond may have set */
	char path[PORT_PATH_SIZE]; /* "0000:00:03.0", or "bus/device" where it is not on PCI */
	uint32_t dev_port;	   /* number of the port on a function that has several */
	char driver[PORT_DRIVER_SIZE];
	bool up;
	bool carrier; /* meaningful only while up */
};

/* An interface that is no card (bond, dummy…) or belongs to one, with a name a port could have. */
struct port_other {
	uint32_t ifindex;
	char name[PORT_NAME_SIZE];
	bool below; /* a card's own (virtual function, standby): it gives its name up */
	bool up;
};

struct port_inventory {
	struct nic nics[PORTS_MAX];
	size_t n_nics;
	struct port_other others[PORTS_MAX];
	size_t n_others;
};

enum port_match {
	PORT_BY_MAC,
	PORT_BY_PCI,
	PORT_VIRTUAL, /* a VLAN or bond that somebody else makes: no card gets the name */
};

struct port_rule {
	char port[PORT_NAME_SIZE];
	enum port_match match;
	uint8_t mac[6];
	char path[PORT_PATH_SIZE];
};

struct port_rules {
	struct port_rule rules[PORT_RULES_MAX];
	size_t n;
};

struct port_rename {
	uint32_t ifindex;
	char from[PORT_NAME_SIZE];
	char to[PORT_NAME_SIZE];
	bool up; /* to be taken down for the rename and brought up again */
};

struct port_plan {
	/* In this order every target name is free when its turn comes. */
	struct port_rename renames[3 * PORTS_MAX];
	size_t n_renames;
	/* Port of each card of the inventory, after the renames. */
	char ports[PORTS_MAX][PORT_NAME_SIZE];
	/* Rules that could not be kept, in words; the rest of the plan stands. */
	char problems[PORTS_MAX][PORT_PROBLEM_SIZE];
	size_t n_problems;
};

/*
 * Reads rules: a line each, "PORT mac AA:BB:CC:DD:EE:FF", "PORT pci DDDD:BB:DD.F" or "PORT
 * virtual"; blank lines and lines from # on are passed over. A card of a bond has the bond's name
 * and a letter: "eth1a mac …". -EINVAL with the line, the field, its value and what is
 * allowed in ret_problem (PORT_PROBLEM_SIZE bytes).
 */
int port_rules_parse(const char *text, struct port_rules *ret_rules, char *ret_problem);

/* "0000:00:03.0", hexadecimal in lower case; the domain may have more digits. */
bool port_path_is_pci(const char *path);

/* Order of two cards by place: negative, 0, positive. */
int nic_compare(const struct nic *a, const struct nic *b);

/* -ENOSPC: more ports than names eth0…eth99 leave, which the bounds above exclude. */
int ports_plan(const struct port_inventory *inventory, const struct port_rules *rules,
	       struct port_plan *ret_plan);

/* "52:54:00:12:34:56" into buf of at least 18 bytes. Returns buf. */
const char *format_mac(const uint8_t mac[6], char *buf, size_t size);

#endif
