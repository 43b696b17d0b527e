// SPDX-License-Identifier: GPL-2.0-or-later
/* Against the kernel, in a network namespace of its own with more addresses than two parts hold. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/netlink_attr.h"
#include "base/netlink_io.h"

#define WAIT_MS 2000
#define LOOPBACK 1 /* the first interface of a namespace */
#define N_ADDRESSES 1000

static char buf[NETLINK_PART_MAX] __attribute__((aligned(8)));

static int change_address(struct mnl_socket *socket, uint16_t type, uint32_t number)
{
	char message[256] __attribute__((aligned(8)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(message);
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(request, sizeof(*info));

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE;
	info->ifa_family = AF_INET;
	info->ifa_index = LOOPBACK;
	info->ifa_prefixlen = 32;
	mnl_attr_put_u32(request, IFA_LOCAL, htonl(0x0a000000 | number));
	return netlink_talk(socket, request, message, sizeof(message), NULL, NULL);
}

struct reading {
	size_t n_tries, n_addresses;
	size_t n_disturbed; /* this many tries meet a change */
	bool changed;
};

/* The change comes between the first part, which is being read, and the next. */
static int see_address(const struct nlmsghdr *message, void *data)
{
	struct reading *reading = data;
	struct mnl_socket *other = NULL;

	assert_int_equal(message->nlmsg_type, RTM_NEWADDR);
	reading->n_addresses++;
	if (reading->n_tries > reading->n_disturbed || reading->changed)
		return MNL_CB_OK;
	reading->changed = true;
	assert_int_equal(netlink_open(NETLINK_ROUTE, WAIT_MS, &other), 0);
	assert_int_equal(change_address(other, reading->n_tries % 2 ? RTM_NEWADDR : RTM_DELADDR,
					N_ADDRESSES + 1),
			 0);
	netlink_closep(&other);
	return MNL_CB_OK;
}

static int read_addresses(struct mnl_socket *socket, void *data)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buf);
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	struct reading *reading = data;

	request->nlmsg_type = RTM_GETADDR;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	info->ifa_family = AF_INET;
	reading->n_tries++;
	reading->n_addresses = 0;
	reading->changed = false;
	return netlink_talk(socket, request, buf, sizeof(buf), see_address, reading);
}

static int read_disturbed(struct reading *reading)
{
	return netlink_read_whole(NETLINK_ROUTE, WAIT_MS, read_addresses, reading);
}

static void a_quiet_table_is_read_once(void **state)
{
	struct reading reading = {};

	(void)state;
	assert_int_equal(read_disturbed(&reading), 0);
	assert_int_equal(reading.n_tries, 1);
	assert_int_equal(reading.n_addresses, N_ADDRESSES);
}

static void a_change_during_the_dump_makes_it_start_again(void **state)
{
	struct reading reading = {.n_disturbed = 2};

	(void)state;
	assert_int_equal(read_disturbed(&reading), 0);
	assert_int_equal(reading.n_tries, 3);
	assert_int_equal(reading.n_addresses, N_ADDRESSES);
}

static void endless_changes_end_the_tries(void **state)
{
	struct reading reading = {.n_disturbed = SIZE_MAX};

	(void)state;
	assert_int_equal(read_disturbed(&reading), -EINTR);
	assert_in_range(reading.n_tries, 5, 100);
}

static void what_the_kernel_refuses_is_said(void **state)
{
	struct mnl_socket *socket = NULL;

	(void)state;
	assert_int_equal(netlink_open(NETLINK_ROUTE, WAIT_MS, &socket), 0);
	assert_int_equal(change_address(socket, RTM_DELADDR, N_ADDRESSES + 2), -EADDRNOTAVAIL);
	/* The answer was whole: the socket is as good as before. */
	assert_int_equal(change_address(socket, RTM_NEWADDR, N_ADDRESSES + 2), 0);
	assert_int_equal(change_address(socket, RTM_DELADDR, N_ADDRESSES + 2), 0);
	netlink_closep(&socket);
}

static int refuse(const struct nlmsghdr *message, void *data)
{
	(void)message;
	errno = *(int *)data;
	return MNL_CB_ERROR;
}

static int read_and_refuse(struct mnl_socket *socket, void *data)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buf);

	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
	return netlink_talk(socket, request, buf, sizeof(buf), refuse, data);
}

static void what_the_callback_refuses_is_said(void **state)
{
	int code = EOVERFLOW;

	(void)state;
	assert_int_equal(netlink_read_whole(NETLINK_ROUTE, WAIT_MS, read_and_refuse, &code),
			 -EOVERFLOW);
	code = 0;
	assert_int_equal(netlink_read_whole(NETLINK_ROUTE, WAIT_MS, read_and_refuse, &code),
			 -EPROTO);
}

static void silence_has_an_end(void **state)
{
	struct mnl_socket *socket = NULL;
	struct nlmsghdr *request = mnl_nlmsg_put_header(buf);

	(void)state;
	/* The kernel does not answer a NLMSG_NOOP that asks for no acknowledgement. */
	request->nlmsg_type = NLMSG_NOOP;
	request->nlmsg_flags = NLM_F_REQUEST;
	assert_int_equal(netlink_open(NETLINK_ROUTE, 20, &socket), 0);
	assert_int_equal(netlink_talk(socket, request, buf, sizeof(buf), NULL, NULL), -ETIMEDOUT);
	netlink_closep(&socket);
}

static void a_number_is_as_long_as_it_says(void **state)
{
	const struct {
		uint16_t size;
		uint32_t number;
	} cases[] = {{0, 0}, {1, 0x81}, {2, 0x8281}, {3, 0}, {4, 0x84838281}, {5, 0}, {8, 0}};
	const uint8_t bytes[] = {0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88};
	struct nlmsghdr *message = mnl_nlmsg_put_header(buf);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct nlattr *attr = mnl_nlmsg_get_payload_tail(message);

		mnl_attr_put(message, 1, cases[i].size, bytes);
		assert_int_equal(netlink_number(attr), cases[i].number);
	}
}

/* Not root: a user namespace gives the right to a network. */
static int fill(void **state)
{
	struct mnl_socket *socket = NULL;
	int r;

	(void)state;
	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return -1;
	r = netlink_open(NETLINK_ROUTE, WAIT_MS, &socket);
	for (uint32_t i = 1; i <= N_ADDRESSES && r == 0; i++)
		r = change_address(socket, RTM_NEWADDR, i);
	netlink_closep(&socket);
	return r;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quiet_table_is_read_once),
		cmocka_unit_test(a_change_during_the_dump_makes_it_start_again),
		cmocka_unit_test(endless_changes_end_the_tries),
		cmocka_unit_test(what_the_kernel_refuses_is_said),
		cmocka_unit_test(what_the_callback_refuses_is_said),
		cmocka_unit_test(silence_has_an_end),
		cmocka_unit_test(a_number_is_as_long_as_it_says),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
