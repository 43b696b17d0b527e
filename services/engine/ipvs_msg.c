// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ipvs_msg.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <string.h>

#include "base/cleanup.h"

static struct nlmsghdr *start(void *buf, uint16_t type, uint16_t flags, uint8_t cmd,
			      uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

struct nlmsghdr *ipvs_msg_get_family(void *buf)
{
	struct nlmsghdr *nlh = start(buf, GENL_ID_CTRL, NLM_F_ACK, CTRL_CMD_GETFAMILY, 1);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, IPVS_GENL_NAME);
	return nlh;
}

static void put_key(struct nlmsghdr *nlh, const struct ipvs_key *key)
{
	mnl_attr_put_u16(nlh, IPVS_SVC_ATTR_AF, key->family);
	if (key->mark) {
		mnl_attr_put_u32(nlh, IPVS_SVC_ATTR_FWMARK, key->mark);
		return;
	}
	mnl_attr_put_u16(nlh, IPVS_SVC_ATTR_PROTOCOL, key->protocol);
	mnl_attr_put(nlh, IPVS_SVC_ATTR_ADDR, sizeof(key->address), key->address);
	mnl_attr_put_u16(nlh, IPVS_SVC_ATTR_PORT, htons(key->port));
}

static void put_service(struct nlmsghdr *nlh, const struct ipvs_service *service, bool full)
{
	struct ip_vs_flags flags = {.flags = service->flags, .mask = ~0U};
	struct nlattr *nest = mnl_attr_nest_start(nlh, IPVS_CMD_ATTR_SERVICE);

	put_key(nlh, &service->key);
	if (full) {
		mnl_attr_put_strz(nlh, IPVS_SVC_ATTR_SCHED_NAME, service->scheduler);
		mnl_attr_put(nlh, IPVS_SVC_ATTR_FLAGS, sizeof(flags), &flags);
		mnl_attr_put_u32(nlh, IPVS_SVC_ATTR_TIMEOUT, service->timeout);
		mnl_attr_put_u32(nlh, IPVS_SVC_ATTR_NETMASK, service->netmask);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_dest(struct nlmsghdr *nlh, const struct ipvs_dest *dest, bool full)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, IPVS_CMD_ATTR_DEST);

	mnl_attr_put_u16(nlh, IPVS_DEST_ATTR_ADDR_FAMILY, dest->family);
	mnl_attr_put(nlh, IPVS_DEST_ATTR_ADDR, sizeof(dest->address), dest->address);
	mnl_attr_put_u16(nlh, IPVS_DEST_ATTR_PORT, htons(dest->port));
	if (full) {
		mnl_attr_put_u32(nlh, IPVS_DEST_ATTR_FWD_METHOD, dest->method);
		mnl_attr_put_u32(nlh, IPVS_DEST_ATTR_WEIGHT, dest->weight);
		mnl_attr_put_u32(nlh, IPVS_DEST_ATTR_U_THRESH, dest->upper);
		mnl_attr_put_u32(nlh, IPVS_DEST_ATTR_L_THRESH, dest->lower);
	}
	mnl_attr_nest_end(nlh, nest);
}

struct nlmsghdr *ipvs_msg_change(void *buf, uint16_t family, const struct change *change)
{
	static const uint8_t commands[] = {
		[CHANGE_SERVICE_ADD] = IPVS_CMD_NEW_SERVICE,
		[CHANGE_SERVICE_EDIT] = IPVS_CMD_SET_SERVICE,
		[CHANGE_SERVICE_DELETE] = IPVS_CMD_DEL_SERVICE,
		[CHANGE_DEST_ADD] = IPVS_CMD_NEW_DEST,
		[CHANGE_DEST_EDIT] = IPVS_CMD_SET_DEST,
		[CHANGE_DEST_DELETE] = IPVS_CMD_DEL_DEST,
	};
	bool full_service =
		change->kind == CHANGE_SERVICE_ADD || change->kind == CHANGE_SERVICE_EDIT;
	struct nlmsghdr *nlh =
		start(buf, family, NLM_F_ACK, commands[change->kind], IPVS_GENL_VERSION);

