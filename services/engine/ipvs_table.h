/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of virtual services and real servers in the kernel's terms (linux/ip_vs.h): what IPVS
 * has, or what it should have. Addresses are in network byte order in the first 4 (IPv4) or all
 * 16 bytes, the rest is zero; ports in host byte order.
 */
#ifndef TRIREME_ENGINE_IPVS_TABLE_H
#define TRIREME_ENGINE_IPVS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPVS_SCHEDULER_MAX 16 /* IP_VS_SCHEDNAME_MAXLEN */
/* A kernel table with more than this was not made by this product; it is not read to its end. */
#define IPVS_SERVICES_MAX 4096
#define IPVS_DESTS_MAX 4096 /* of one service */

/* What tells services apart. With a firewall mark, protocol, address and port are zero. */
struct ipvs_key {
	uint16_t family; /* AF_INET, AF_INET6 */
	uint16_t protocol;
	uint32_t mark;
	uint8_t address[16];
	uint16_t port;
};

struct ipvs_dest {
	uint16_t family;
	uint8_t address[16];
	uint16_t port;
	uint32_t method; /* IP_VS_CONN_F_MASQ, IP_VS_CONN_F_DROUTE, … */
	uint32_t weight;
	uint32_t upper, lower; /* connection thresholds; 0: none */
	/* Counters of the kernel; not compared. */
	uint32_t active, inactive;
	uint64_t connections, packets_in, packets_out, bytes_in, bytes_out;
};

struct ipvs_service {
	struct ipvs_key key;
	char scheduler[IPVS_SCHEDULER_MAX];
	uint32_t flags;	  /* IP_VS_SVC_F_…, without IP_VS_SVC_F_HASHED */
	uint32_t timeout; /* of persistence, seconds */
	uint32_t netmask; /* of persistence: network byte order; of IPv6 the number of bits */
	struct ipvs_dest *dests;
	size_t n_dests;
};

struct ipvs_table {
	struct ipvs_service *services;
	size_t n_services;
};

/* How long an idle connection is remembered, seconds (ipvsadm(8), --set); of all services. */
struct ipvs_timeouts {
	uint32_t tcp, tcp_fin, udp;
};

/* Frees the contents and empties the table; accepts an empty one. */
void ipvs_table_clear(struct ipvs_table *table);

/* Adds a service without real servers; the pointer is good until the next service is added. */
int ipvs_table_add(struct ipvs_table *table, const struct ipvs_service *service,
		   struct ipvs_service **ret_service);
int ipvs_service_add(struct ipvs_service *service, const struct ipvs_dest *dest);

bool ipvs_key_equal(const struct ipvs_key *a, const struct ipvs_key *b);

/* The same address and port. */
bool ipvs_dest_equal(const struct ipvs_dest *a, const struct ipvs_dest *b);

/* The one with that key, or with that address and port; NULL: none. */
struct ipvs_service *ipvs_table_find(const struct ipvs_table *table, const struct ipvs_key *key);
struct ipvs_dest *ipvs_service_find(const struct ipvs_service *service,
				    const struct ipvs_dest *dest);

#endif
