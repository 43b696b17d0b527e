/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration as the daemons see it: the document of trireme.yang, defaults filled in, as
 * plain structs. Addresses are in network byte order, IPv4 unless the type says otherwise, port
 * numbers in host byte order, times in milliseconds unless the name says otherwise. Strings end
 * with NUL and fit by the model.
 */
#ifndef TRIREME_SCHEMA_CONFIG_H
#define TRIREME_SCHEMA_CONFIG_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/config_inet.h"

#define CONFIG_NAME_MAX 33	/* 32 characters and NUL */
#define CONFIG_PORT_NAME_MAX 16 /* IFNAMSIZ, linux/if.h */
#define CONFIG_HOST_MAX 254	/* 253 characters and NUL */
#define CONFIG_KEY_MAX 2049	/* the ring's key, base64 or sealed, and NUL */
#define CONFIG_NODES_MAX 16	/* as the model's max-elements, here and below */
#define CONFIG_PORTS_MAX 16
#define CONFIG_MEMBERS_MAX 8
#define CONFIG_ADDITIONAL_MAX 16
#define CONFIG_ROUTES_MAX 64
#define CONFIG_GROUPS_MAX 16
#define CONFIG_ALIASES_MAX 64
#define CONFIG_IPV6_ALIASES_MAX 64
#define CONFIG_IPV6_ADDRESSES_MAX 8 /* of a port */
#define CONFIG_TRACKED_MAX 4
#define CONFIG_FLOATING_MAX (CONFIG_ALIASES_MAX + CONFIG_IPV6_ALIASES_MAX)
#define CONFIG_SERVICES_MAX 512
#define CONFIG_RANGES_MAX 16
#define CONFIG_MARKS_MAX 64
#define CONFIG_MATCHES_MAX 16
#define CONFIG_POOLS_MAX 512
#define CONFIG_REALS_MAX 256
#define CONFIG_SOURCES_MAX 64
#define CONFIG_CONSUMERS_MAX 64
#define CONFIG_DNS_MAX 3
#define CONFIG_SEARCH_MAX 6
#define CONFIG_NTP_MAX 8
#define CONFIG_USERS_MAX 64
#define CONFIG_TOKENS_MAX 64
#define CONFIG_NETWORKS_MAX 32
#define CONFIG_PASSWORD_MAX 516	 /* crypt(5), sealed, or "$0$" and the password, and NUL */
#define CONFIG_PARAMETER_MAX 512 /* an agent's, sealed if it is a secret, and NUL */
#define CONFIG_PARAMETERS_MAX 16
#define CONFIG_SECRETS_MAX 8
#define CONFIG_RESOURCES_MAX 8	  /* of a group */
#define CONFIG_TOKEN_HASH_MAX 512 /* 64 hexadecimal digits, or sealed, and NUL */

#define CONFIG_RING_PORTS 2   /* ports that carry the ring: eth1, eth0 */
#define CONFIG_RING_LINKS 4   /* corosync: links 0 and 1 on these, 2 and 3 while addresses change */
#define CONFIG_RING_PORT 5405 /* UDP port of link 0; each further link has the next one */
#define CONFIG_KEPT_MAX 64
#define CONFIG_DEVICE_VOTES 1 /* a quorum device's, as ffsplit asks for (corosync-qdevice(8)) */

enum config_role {
	CONFIG_ROLE_ROUTER,
	CONFIG_ROLE_WITNESS,
};

enum config_protocol {
	CONFIG_PROTOCOL_TCP,
	CONFIG_PROTOCOL_UDP,
	CONFIG_PROTOCOL_SCTP,
};

enum config_method {
	CONFIG_METHOD_NAT,
	CONFIG_METHOD_DIRECT,
	CONFIG_METHOD_TUNNEL,
};

/* Which of the router's ways a service's packets take. */
enum config_datapath {
	CONFIG_DATAPATH_AUTO, /* XDP where it can, else IPVS */
	CONFIG_DATAPATH_IPVS,
};

enum config_check {
	CONFIG_CHECK_NONE,
	CONFIG_CHECK_TCP_CONNECT,
};

enum config_admin_state {
	CONFIG_ADMIN_ENABLED,
	CONFIG_ADMIN_DRAIN,    /* no new connections, those that are there go on */
	CONFIG_ADMIN_DISABLED, /* nothing, and no check */
};