	put_service(nlh, change->service, full_service);
	if (change->dest)
		put_dest(nlh, change->dest, change->kind != CHANGE_DEST_DELETE);
	return nlh;
}

struct nlmsghdr *ipvs_msg_dump_services(void *buf, uint16_t family)
{
	return start(buf, family, NLM_F_DUMP, IPVS_CMD_GET_SERVICE, IPVS_GENL_VERSION);
}

struct nlmsghdr *ipvs_msg_dump_dests(void *buf, uint16_t family, const struct ipvs_key *key)
{
	struct ipvs_service service = {.key = *key};
	struct nlmsghdr *nlh = start(buf, family, NLM_F_DUMP, IPVS_CMD_GET_DEST, IPVS_GENL_VERSION);

	put_service(nlh, &service, false);
	return nlh;
}

struct nlmsghdr *ipvs_msg_get_config(void *buf, uint16_t family)
{
	return start(buf, family, NLM_F_ACK, IPVS_CMD_GET_CONFIG, IPVS_GENL_VERSION);
}

struct nlmsghdr *ipvs_msg_set_config(void *buf, uint16_t family, const struct ipvs_timeouts *set)
{
	struct nlmsghdr *nlh =
		start(buf, family, NLM_F_ACK, IPVS_CMD_SET_CONFIG, IPVS_GENL_VERSION);

	mnl_attr_put_u32(nlh, IPVS_CMD_ATTR_TIMEOUT_TCP, set->tcp);
	mnl_attr_put_u32(nlh, IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, set->tcp_fin);
	mnl_attr_put_u32(nlh, IPVS_CMD_ATTR_TIMEOUT_UDP, set->udp);
	return nlh;
}

