// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/ipvs_msg.h"

#define FAMILY 33

static const struct ipvs_dest web1 = {.family = AF_INET,
				      .address = {10, 77, 0, 101},
				      .port = 8080,
				      .method = IP_VS_CONN_F_DROUTE,
				      .weight = 65535,
				      .upper = 9,
				      .lower = 7};
static const struct ipvs_service web = {
	.key = {.family = AF_INET,
		.protocol = IPPROTO_UDP,
		.address = {203, 0, 113, 10},
		.port = 80},
	.scheduler = "wrr",
	.flags = IP_VS_SVC_F_PERSISTENT,
	.timeout = 2678400,
	.netmask = 0x00ffffff,
};

static void headers(void **state)
{
	static const struct {
		enum change_kind kind;
		uint8_t command;
	} kinds[] = {
		{CHANGE_SERVICE_ADD, IPVS_CMD_NEW_SERVICE},
		{CHANGE_SERVICE_EDIT, IPVS_CMD_SET_SERVICE},
		{CHANGE_SERVICE_DELETE, IPVS_CMD_DEL_SERVICE},
		{CHANGE_DEST_ADD, IPVS_CMD_NEW_DEST},
		{CHANGE_DEST_EDIT, IPVS_CMD_SET_DEST},
		{CHANGE_DEST_DELETE, IPVS_CMD_DEL_DEST},
	};
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct change change = {kinds[i].kind, &web, i < 3 ? NULL : &web1};
		struct nlmsghdr *nlh = ipvs_msg_change(buf, FAMILY, &change);
		struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

		assert_int_equal(nlh->nlmsg_type, FAMILY);
		assert_int_equal(nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
		assert_int_equal(genl->cmd, kinds[i].command);
		assert_int_equal(genl->version, IPVS_GENL_VERSION);
		assert_true(nlh->nlmsg_len <= IPVS_MSG_MAX);
	}
	assert_int_equal(ipvs_msg_dump_services(buf, FAMILY)->nlmsg_flags,
			 NLM_F_REQUEST | NLM_F_DUMP);
	assert_int_equal(ipvs_msg_dump_dests(buf, FAMILY, &web.key)->nlmsg_flags,
			 NLM_F_REQUEST | NLM_F_DUMP);
}

/* A service is told to the kernel in the form in which the kernel tells it. */
static void service_round_trip(void **state)
{
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));
	struct change change = {CHANGE_SERVICE_ADD, &web, NULL};
	struct ipvs_service seen = {0};

	(void)state;
	assert_int_equal(ipvs_msg_parse_service(ipvs_msg_change(buf, FAMILY, &change), &seen), 0);
	assert_true(ipvs_key_equal(&seen.key, &web.key));
	assert_string_equal(seen.scheduler, "wrr");
	assert_int_equal(seen.flags, web.flags);
	assert_int_equal(seen.timeout, web.timeout);
	assert_int_equal(seen.netmask, web.netmask);
	assert_int_equal(seen.n_dests, 0);
}

/* Of IPv6 the whole address counts, and persistence has a number of bits for its mask. */
static void ipv6_round_trip(void **state)
{
	static const struct ipvs_service wanted = {
		.key = {.family = AF_INET6,
			.protocol = IPPROTO_TCP,
			.address = {0x20, 0x01, 0x0d, 0xb8, 0x01, 0x13, [15] = 0x10},
			.port = 443},
		.scheduler = "mh",
		.flags = IP_VS_SVC_F_PERSISTENT,
		.timeout = 300,
		.netmask = 56,
	};
	static const struct ipvs_dest real = {
		.family = AF_INET6, .address = {0xfd, 0, 0, 0x77, [15] = 0x65}, .port = 8443};
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));
	struct change change = {CHANGE_DEST_ADD, &wanted, &real};
	const struct nlattr *nest, *attr;
	struct nlmsghdr *nlh;
	struct ipvs_service seen = {0};
	int n = 0;

	(void)state;
	nlh = ipvs_msg_change(buf, FAMILY, &change);
	mnl_attr_for_each (nest, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(nest) != IPVS_CMD_ATTR_DEST)
			continue;
		mnl_attr_for_each_nested (attr, nest) {
			if (mnl_attr_get_type(attr) == IPVS_DEST_ATTR_ADDR_FAMILY)
				n += mnl_attr_get_u16(attr) == AF_INET6;
			if (mnl_attr_get_type(attr) == IPVS_DEST_ATTR_ADDR)
				n += mnl_attr_get_payload_len(attr) == 16 &&
				     memcmp(mnl_attr_get_payload(attr), real.address, 16) == 0;
		}
	}
	assert_int_equal(n, 2);
	change = (struct change){CHANGE_SERVICE_ADD, &wanted, NULL};
	assert_int_equal(ipvs_msg_parse_service(ipvs_msg_change(buf, FAMILY, &change), &seen), 0);
	assert_true(ipvs_key_equal(&seen.key, &wanted.key));
	assert_int_equal(seen.netmask, 56);
	seen.key.address[15]++;
	assert_false(ipvs_key_equal(&seen.key, &wanted.key));
}