enum config_port_kind {
	CONFIG_PORT_HARDWARE,
	CONFIG_PORT_VLAN,
	CONFIG_PORT_BOND,
};

enum config_hardware {
	CONFIG_HARDWARE_BY_ORDER, /* by place on the PCI bus */
	CONFIG_HARDWARE_MAC,
	CONFIG_HARDWARE_PCI,
};

enum config_bond_mode {
	CONFIG_BOND_ACTIVE_BACKUP,
	CONFIG_BOND_802_3AD,
	CONFIG_BOND_BALANCE_XOR,
};

enum config_hash_policy {
	CONFIG_HASH_LAYER2,
	CONFIG_HASH_LAYER2_3,
	CONFIG_HASH_LAYER3_4,
};

/* In the order of falling importance. */
enum config_log_level {
	CONFIG_LOG_ERROR,
	CONFIG_LOG_WARNING,
	CONFIG_LOG_NOTICE,
	CONFIG_LOG_INFO,
};

enum config_profile {
	CONFIG_PROFILE_STANDARD,
	CONFIG_PROFILE_FAST,
	CONFIG_PROFILE_CUSTOM,
};

enum config_cipher {
	CONFIG_CIPHER_AES128,
	CONFIG_CIPHER_AES192,
	CONFIG_CIPHER_AES256,
};

enum config_hash {
	CONFIG_HASH_SHA256,
	CONFIG_HASH_SHA384,
	CONFIG_HASH_SHA512,
};

enum config_source_type {
	CONFIG_SOURCE_NFS,
	CONFIG_SOURCE_SMB,
	CONFIG_SOURCE_ISCSI,
	CONFIG_SOURCE_POSTGRESQL,
	CONFIG_SOURCE_MYSQL,
	CONFIG_SOURCE_TCP,
	CONFIG_SOURCE_PACEMAKER,
};

/* In the order of rising rights: each has those before it. */
enum config_access_role {
	CONFIG_ACCESS_VIEWER,
	CONFIG_ACCESS_OPERATOR,
	CONFIG_ACCESS_ADMINISTRATOR,
};

struct config_address {
	uint32_t address;
	uint8_t prefix_length;
};

struct config_ipv6_address {
	struct in6_addr address;
	uint8_t prefix_length;
};

/* A network card of a bond; its hardware is never by order. */
struct config_member {
	char name[CONFIG_PORT_NAME_MAX]; /* the port's name and a letter */
	enum config_hardware hardware;
	uint8_t mac[6];
	char pci_path[13];
};

struct config_bond {
	enum config_bond_mode mode;
	uint32_t monitor_ms;
	bool lacp_fast;			     /* 802.3ad only */
	enum config_hash_policy hash_policy; /* not with active-backup */
	struct config_member members[CONFIG_MEMBERS_MAX];
	size_t n_members;
};

struct config_port {
	char name[CONFIG_PORT_NAME_MAX];
	enum config_port_kind kind;
	enum config_hardware hardware; /* kind hardware: how the card is found, and by what */
	uint8_t mac[6];
	char pci_path[13];		   /* 0000:03:00.0 */
	char parent[CONFIG_PORT_NAME_MAX]; /* kind VLAN */
	uint16_t vlan_id;
	struct config_bond bond; /* kind bond */
	uint16_t mtu;
	uint32_t address; /* 0: none, the port only carries VLANs; eth0 and eth1 have one */
	uint8_t prefix_length;
	struct config_address additional[CONFIG_ADDITIONAL_MAX];
	size_t n_additional;
	struct config_ipv6_address ipv6[CONFIG_IPV6_ADDRESSES_MAX];
	size_t n_ipv6;
};

struct config_route {
	uint32_t destination; /* host bits are 0 */
	uint8_t prefix_length;
	uint32_t via;
};

struct config_node {
	char name[CONFIG_NAME_MAX];
	uint8_t id;
	enum config_role role;
	uint8_t priority;
	bool standby; /* owns nothing, whatever happens; of a router */
	struct config_port ports[CONFIG_PORTS_MAX];
	size_t n_ports;
	uint32_t gateway; /* 0: none */
	struct in6_addr ipv6_gateway;
	struct config_route routes[CONFIG_ROUTES_MAX];
	size_t n_routes;
};

