// SPDX-License-Identifier: GPL-2.0-or-later
/* The queue before corosync, on a corosync that takes as many messages as the test says. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/cpg_queue_io.h"

#define TAKEN_MAX 256

static struct {
	unsigned int takes, retries;
	uint32_t taken[TAKEN_MAX];
	size_t n_taken;
} corosync;

int cpg_io_send(struct cpg_io *io, const void *bytes, size_t size)
{
	if (!io->attached)
		return -ENOTCONN;
	if (corosync.takes == 0)
		return -EAGAIN;
	corosync.takes--;
	assert_true(size >= sizeof(uint32_t) && corosync.n_taken < TAKEN_MAX);
	memcpy(&corosync.taken[corosync.n_taken++], bytes, sizeof(uint32_t));
	return 0;
}

void cpg_io_retry(struct cpg_io *io)
{
	(void)io;
	corosync.retries++;
}

static struct cpg_io cpg;
static struct cpg_queue queue;

static int setup(void **state)
{
	(void)state;
	memset(&corosync, 0, sizeof(corosync));
	cpg = (struct cpg_io){.attached = true};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cpg_queue_clear(&queue);
	return 0;
}

static int send_number(uint32_t number)
{
	return cpg_queue_send(&queue, &cpg, &number, sizeof(number));
}

static void assert_taken_in_order(size_t n)
{
	assert_int_equal(corosync.n_taken, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(corosync.taken[i], i);
}

static void goes_at_once_when_corosync_takes_it(void **state)
{
	(void)state;
	corosync.takes = 2;
	assert_int_equal(send_number(0), 0);
	assert_int_equal(send_number(1), 0);
	assert_taken_in_order(2);
	assert_int_equal(corosync.retries, 0);
}

static void nothing_overtakes_what_waits(void **state)
{
	(void)state;
	assert_int_equal(send_number(0), 0);
	corosync.takes = 1;
	assert_int_equal(send_number(1), 0);
	assert_taken_in_order(0);
	assert_true(corosync.retries > 0);
	corosync.retries = 0;
	assert_int_equal(cpg_queue_flush(&queue, &cpg), CPG_QUEUE_MAX - 1);
	assert_taken_in_order(1);
	assert_int_equal(corosync.retries, 1);
	corosync.takes = 1;
	corosync.retries = 0;
	assert_int_equal(cpg_queue_flush(&queue, &cpg), CPG_QUEUE_MAX);
	assert_taken_in_order(2);
	assert_int_equal(corosync.retries, 0);
}

/* More than once around, with one place free at a time. */
static void a_full_queue_says_so(void **state)
{
	uint32_t next = 0;

	(void)state;
	while (next < CPG_QUEUE_MAX)
		assert_int_equal(send_number(next++), 0);
	assert_int_equal(send_number(next), -EAGAIN);
	while (next < 3 * CPG_QUEUE_MAX) {
		corosync.takes = 1;
		assert_int_equal(cpg_queue_flush(&queue, &cpg), 1);
		assert_int_equal(send_number(next++), 0);
		assert_int_equal(send_number(next), -EAGAIN);
	}
	corosync.takes = CPG_QUEUE_MAX;
	assert_int_equal(cpg_queue_flush(&queue, &cpg), CPG_QUEUE_MAX);
	assert_taken_in_order(next);
}

static void what_is_too_large_is_refused(void **state)
{
	static const uint8_t large[CPG_MESSAGE_MAX + 1];

	(void)state;
	assert_int_equal(cpg_queue_send(&queue, &cpg, large, sizeof(large)), -EMSGSIZE);
	assert_int_equal(cpg_queue_send(&queue, &cpg, large, CPG_MESSAGE_MAX), 0);
}

static void without_a_connection_nothing_is_kept(void **state)
{
	(void)state;
	assert_int_equal(send_number(7), 0);
	cpg.attached = false;
	assert_int_equal(send_number(8), -ENOTCONN);
	cpg_queue_clear(&queue);
	cpg.attached = true;
	corosync.takes = 1;
	assert_int_equal(send_number(0), 0);
	assert_taken_in_order(1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(goes_at_once_when_corosync_takes_it),
		CASE(nothing_overtakes_what_waits),
		CASE(a_full_queue_says_so),
		CASE(what_is_too_large_is_refused),
		CASE(without_a_connection_nothing_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