static void service_by_mark(void **state)
{
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));
	struct ipvs_service marked = {.key = {.family = AF_INET6, .mark = 7},
				      .scheduler = "rr",
				      .flags = IP_VS_SVC_F_HASHED};
	struct change change = {CHANGE_SERVICE_ADD, &marked, NULL};
	struct ipvs_service seen;

	(void)state;
	assert_int_equal(ipvs_msg_parse_service(ipvs_msg_change(buf, FAMILY, &change), &seen), 0);
	assert_int_equal(seen.key.mark, 7);
	assert_int_equal(seen.key.family, AF_INET6);
	assert_int_equal(seen.key.port, 0);
	assert_int_equal(seen.flags, 0);
}

/* Edit and delete name the service by its key alone, ports in network byte order. */
static void delete_is_short(void **state)
{
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));
	struct change change = {CHANGE_SERVICE_DELETE, &web, NULL};
	struct nlmsghdr *nlh = ipvs_msg_change(buf, FAMILY, &change);
	struct ipvs_service seen;
	const struct nlattr *nest = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr)),
			    *attr;
	int n = 0;

	(void)state;
	assert_int_equal(ipvs_msg_parse_service(nlh, &seen), -EBADMSG);
	mnl_attr_for_each_nested (attr, nest) {
		n++;
		if (mnl_attr_get_type(attr) == IPVS_SVC_ATTR_PORT)
			assert_int_equal(mnl_attr_get_u16(attr), htons(80));
	}
	assert_int_equal(n, 4);
}

/* As net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_genl_fill_dest() writes it, in its order. */
static struct nlmsghdr *kernel_dest(char *buf, uint16_t skipped)
{
	struct change change = {CHANGE_SERVICE_DELETE, &web, NULL};
	struct nlmsghdr *nlh = ipvs_msg_change(buf, FAMILY, &change);
	struct nlattr *nest = mnl_attr_nest_start(nlh, IPVS_CMD_ATTR_DEST), *stats;
	static const uint16_t words[] = {IPVS_DEST_ATTR_FWD_METHOD,   IPVS_DEST_ATTR_WEIGHT,
					 IPVS_DEST_ATTR_U_THRESH,     IPVS_DEST_ATTR_L_THRESH,
					 IPVS_DEST_ATTR_ACTIVE_CONNS, IPVS_DEST_ATTR_INACT_CONNS};
	static const uint32_t values[] = {IP_VS_CONN_F_DROUTE, 65535, 9, 7, 11, 12};

