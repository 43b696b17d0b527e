// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conform/NAME.cases on the data path compiled for this machine: under the sanitizers, and with the
 * port that a frame leaves by, which BPF_PROG_TEST_RUN does not tell.
 */
#include "engine/flows.h"
#include "engine/full_nat.h"
#include "engine/tests/conform/host.h"
#include "engine/tests/conform/suite.h"

static struct tables_path path;

static int set_up(void **state)
{
	(void)state;
	return host_make(&path);
}

static int tear_down(void **state)
{
	(void)state;
	host_free(&path);
	return 0;
}

static enum run_verdict send_step(const struct case_step *step)
{
	static struct run_result result;
	static uint8_t bytes[PACKET_MAX];
	size_t size = packet_make(&step->frame, PACKET_IN, &(const struct packet_free){0}, bytes);

	assert_int_equal(host_send(&path, step->frame.lan, bytes, size, true, &result), 0);
	return result.verdict;
}

#define FIRST 40000
#define PORTS 256

/* As the owner has told it: the client of the flow has the second of its ports. */
static void move_to_second_port(struct flow flow)
{
	const struct fwd_back *back = &path.tables.backs[ntohs(flow.key & 0xffff) % FWD_BACKS];
	struct full_nat_client client = {.port = (__be16)(back->key & 0xffff)};
	uint64_t hash = fwd_back_hash(back->client, back->key);
	uint32_t number = flows_find(&path.tables, &flow);

	memcpy(client.address, back->client, sizeof(client.address));
	assert_int_equal(ntohs(back->port), fwd_back_port(hash, FIRST, PORTS, 0));
	assert_true(flows_remove(&path.tables, number, &flow));
	flow.key = FWD_KEY(htons((uint16_t)fwd_back_port(hash, FIRST, PORTS, 1)), flow.key >> 16);
	assert_int_equal(full_nat_take(&path.tables, &flow, &client, true), 0);
	assert_int_equal(flows_insert(&path.tables, &flow, &number), 0);
}

static int use_second_port(void *data, const struct conform_case *c)
{
	struct flow flow;
	uint32_t n = 0;

	(void)data;
	assert_int_equal(tables_path_begin(&path, c), 0);
	path.tables.settings->back_first = FIRST;
	path.tables.settings->backs = PORTS;
	assert_int_equal(send_step(&c->steps[0]), RUN_SENT);
	while (!flows_read(&path.tables, n, &flow))
		assert_true(++n < flows_slots(&path.tables, false));
	assert_true(FWD_IS_FULLNAT(flow.key));
	move_to_second_port(flow);
	assert_int_equal(send_step(&c->steps[1]), RUN_SENT);
	return 0;
}

/* The other router found the first one in use, by what is over, or was never told. */
static void test_a_port_of_a_flow_that_is_over(void **state)
{
	char error[CASE_ERROR_MAX], text[] = "case second-port\n"
					     "service web tcp vip4:80 nat rr\n"
					     "real web ann4:8080\n"
					     "in eth1 tcp bob4:1000 > vip4:80 syn\n"
					     "in eth1 tcp bob4:1000 > vip4:80 ackn len 9\n";

	(void)state;
	assert_int_equal(case_read("second-port", text, use_second_port, NULL, error), 0);
}

int main(void)
{
	const struct run_path on = {.kind = CASE_XDP,
				    .data = &path,
				    .begin = tables_path_begin,
				    .send = host_send,
				    .change = tables_path_change,
				    .flow = tables_path_flow,
				    .count = tables_path_count,
				    .reason = tables_path_reason};

	return suite_run("conform-host", &on,
			 (struct CMUnitTest)cmocka_unit_test(test_a_port_of_a_flow_that_is_over),
			 set_up, tear_down);
}