/* The lists are in the document's order, which is that of their use. */
struct config_system {
	uint32_t dns[CONFIG_DNS_MAX];
	size_t n_dns;
	char search[CONFIG_SEARCH_MAX][CONFIG_HOST_MAX];
	size_t n_search;
	char ntp[CONFIG_NTP_MAX][CONFIG_HOST_MAX]; /* names or addresses */
	size_t n_ntp;
	char time_zone[64];   /* name in the IANA time zone database */
	uint32_t log_address; /* 0: the log stays here */
	uint16_t log_port;    /* UDP */
	enum config_log_level log_level;
};

struct config_alias {
	char label[CONFIG_PORT_NAME_MAX];
	char port[CONFIG_PORT_NAME_MAX]; /* the label's part before the colon */
	uint32_t address;
};

struct config_ipv6_alias {
	char port[CONFIG_PORT_NAME_MAX];
	struct in6_addr address;
};

struct config_group {
	char name[CONFIG_NAME_MAX];
	uint8_t preferred[CONFIG_NODES_MAX]; /* ids of nodes, the first choice first */
	size_t n_preferred;
	bool preempt;			      /* an owner hands it back to who is preferred to it */
	uint32_t tracked[CONFIG_TRACKED_MAX]; /* that a router must reach to serve well */
	size_t n_tracked;
	struct config_alias aliases[CONFIG_ALIASES_MAX];
	size_t n_aliases;
	struct config_ipv6_alias ipv6_aliases[CONFIG_IPV6_ALIASES_MAX];
	size_t n_ipv6_aliases;
};

/* A floating address of either family; the texts are the group's. */
struct config_floating {
	const char *port;
	const char *label;	 /* NULL: of IPv6 */
	struct in6_addr address; /* IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2) */
};

struct config_port_range {
	uint16_t first, last;
};

struct config_match {
	char name[CONFIG_NAME_MAX];
	uint32_t address;
	struct in6_addr ipv6_address; /* beside address, one of them: struct config_inet */
	enum config_protocol protocol;
	struct config_port_range range;
};

/* Packets that match one of them get the mark. */
struct config_mark {
	uint16_t mark;
	struct config_match matches[CONFIG_MATCHES_MAX];
	size_t n_matches;
};

struct config_real {
	char name[CONFIG_NAME_MAX];
	uint32_t address;
	struct in6_addr ipv6_address; /* beside address, one of them: struct config_inet */
	uint16_t port;		      /* 0: the port that the client has asked for */
	uint16_t weight;
	enum config_admin_state admin_state;
	uint32_t upper, lower; /* connections; 0: none (ipvsadm(8), -x and -y) */
};

struct config_pool {
	char name[CONFIG_NAME_MAX];
	struct config_real *reals; /* n_reals of them, in the document's order */
	size_t n_reals;
};

struct config_service {
	char name[CONFIG_NAME_MAX];
	uint16_t mark;	  /* 0: none; else address, protocol and ranges are 0 and empty */
	uint32_t address; /* of an alias */
	struct in6_addr ipv6_address; /* beside address, one of them: struct config_inet */
	bool ipv6; /* of its address, or of those of its mark; its real servers' are the same */
	enum config_protocol protocol;
	struct config_port_range ranges[CONFIG_RANGES_MAX]; /* a single port is one range */
	size_t n_ranges;
	uint16_t port; /* the port of a service that has a single one, else 0 */
	enum config_method method;
	char scheduler[16]; /* IP_VS_SCHEDNAME_MAXLEN, linux/ip_vs.h */
	enum config_datapath datapath;
	bool persistent;
	uint32_t persistence_s;
	uint8_t persistence_prefix; /* of the service's family: at most 32, or 128 */
	enum config_check check;
	uint32_t check_interval, check_timeout;
	uint8_t check_fall, check_rise;
	uint16_t check_port; /* for real servers whose port is 0: the service's first */
	char pool[CONFIG_NAME_MAX];
	/* The pool's; a port that is left out is the service's, if that has a single one. */
	struct config_real *reals;
	size_t n_reals;
	uint16_t quorum;	/* fewer alive real servers: the sorry server, or none at all */
	uint32_t sorry_address; /* see config_has_sorry() */
	struct in6_addr sorry_ipv6_address;
	uint16_t sorry_port; /* 0: the port that the client has asked for */
};