	if (skipped != IPVS_DEST_ATTR_ADDR)
		mnl_attr_put(nlh, IPVS_DEST_ATTR_ADDR, sizeof(web1.address), web1.address);
	if (skipped != IPVS_DEST_ATTR_PORT)
		mnl_attr_put_u16(nlh, IPVS_DEST_ATTR_PORT, htons(8080));
	for (size_t i = 0; i < 6; i++) {
		if (skipped != words[i])
			mnl_attr_put_u32(nlh, words[i], values[i]);
	}
	mnl_attr_put_u8(nlh, IPVS_DEST_ATTR_TUN_TYPE, 0);
	if (skipped != IPVS_DEST_ATTR_ADDR_FAMILY)
		mnl_attr_put_u16(nlh, IPVS_DEST_ATTR_ADDR_FAMILY, AF_INET);
	if (skipped != IPVS_DEST_ATTR_STATS64) {
		stats = mnl_attr_nest_start(nlh, IPVS_DEST_ATTR_STATS64);
		mnl_attr_put_u64(nlh, IPVS_STATS_ATTR_CONNS, 1ULL << 40);
		mnl_attr_put_u64(nlh, IPVS_STATS_ATTR_INPKTS, 31);
		mnl_attr_put_u64(nlh, IPVS_STATS_ATTR_OUTPKTS, 32);
		mnl_attr_put_u64(nlh, IPVS_STATS_ATTR_INBYTES, 21);
		mnl_attr_put_u64(nlh, IPVS_STATS_ATTR_OUTBYTES, 22);
		mnl_attr_nest_end(nlh, stats);
	}
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

static void dest_from_kernel(void **state)
{
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));
	static const uint16_t needed[] = {IPVS_DEST_ATTR_ADDR,	       IPVS_DEST_ATTR_PORT,
					  IPVS_DEST_ATTR_FWD_METHOD,   IPVS_DEST_ATTR_WEIGHT,
					  IPVS_DEST_ATTR_U_THRESH,     IPVS_DEST_ATTR_L_THRESH,
					  IPVS_DEST_ATTR_ACTIVE_CONNS, IPVS_DEST_ATTR_INACT_CONNS,
					  IPVS_DEST_ATTR_ADDR_FAMILY,  IPVS_DEST_ATTR_STATS64};
	struct ipvs_dest seen = {0};

	(void)state;
	assert_int_equal(ipvs_msg_parse_dest(kernel_dest(buf, 0), &seen), 0);
	assert_memory_equal(seen.address, web1.address, 16);
	assert_int_equal(seen.port, 8080);
	assert_int_equal(seen.method, IP_VS_CONN_F_DROUTE);
	assert_int_equal(seen.weight, 65535);
	assert_int_equal(seen.upper, 9);
	assert_int_equal(seen.lower, 7);
	assert_int_equal(seen.active, 11);
	assert_int_equal(seen.inactive, 12);
	assert_true(seen.connections == 1ULL << 40);
	assert_int_equal(seen.packets_in, 31);
	assert_int_equal(seen.packets_out, 32);
	assert_int_equal(seen.bytes_in, 21);
	assert_int_equal(seen.bytes_out, 22);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		seen.weight = 4711;
		assert_int_equal(ipvs_msg_parse_dest(kernel_dest(buf, needed[i]), &seen), -EBADMSG);
		assert_int_equal(seen.weight, 4711);
	}
}

/* A dest is told to the kernel with the attributes that it must have (ip_vs_genl_parse_dest()). */
static void dest_to_kernel(void **state)
{
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));
	struct change change = {CHANGE_DEST_ADD, &web, &web1};
	struct nlmsghdr *nlh = ipvs_msg_change(buf, FAMILY, &change);
	const struct nlattr *attr, *inner, *dest = NULL;
	uint32_t seen = 0;

	(void)state;
	mnl_attr_for_each (attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == IPVS_CMD_ATTR_DEST)
			dest = attr;
	}
	assert_non_null(dest);
	mnl_attr_for_each_nested (inner, dest)
		seen |= 1u << mnl_attr_get_type(inner);
	assert_int_equal(seen, 1 << IPVS_DEST_ATTR_ADDR_FAMILY | 1 << IPVS_DEST_ATTR_ADDR |
				       1 << IPVS_DEST_ATTR_PORT | 1 << IPVS_DEST_ATTR_FWD_METHOD |
				       1 << IPVS_DEST_ATTR_WEIGHT | 1 << IPVS_DEST_ATTR_U_THRESH |
				       1 << IPVS_DEST_ATTR_L_THRESH);
}

