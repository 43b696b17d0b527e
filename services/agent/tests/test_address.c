// SPDX-License-Identifier: GPL-2.0-or-later
/* Against the kernel, in a network namespace of its own: aliases on its loopback. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "agent/address_io.h"

static struct address_io io;
static struct port_state ports[] = {{.name = "lo", .index = 1, .gated = true}};
static struct config_group group = {
	.name = "main",
	.aliases = {{.label = "lo:1", .port = "lo", .address = 0x0100000a},
		    {.label = "lo:2", .port = "lo", .address = 0x0200000a}},
	.n_aliases = 2,
	.ipv6_aliases = {{.port = "lo", .address = {{{0xfd, [15] = 1}}}}},
	.n_ipv6_aliases = 1,
};

static int set_up(void **state)
{
	(void)state;
	return unshare(CLONE_NEWNET) < 0 ? -1 : address_io_open(&io);
}

static int tear_down(void **state)
{
	(void)state;
	address_io_close(&io);
	return 0;
}

/* A request whose acknowledgement nobody has waited for. */
static void leave_an_answer(void)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);

	h->nlmsg_type = RTM_DELADDR;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	h->nlmsg_seq = 4000000000;
	mnl_nlmsg_put_extra_header(h, sizeof(struct rtgenmsg));
	assert_true(mnl_socket_sendto(io.socket, h, h->nlmsg_len) > 0);
}

/* Whether the first alias can be bound to. */
static bool is_there(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {group.aliases[0].address}};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r = bind(fd, (struct sockaddr *)&at, sizeof(at));

	close(fd);
	return r == 0;
}

static void come_and_go(void **state)
{
	size_t failed = 7;

	(void)state;
	assert_int_equal(address_io_add(&io, &group, ports, 1, 5, &failed), 0);
	assert_int_equal(address_io_add(&io, &group, ports, 1, 5, &failed), 0);
	assert_true(is_there());
	assert_int_equal(address_io_delete(&io, &group, ports, 1), 0);
	assert_false(is_there());
	assert_int_equal(address_io_delete(&io, &group, ports, 1), 0);
	assert_int_equal(failed, 7);
}

/* Whether the IPv6 alias is there: /128, deprecated, without duplicate address detection. */
static bool ipv6_is_there(void)
{
	static const char wanted[] = "fd000000000000000000000000000001 01 80 00 22 ";
	FILE *file = fopen("/proc/thread-self/net/if_inet6", "r");
	char line[128];
	bool found = false;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		found |= strncmp(line, wanted, strlen(wanted)) == 0;
	fclose(file);
	return found;
}

static void ipv6_comes_and_goes(void **state)
{
	size_t failed;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(address_io_add(&io, &group, ports, 1, 5, &failed), 0);
		assert_true(ipv6_is_there());
	}
	assert_int_equal(address_io_delete(&io, &group, ports, 1), 0);
	assert_false(ipv6_is_there());
}

/* Where a port takes no IPv6, there is nothing to remove from it, and the group has no place. */
static void none_where_there_is_no_ipv6(void **state)
{
	size_t failed = 7;

	(void)state;
	assert_int_equal(system("echo 1 >/proc/sys/net/ipv6/conf/lo/disable_ipv6"), 0);
	assert_int_equal(address_io_add(&io, &group, ports, 1, 5, &failed), -EACCES);
	assert_int_equal(failed, 2);
	assert_int_equal(address_io_delete(&io, &group, ports, 1), 0);
	assert_int_equal(system("echo 0 >/proc/sys/net/ipv6/conf/lo/disable_ipv6"), 0);
}

static void none_without_the_other(void **state)
{
	struct config_group half = group;
	size_t failed = 7;

	(void)state;
	strcpy(half.aliases[1].port, "none");
	assert_int_equal(address_io_add(&io, &half, ports, 1, 5, &failed), -ENODEV);
	assert_int_equal(failed, 1);
	assert_int_equal(address_io_delete(&io, &half, ports, 1), 0);
}

static void none_where_nothing_enforces_the_lease(void **state)
{
	size_t failed = 7;

	(void)state;
	ports[0].gated = false;
	assert_int_equal(address_io_add(&io, &group, ports, 1, 5, &failed), -ENODEV);
	ports[0].gated = true;
	assert_int_equal(failed, 2);
}

static void late_answers_are_passed_over(void **state)
{
	size_t failed;

	(void)state;
	for (int i = 0; i < 5; i++)
		leave_an_answer();
	assert_int_equal(address_io_add(&io, &group, ports, 1, 5, &failed), 0);
	for (int i = 0; i < 5; i++)
		leave_an_answer();
	assert_int_equal(address_io_delete(&io, &group, ports, 1), 0);
}

/* As an agent finds them that has just been started. */
static void left_ones_are_deleted_by_name(void **state)
{
	size_t failed;

	(void)state;
	assert_int_equal(address_io_add(&io, &group, ports, 1, 5, &failed), 0);
	assert_int_equal(address_io_delete(&io, &group, ports, 0), 0);
	assert_true(is_there());
	assert_int_equal(address_io_delete_by_name(&io, &group), 0);
	assert_false(is_there());
}

static void failure_is_told_without_a_socket(void **state)
{
	struct address_io closed = {0};

	(void)state;
	assert_int_equal(address_io_delete(&closed, &group, ports, 1), -ENOTCONN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(come_and_go),
		cmocka_unit_test(ipv6_comes_and_goes),
		cmocka_unit_test(none_where_there_is_no_ipv6),
		cmocka_unit_test(none_without_the_other),
		cmocka_unit_test(none_where_nothing_enforces_the_lease),
		cmocka_unit_test(late_answers_are_passed_over),
		cmocka_unit_test(left_ones_are_deleted_by_name),
		cmocka_unit_test(failure_is_told_without_a_socket),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