/* Something of tier 3; the port is set whatever the document says. */
struct config_source {
	char name[CONFIG_NAME_MAX];
	enum config_source_type type;
	uint32_t address;
	uint16_t port;
	uint16_t consumers[CONFIG_CONSUMERS_MAX]; /* indices into the configuration's pools */
	size_t n_consumers;
	uint32_t check_interval, check_timeout;
	uint8_t check_fall, check_rise;
};

#define CONFIG_PASSWORD_PLAIN "$0$"   /* before a password that is no hash yet */
#define CONFIG_PASSWORDS_PLAIN_MAX 16 /* of a document: each takes time to become a hash */

/* Who signs in with a password. */
struct config_user {
	char name[CONFIG_NAME_MAX];
	enum config_access_role role;
	/* As in the document; for its consumers a hash of crypt(5). Empty: none. Secret. */
	char password[CONFIG_PASSWORD_MAX];
};

#define CONFIG_TIME_IMPOSSIBLE INT64_MIN /* the 30th of February; no valid document has it */

/* What a program signs in with. */
struct config_token {
	char name[CONFIG_NAME_MAX];
	enum config_access_role role;
	char hash[CONFIG_TOKEN_HASH_MAX]; /* as in the document; SHA-256 in small hex. Secret. */
	int64_t expires_s;		  /* Unix time from which on it is not taken; 0: never */
};

struct config_network {
	uint32_t address; /* host bits are 0 */
	uint8_t prefix_length;
};

/* Page and interface for programs, of every node, on its own addresses. */
struct config_management {
	bool https;
	bool https_public; /* on eth0 too; then there are networks */
	uint16_t https_port;
	struct config_network networks[CONFIG_NETWORKS_MAX]; /* none: the subnet of eth1 */
	size_t n_networks;
	bool metrics;
	bool metrics_anonymous; /* also to who has not signed in */
	uint32_t session_timeout_s;
};

#define CONFIG_SECRET_TEXT "$text$" /* before a secret of a device */

enum config_fence_action {
	CONFIG_FENCE_OFF,
	CONFIG_FENCE_REBOOT,
};

struct config_parameter {
	char name[CONFIG_NAME_MAX];
	char value[CONFIG_PARAMETER_MAX];
};

/* What runs where a group is, by an OCF resource agent. */
struct config_resource {
	char group[CONFIG_NAME_MAX];
	char name[CONFIG_NAME_MAX];
	char provider[CONFIG_NAME_MAX], type[CONFIG_NAME_MAX]; /* of the agent */
	uint16_t timeout_s, interval_s;			       /* interval 0: never asked */
	struct config_parameter parameters[CONFIG_PARAMETERS_MAX];
	size_t n_parameters;
};

/* What powers a node off. */
struct config_fence_device {
	char node[CONFIG_NAME_MAX];
	char agent[CONFIG_NAME_MAX];
	enum config_fence_action action;
	bool verify;
	uint16_t timeout_s;
	uint8_t delay_s;
	struct config_parameter parameters[CONFIG_PARAMETERS_MAX];
	size_t n_parameters;
	/* Values as in the document. Secret. */
	struct config_parameter secrets[CONFIG_SECRETS_MAX];
	size_t n_secrets;
};

/* An address that a node has besides its document's, since the ring still uses it. */
struct config_kept {
	uint8_t node; /* id */
	char port[CONFIG_PORT_NAME_MAX];
	struct config_address address;
};

/* The server with the vote that neither half of the nodes has. */
struct config_device {
	uint32_t host; /* 0: there is none */
	uint16_t port; /* TCP */
	uint32_t timeout, sync_timeout;
};

struct config {
	char cluster_name[CONFIG_NAME_MAX];
	char this_node[CONFIG_NAME_MAX]; /* machine/node; empty: found by MAC */
	struct config_node nodes[CONFIG_NODES_MAX];
	size_t n_nodes;
	struct config_kept kept[CONFIG_KEPT_MAX]; /* not of the document: config/ring.h */
	size_t n_kept;
	enum config_profile profile;
	uint32_t token, consensus, heartbeat; /* the profile's */
	bool watchdog;
	uint8_t watchdog_timeout_s;
	char ring_key[CONFIG_KEY_MAX]; /* as in the document; empty: not in it. Secret. */
	enum config_cipher ring_cipher;
	enum config_hash ring_hash;
	struct config_device device;
	struct config_group groups[CONFIG_GROUPS_MAX];
	size_t n_groups;
	struct config_resource *resources; /* n_resources, of each group in its order */
	size_t n_resources;
	struct config_system system;
	uint32_t timeout_tcp, timeout_tcp_fin, timeout_udp; /* seconds */
	struct config_port_range masquerade; /* source ports of what real servers begin */
	struct config_mark *marks;	     /* n_marks of them */
	size_t n_marks;
	struct config_pool *pools; /* n_pools of them */
	size_t n_pools;
	struct config_service *services; /* n_services of them */
	size_t n_services;
	struct config_source *sources; /* n_sources of them */
	size_t n_sources;
	struct config_user *users; /* n_users of them; not in the image that everybody reads */
	size_t n_users;
	struct config_token *tokens; /* n_tokens of them; as the users */
	size_t n_tokens;
	struct config_management management;
	struct config_fence_device *fence_devices; /* n_fence_devices of them; as the users */
	size_t n_fence_devices;
};