/* Seconds; what the kernel leaves out is not taken for 0. */
static void timeouts(void **state)
{
	static const struct ipvs_timeouts wanted = {900, 120, 300};
	struct ipvs_timeouts seen = {0};
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = ipvs_msg_get_config(buf, FAMILY);
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	(void)state;
	assert_int_equal(genl->cmd, IPVS_CMD_GET_CONFIG);
	assert_int_equal(nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	mnl_attr_put_u32(nlh, IPVS_CMD_ATTR_TIMEOUT_TCP, 1);
	mnl_attr_put_u32(nlh, IPVS_CMD_ATTR_TIMEOUT_UDP, 2);
	assert_int_equal(ipvs_msg_parse_config(nlh, &seen), -EBADMSG);
	assert_int_equal(seen.tcp, 0);
	nlh = ipvs_msg_set_config(buf, FAMILY, &wanted);
	genl = mnl_nlmsg_get_payload(nlh);
	assert_int_equal(genl->cmd, IPVS_CMD_SET_CONFIG);
	assert_int_equal(nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(ipvs_msg_parse_config(nlh, &seen), 0);
	assert_memory_equal(&seen, &wanted, sizeof(seen));
}

static const struct ipvs_daemon on_eth1 = {true, "eth1", 49, 0x510000e0, 1400, 8848, 1};

/* A daemon is told to the kernel in the form in which ip_vs_genl_fill_daemon() tells it. */
static void daemons(void **state)
{
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));
	struct ipvs_daemons seen = {0};
	struct nlmsghdr *nlh = ipvs_msg_start_daemon(buf, FAMILY, true, &on_eth1);
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	(void)state;
	assert_int_equal(genl->cmd, IPVS_CMD_NEW_DAEMON);
	assert_int_equal(nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(ipvs_msg_parse_daemon(nlh, &seen), 0);
	assert_true(ipvs_daemon_equal(&seen.master, &on_eth1));
	assert_false(seen.backup.runs);
	nlh = ipvs_msg_start_daemon(buf, FAMILY, false, &on_eth1);
	assert_int_equal(ipvs_msg_parse_daemon(nlh, &seen), 0);
	assert_true(ipvs_daemon_equal(&seen.backup, &on_eth1));
	assert_true(seen.master.runs);
	nlh = ipvs_msg_dump_daemons(buf, FAMILY);
	genl = mnl_nlmsg_get_payload(nlh);
	assert_int_equal(genl->cmd, IPVS_CMD_GET_DAEMON);
	assert_int_equal(nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
}

/* To stop one its role is all that is said; that is no daemon that runs. */
static void a_daemon_stops(void **state)
{
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));
	struct ipvs_daemons seen = {0};
	struct nlmsghdr *nlh = ipvs_msg_stop_daemon(buf, FAMILY, false);
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *nest = mnl_nlmsg_get_payload_offset(nlh, sizeof(*genl)), *attr;
	int n = 0;

	(void)state;
	assert_int_equal(genl->cmd, IPVS_CMD_DEL_DAEMON);
	assert_int_equal(mnl_attr_get_type(nest), IPVS_CMD_ATTR_DAEMON);
	mnl_attr_for_each_nested (attr, nest) {
		assert_int_equal(mnl_attr_get_type(attr), IPVS_DAEMON_ATTR_STATE);
		assert_int_equal(mnl_attr_get_u32(attr), IP_VS_STATE_BACKUP);
		n++;
	}
	assert_int_equal(n, 1);
	assert_int_equal(ipvs_msg_parse_daemon(nlh, &seen), -EBADMSG);
	assert_false(seen.master.runs || seen.backup.runs);
}

/* Of another group than IPv4's, a third role, a name that does not fit; cut off anywhere. */
static void strange_daemons(void **state)
{
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));
	struct ipvs_daemons seen = {0};
	struct nlmsghdr *nlh = ipvs_msg_start_daemon(buf, FAMILY, true, &on_eth1);
	struct nlattr *nest = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr));
	const uint32_t third = IP_VS_STATE_MASTER | IP_VS_STATE_BACKUP;
	struct nlattr *attr;

	(void)state;
	for (uint32_t n = sizeof(*nlh); n < nlh->nlmsg_len; n++) {
		struct nlmsghdr *part = malloc(n);

		assert_non_null(part);
		memcpy(part, buf, n);
		part->nlmsg_len = n;
		assert_int_equal(ipvs_msg_parse_daemon(part, &seen), -EBADMSG);
		free(part);
	}
	mnl_attr_for_each_nested (attr, nest) {
		if (mnl_attr_get_type(attr) == IPVS_DAEMON_ATTR_MCAST_GROUP)
			attr->nla_type = IPVS_DAEMON_ATTR_MCAST_GROUP6;
	}
	assert_int_equal(ipvs_msg_parse_daemon(nlh, &seen), 0);
	assert_true(seen.master.runs && seen.master.group == 0);
	attr = mnl_attr_get_payload(nest);
	assert_int_equal(mnl_attr_get_type(attr), IPVS_DAEMON_ATTR_STATE);
	memcpy(mnl_attr_get_payload(attr), &third, sizeof(third));
	assert_int_equal(ipvs_msg_parse_daemon(nlh, &seen), -EBADMSG);
	nlh = ipvs_msg_stop_daemon(buf, FAMILY, true);
	nest = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_u32(nlh, IPVS_DAEMON_ATTR_SYNC_ID, 1);
	mnl_attr_put_u16(nlh, IPVS_DAEMON_ATTR_SYNC_MAXLEN, 1400);
	mnl_attr_put_u16(nlh, IPVS_DAEMON_ATTR_MCAST_PORT, 8848);
	mnl_attr_put_u8(nlh, IPVS_DAEMON_ATTR_MCAST_TTL, 1);
	mnl_attr_put_strz(nlh, IPVS_DAEMON_ATTR_MCAST_IFN, "sixteen-letters!");
	mnl_attr_nest_end(nlh, nest);
	assert_int_equal(ipvs_msg_parse_daemon(nlh, &seen), -EBADMSG);
}

