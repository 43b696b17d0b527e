/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration as the daemons see it: the document of trireme.yang, defaults filled in, as
 * plain structs. Addresses are IPv4 in network byte order, port numbers in host byte order, times
 * in milliseconds unless the name says otherwise. Strings end with NUL and fit by the model.
 */
#ifndef TRIREME_SCHEMA_CONFIG_H
#define TRIREME_SCHEMA_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_NAME_MAX 33	/* 32 characters and NUL */
#define CONFIG_PORT_NAME_MAX 16 /* IFNAMSIZ, linux/if.h */
#define CONFIG_NODES_MAX 16	/* as the model's max-elements, here and below */
#define CONFIG_PORTS_MAX 16
#define CONFIG_GROUPS_MAX 16
#define CONFIG_ALIASES_MAX 64
#define CONFIG_SERVICES_MAX 512
#define CONFIG_REALS_MAX 256

#define CONFIG_RING_LINKS 2   /* corosync: link 0 on eth1, link 1 on eth0 */
#define CONFIG_RING_PORT 5405 /* UDP port of link 0; each further link has the next one */

enum config_role {
	CONFIG_ROLE_ROUTER,
	CONFIG_ROLE_WITNESS,
};

enum config_protocol {
	CONFIG_PROTOCOL_TCP,
	CONFIG_PROTOCOL_UDP,
};

enum config_method {
	CONFIG_METHOD_NAT,
	CONFIG_METHOD_DIRECT,
};

enum config_check {
	CONFIG_CHECK_NONE,
	CONFIG_CHECK_TCP_CONNECT,
};

enum config_hardware {
	CONFIG_HARDWARE_BY_ORDER, /* by place on the PCI bus */
	CONFIG_HARDWARE_MAC,
	CONFIG_HARDWARE_PCI,
};

struct config_port {
	char name[CONFIG_PORT_NAME_MAX];
	enum config_hardware hardware;
	uint8_t mac[6];
	char pci_path[13]; /* 0000:03:00.0 */
	uint32_t address;
	uint8_t prefix_length;
};

struct config_node {
	char name[CONFIG_NAME_MAX];
	uint8_t id;
	enum config_role role;
	uint8_t priority;
	struct config_port ports[CONFIG_PORTS_MAX];
	size_t n_ports;
	uint32_t gateway; /* 0: none */
};

struct config_alias {
	char label[CONFIG_PORT_NAME_MAX];
	char port[CONFIG_PORT_NAME_MAX]; /* the label's part before the colon */
	uint32_t address;
};

struct config_group {
	char name[CONFIG_NAME_MAX];
	struct config_alias aliases[CONFIG_ALIASES_MAX];
	size_t n_aliases;
};

struct config_real {
	char name[CONFIG_NAME_MAX];
	uint32_t address;
	uint16_t port;
	uint16_t weight;
};

struct config_service {
	char name[CONFIG_NAME_MAX];
	uint32_t address;
	enum config_protocol protocol;
	uint16_t port;
	enum config_method method;
	char scheduler[16]; /* IP_VS_SCHEDNAME_MAXLEN, linux/ip_vs.h */
	bool persistent;
	uint32_t persistence_s;
	uint8_t persistence_prefix;
	enum config_check check;
	uint32_t check_interval, check_timeout;
	uint8_t check_fall, check_rise;
	struct config_real *reals; /* n_reals of them, in the document's order */
	size_t n_reals;
};

struct config {
	char cluster_name[CONFIG_NAME_MAX];
	char this_node[CONFIG_NAME_MAX]; /* machine/node; empty: found by MAC */
	struct config_node nodes[CONFIG_NODES_MAX];
	size_t n_nodes;
	uint32_t token, consensus, heartbeat;
	struct config_group groups[CONFIG_GROUPS_MAX];
	size_t n_groups;
	struct config_service *services; /* n_services of them */
	size_t n_services;
};

/* Frees what config_build() made; accepts NULL. */
void config_free(struct config *config);

static inline void config_freep(struct config **config)
{
	config_free(*config);
}

/* The node of that name or NULL. */
const struct config_node *config_node_by_name(const struct config *config, const char *name);

/* The port of that name or NULL. */
const struct config_port *config_port_by_name(const struct config_node *node, const char *name);

#endif