/* Frees what config_build() made; accepts NULL. */
void config_free(struct config *config);

static inline void config_freep(struct config **config)
{
	config_free(*config);
}

/* The node of that name or NULL. */
const struct config_node *config_node_by_name(const struct config *config, const char *name);

/* The pool of that name or NULL. */
const struct config_pool *config_pool_by_name(const struct config *config, const char *name);

/* The mark of that number or NULL. */
const struct config_mark *config_mark_by_number(const struct config *config, uint16_t number);

/* All of a group's floating addresses, those of IPv4 first; i is below config_n_floating(). */
static inline size_t config_n_floating(const struct config_group *group)
{
	return group->n_aliases + group->n_ipv6_aliases;
}

static inline struct config_floating config_floating(const struct config_group *group, size_t i)
{
	const struct config_ipv6_alias *ipv6;

	if (i < group->n_aliases) {
		const struct config_alias *alias = &group->aliases[i];
		struct config_floating f = {.port = alias->port, .label = alias->label};

		f.address.s6_addr32[2] = htonl(0xffff);
		f.address.s6_addr32[3] = alias->address;
		return f;
	}
	ipv6 = &group->ipv6_aliases[i - group->n_aliases];
	return (struct config_floating){.port = ipv6->port, .address = ipv6->address};
}

static inline struct config_inet config_inet4(uint32_t address)
{
	return config_inet(address, &(struct in6_addr){0});
}

static inline struct config_inet config_inet6(const struct in6_addr *address)
{
	return config_inet(0, address);
}

/* AF_UNSPEC: the service is a firewall mark. */
static inline struct config_inet config_service_inet(const struct config_service *service)
{
	return config_inet(service->address, &service->ipv6_address);
}

/* Some service is of IPv6. */
bool config_serves_ipv6(const struct config *config);

/* AF_UNSPEC: there is no sorry server. */
static inline struct config_inet config_sorry_inet(const struct config_service *service)
{
	return config_inet(service->sorry_address, &service->sorry_ipv6_address);
}

static inline bool config_has_sorry(const struct config_service *service)
{
	return config_sorry_inet(service).family != AF_UNSPEC;
}

static inline struct config_inet config_real_inet(const struct config_real *real)
{
	return config_inet(real->address, &real->ipv6_address);
}

static inline struct config_inet config_match_inet(const struct config_match *match)
{
	return config_inet(match->address, &match->ipv6_address);
}

/* The port of that name or NULL. */
const struct config_port *config_port_by_name(const struct config_node *node, const char *name);

/* The port whose own address is in one subnet with that one, or NULL. */
const struct config_port *config_port_by_neighbour(const struct config_node *node,
						   uint32_t address);

/* The same for an address of either family. */
const struct config_port *config_port_by_inet(const struct config_node *node,
					      const struct config_inet *inet);

/*
 * Fills in what the service has from its pool and its mark: real servers (an array that is freed
 * with the service), ports that are left out, the port of checks. No such pool: no real servers.
 * -EINVAL: no such mark; -ENOMEM.
 */
int config_resolve_service(const struct config *config, struct config_service *service);

/* "tcp", "udp" or "sctp"; "nat", "direct" or "tunnel". */
const char *config_protocol_name(enum config_protocol protocol);
const char *config_method_name(enum config_method method);

/* "viewer", "operator" or "administrator". */
const char *config_access_role_name(enum config_access_role role);

/* "nfs", "smb", …, as in the model. */
const char *config_source_type_name(enum config_source_type type);

#endif