/* Cut off anywhere, a message is refused and nothing past its end is read (sanitizers watch). */
static void cut_off(void **state)
{
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));
	struct nlmsghdr *whole = kernel_dest(buf, 0);
	uint32_t length = whole->nlmsg_len;
	struct ipvs_service service;
	struct ipvs_timeouts timeouts;
	struct ipvs_dest dest;
	uint16_t family;

	(void)state;
	for (uint32_t n = sizeof(*whole); n < length; n++) {
		struct nlmsghdr *part = malloc(n);

		assert_non_null(part);
		memcpy(part, buf, n);
		part->nlmsg_len = n;
		assert_int_equal(ipvs_msg_parse_dest(part, &dest), -EBADMSG);
		assert_int_equal(ipvs_msg_parse_service(part, &service), -EBADMSG);
		assert_int_equal(ipvs_msg_parse_config(part, &timeouts), -EBADMSG);
		ipvs_msg_parse_family(part, &family);
		free(part);
	}
}

/* A name of the kernel's that does not fit is refused, not cut. */
static void long_scheduler(void **state)
{
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));
	struct change change = {CHANGE_SERVICE_DELETE, &web, NULL};
	struct nlmsghdr *nlh = ipvs_msg_change(buf, FAMILY, &change);
	struct nlattr *nest = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr));
	struct ip_vs_flags flags = {0};
	struct ipvs_service seen;

	(void)state;
	mnl_attr_put(nlh, IPVS_SVC_ATTR_FLAGS, sizeof(flags), &flags);
	mnl_attr_put_u32(nlh, IPVS_SVC_ATTR_TIMEOUT, 0);
	mnl_attr_put_u32(nlh, IPVS_SVC_ATTR_NETMASK, 0);
	mnl_attr_put_str(nlh, IPVS_SVC_ATTR_SCHED_NAME, "sixteen-letters!");
	mnl_attr_nest_end(nlh, nest);
	assert_int_equal(ipvs_msg_parse_service(nlh, &seen), -EBADMSG);
}

static void family(void **state)
{
	char buf[IPVS_MSG_MAX] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = ipvs_msg_get_family(buf);
	uint16_t seen = 0;

	(void)state;
	assert_int_equal(nlh->nlmsg_type, GENL_ID_CTRL);
	assert_int_equal(ipvs_msg_parse_family(nlh, &seen), -EBADMSG);
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	assert_int_equal(ipvs_msg_parse_family(nlh, &seen), 0);
	assert_int_equal(seen, FAMILY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),	   cmocka_unit_test(service_round_trip),
		cmocka_unit_test(service_by_mark), cmocka_unit_test(ipv6_round_trip),
		cmocka_unit_test(delete_is_short), cmocka_unit_test(dest_from_kernel),
		cmocka_unit_test(dest_to_kernel),  cmocka_unit_test(cut_off),
		cmocka_unit_test(long_scheduler),  cmocka_unit_test(family),
		cmocka_unit_test(timeouts),	   cmocka_unit_test(daemons),
		cmocka_unit_test(a_daemon_stops),  cmocka_unit_test(strange_daemons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