/* Of a daemon that is to stop, its role alone. Its port is in the host's byte order. */
static struct nlmsghdr *put_daemon(void *buf, uint16_t family, bool master,
				   const struct ipvs_daemon *daemon)
{
	struct nlmsghdr *nlh =
		start(buf, family, NLM_F_ACK, daemon ? IPVS_CMD_NEW_DAEMON : IPVS_CMD_DEL_DAEMON,
		      IPVS_GENL_VERSION);
	struct nlattr *nest = mnl_attr_nest_start(nlh, IPVS_CMD_ATTR_DAEMON);

	mnl_attr_put_u32(nlh, IPVS_DAEMON_ATTR_STATE,
			 master ? IP_VS_STATE_MASTER : IP_VS_STATE_BACKUP);
	if (daemon) {
		mnl_attr_put_strz(nlh, IPVS_DAEMON_ATTR_MCAST_IFN, daemon->interface);
		mnl_attr_put_u32(nlh, IPVS_DAEMON_ATTR_SYNC_ID, daemon->sync_id);
		mnl_attr_put_u16(nlh, IPVS_DAEMON_ATTR_SYNC_MAXLEN, daemon->length);
		mnl_attr_put_u32(nlh, IPVS_DAEMON_ATTR_MCAST_GROUP, daemon->group);
		mnl_attr_put_u16(nlh, IPVS_DAEMON_ATTR_MCAST_PORT, daemon->port);
		mnl_attr_put_u8(nlh, IPVS_DAEMON_ATTR_MCAST_TTL, daemon->hops);
	}
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

struct nlmsghdr *ipvs_msg_start_daemon(void *buf, uint16_t family, bool master,
				       const struct ipvs_daemon *daemon)
{
	return put_daemon(buf, family, master, daemon);
}

struct nlmsghdr *ipvs_msg_stop_daemon(void *buf, uint16_t family, bool master)
{
	return put_daemon(buf, family, master, NULL);
}

struct nlmsghdr *ipvs_msg_dump_daemons(void *buf, uint16_t family)
{
	return start(buf, family, NLM_F_DUMP, IPVS_CMD_GET_DAEMON, IPVS_GENL_VERSION);
}

/* Attributes of one level, found by type. */
struct attributes {
	const struct nlattr **found;
	uint16_t max;
};

static int keep_attribute(const struct nlattr *attr, void *data)
{
	const struct attributes *a = data;

	if (mnl_attr_type_valid(attr, a->max) > 0)
		a->found[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

/* The payload, if there is one of at least size bytes. */
static const void *payload(const struct nlattr *attr, size_t size)
{
	return attr && mnl_attr_get_payload_len(attr) >= size ? mnl_attr_get_payload(attr) : NULL;
}

static int get_u16(const struct nlattr *attr, uint16_t *ret_value)
{
	const void *p = payload(attr, sizeof(*ret_value));

	if (!p)
		return -EBADMSG;
	memcpy(ret_value, p, sizeof(*ret_value));
	return 0;
}

static int get_u32(const struct nlattr *attr, uint32_t *ret_value)
{
	const void *p = payload(attr, sizeof(*ret_value));

	if (!p)
		return -EBADMSG;
	memcpy(ret_value, p, sizeof(*ret_value));
	return 0;
}

static int get_u8(const struct nlattr *attr, uint8_t *ret_value)
{
	const void *p = payload(attr, sizeof(*ret_value));

	if (!p)
		return -EBADMSG;
	memcpy(ret_value, p, sizeof(*ret_value));
	return 0;
}

/* -EBADMSG: it does not fit. */
static int get_text(const struct nlattr *attr, char *text, size_t size)
{
	size_t length;

	if (!attr)
		return -EBADMSG;
	length = strnlen(mnl_attr_get_str(attr), mnl_attr_get_payload_len(attr));
	if (length >= size)
		return -EBADMSG;
	memcpy(text, mnl_attr_get_str(attr), length);
	text[length] = '\0';
	return 0;
}

static int get_port(const struct nlattr *attr, uint16_t *ret_port)
{
	uint16_t value;
	int r = get_u16(attr, &value);

	if (r < 0)
		return r;
	*ret_port = ntohs(value);
	return 0;
}

/* Of family's size; the kernel always sends 16 bytes, of which IPv4 means the first four. */
static int get_address(const struct nlattr *attr, uint16_t family, uint8_t ret_address[16])
{
	size_t size = family == AF_INET6 ? 16 : 4;
	const void *p = payload(attr, size);

	if (!p)
		return -EBADMSG;
	memset(ret_address, 0, 16);
	memcpy(ret_address, p, size);
	return 0;
}

/*
 * Long enough for generic netlink, and padded as the kernel pads it: libmnl rounds the length up
 * and would read the padding.
 */
static bool well_formed(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_len >= MNL_NLMSG_HDRLEN + sizeof(struct genlmsghdr) &&
	       nlh->nlmsg_len % MNL_ALIGNTO == 0;
}

static int parse_top(const struct nlmsghdr *nlh, const struct nlattr **found, uint16_t max)
{
	struct attributes set = {found, max};

	if (!well_formed(nlh) ||
	    mnl_attr_parse(nlh, sizeof(struct genlmsghdr), keep_attribute, &set) < 0)
		return -EBADMSG;
	return 0;
}

/* The attributes inside the attribute `outer` of a generic netlink message. */
static int parse_nested(const struct nlmsghdr *nlh, uint16_t outer, uint16_t outer_max,
			const struct nlattr **found, uint16_t max)
{
	const struct nlattr *top[IPVS_CMD_ATTR_MAX + 1] = {0};
	struct attributes set = {found, max};

	if (parse_top(nlh, top, outer_max) < 0 || !top[outer] ||
	    mnl_attr_parse_nested(top[outer], keep_attribute, &set) < 0)
		return -EBADMSG;
	return 0;
}

int ipvs_msg_parse_family(const struct nlmsghdr *nlh, uint16_t *ret_family)
{
	const struct nlattr *found[CTRL_ATTR_MAX + 1] = {0};

	if (parse_top(nlh, found, CTRL_ATTR_MAX) < 0)
		return -EBADMSG;
	return get_u16(found[CTRL_ATTR_FAMILY_ID], ret_family);
}

int ipvs_msg_parse_config(const struct nlmsghdr *nlh, struct ipvs_timeouts *ret_timeouts)
{
	const struct nlattr *found[IPVS_CMD_ATTR_MAX + 1] = {0};
	struct ipvs_timeouts timeouts;

	if (parse_top(nlh, found, IPVS_CMD_ATTR_MAX) < 0 ||
	    get_u32(found[IPVS_CMD_ATTR_TIMEOUT_TCP], &timeouts.tcp) < 0 ||
	    get_u32(found[IPVS_CMD_ATTR_TIMEOUT_TCP_FIN], &timeouts.tcp_fin) < 0 ||
	    get_u32(found[IPVS_CMD_ATTR_TIMEOUT_UDP], &timeouts.udp) < 0)
		return -EBADMSG;
	*ret_timeouts = timeouts;
	return 0;
}

static int parse_key(const struct nlattr **found, struct ipvs_key *ret_key)
{
	struct ipvs_key key = {0};

	if (get_u16(found[IPVS_SVC_ATTR_AF], &key.family) < 0)
		return -EBADMSG;
	if (get_u32(found[IPVS_SVC_ATTR_FWMARK], &key.mark) == 0 && key.mark) {
		*ret_key = key;
		return 0;
	}
	if (get_u16(found[IPVS_SVC_ATTR_PROTOCOL], &key.protocol) < 0 ||
	    get_port(found[IPVS_SVC_ATTR_PORT], &key.port) < 0 ||
	    get_address(found[IPVS_SVC_ATTR_ADDR], key.family, key.address) < 0)
		return -EBADMSG;
	*ret_key = key;
	return 0;
}

int ipvs_msg_parse_service(const struct nlmsghdr *nlh, struct ipvs_service *ret_service)
{
	const struct nlattr *found[IPVS_SVC_ATTR_MAX + 1] = {0};
	struct ipvs_service service = {0};

	if (parse_nested(nlh, IPVS_CMD_ATTR_SERVICE, IPVS_CMD_ATTR_MAX, found, IPVS_SVC_ATTR_MAX) <
		    0 ||
	    parse_key(found, &service.key) < 0 ||
	    get_u32(found[IPVS_SVC_ATTR_FLAGS], &service.flags) < 0 ||
	    get_u32(found[IPVS_SVC_ATTR_TIMEOUT], &service.timeout) < 0 ||
	    get_u32(found[IPVS_SVC_ATTR_NETMASK], &service.netmask) < 0 ||
	    get_text(found[IPVS_SVC_ATTR_SCHED_NAME], service.scheduler,
		     sizeof(service.scheduler)) < 0)
		return -EBADMSG;
	/* The kernel's own mark that the service is in its table. */
	service.flags &= ~(uint32_t)IP_VS_SVC_F_HASHED;
	*ret_service = service;
	return 0;
}

static int parse_counters(const struct nlattr *nest, struct ipvs_dest *dest)
{
	const struct nlattr *found[IPVS_STATS_ATTR_MAX + 1] = {0};
	struct attributes set = {found, IPVS_STATS_ATTR_MAX};
	const struct {
		uint16_t type;
		uint64_t *value;
	} counters[] = {
		{IPVS_STATS_ATTR_CONNS, &dest->connections},
		{IPVS_STATS_ATTR_INPKTS, &dest->packets_in},
		{IPVS_STATS_ATTR_OUTPKTS, &dest->packets_out},
		{IPVS_STATS_ATTR_INBYTES, &dest->bytes_in},
		{IPVS_STATS_ATTR_OUTBYTES, &dest->bytes_out},
	};

	if (!nest || mnl_attr_parse_nested(nest, keep_attribute, &set) < 0)
		return -EBADMSG;
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
		const void *p = payload(found[counters[i].type], sizeof(*counters[i].value));

		if (!p)
			return -EBADMSG;
		memcpy(counters[i].value, p, sizeof(*counters[i].value));
	}
	return 0;
}

int ipvs_msg_parse_dest(const struct nlmsghdr *nlh, struct ipvs_dest *ret_dest)
{
	const struct nlattr *found[IPVS_DEST_ATTR_MAX + 1] = {0};
	struct ipvs_dest dest = {0};

	if (parse_nested(nlh, IPVS_CMD_ATTR_DEST, IPVS_CMD_ATTR_MAX, found, IPVS_DEST_ATTR_MAX) <
		    0 ||
	    get_u16(found[IPVS_DEST_ATTR_ADDR_FAMILY], &dest.family) < 0 ||
	    get_address(found[IPVS_DEST_ATTR_ADDR], dest.family, dest.address) < 0 ||
	    get_port(found[IPVS_DEST_ATTR_PORT], &dest.port) < 0 ||
	    get_u32(found[IPVS_DEST_ATTR_FWD_METHOD], &dest.method) < 0 ||
	    get_u32(found[IPVS_DEST_ATTR_WEIGHT], &dest.weight) < 0 ||
	    get_u32(found[IPVS_DEST_ATTR_U_THRESH], &dest.upper) < 0 ||
	    get_u32(found[IPVS_DEST_ATTR_L_THRESH], &dest.lower) < 0 ||
	    get_u32(found[IPVS_DEST_ATTR_ACTIVE_CONNS], &dest.active) < 0 ||
	    get_u32(found[IPVS_DEST_ATTR_INACT_CONNS], &dest.inactive) < 0 ||
	    parse_counters(found[IPVS_DEST_ATTR_STATS64], &dest) < 0)
		return -EBADMSG;
	*ret_dest = dest;
	return 0;
}

int ipvs_msg_parse_daemon(const struct nlmsghdr *nlh, struct ipvs_daemons *daemons)
{
	const struct nlattr *found[IPVS_DAEMON_ATTR_MAX + 1] = {0};
	struct ipvs_daemon daemon = {.runs = true};
	uint32_t state;

	if (parse_nested(nlh, IPVS_CMD_ATTR_DAEMON, IPVS_CMD_ATTR_MAX, found,
			 IPVS_DAEMON_ATTR_MAX) < 0 ||
	    get_u32(found[IPVS_DAEMON_ATTR_STATE], &state) < 0 ||
	    get_text(found[IPVS_DAEMON_ATTR_MCAST_IFN], daemon.interface,
		     sizeof(daemon.interface)) < 0 ||
	    get_u32(found[IPVS_DAEMON_ATTR_SYNC_ID], &daemon.sync_id) < 0 ||
	    get_u16(found[IPVS_DAEMON_ATTR_SYNC_MAXLEN], &daemon.length) < 0 ||
	    get_u16(found[IPVS_DAEMON_ATTR_MCAST_PORT], &daemon.port) < 0 ||
	    get_u8(found[IPVS_DAEMON_ATTR_MCAST_TTL], &daemon.hops) < 0)
		return -EBADMSG;
	/* Of one that was started with a group of IPv6 there is none of IPv4. */
	if (found[IPVS_DAEMON_ATTR_MCAST_GROUP] &&
	    get_u32(found[IPVS_DAEMON_ATTR_MCAST_GROUP], &daemon.group) < 0)
		return -EBADMSG;
	if (state != IP_VS_STATE_MASTER && state != IP_VS_STATE_BACKUP)
		return -EBADMSG;
	*(state == IP_VS_STATE_MASTER ? &daemons->master : &daemons->backup) = daemon;
	return 0;
}
