// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring as text, on the wire, and what must be kept of it. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "config/ring.h"
#include "proto/ring_wire.h"

static const char written[] =
	"trireme ring 1\n"
	"totem demo 500 600\n"
	"crypto 2 0 0700000000000000000000000000000000000000000000000000000000000000\n"
	"other 2 1 00000000000000000000000000000000000000000000000000000000000000ff\n"
	"device 192.0.2.9 5403 2000 3000\n"
	"node 1 r1 10.77.0.11/24 203.0.113.11/24 10.88.0.11/16 -\n"
	"node 2 r2 10.77.0.12/24 203.0.113.12/24 10.88.0.12/16 -\n";

static void text_comes_back(void **state)
{
	char again[RING_TEXT_MAX];
	struct text text = TEXT_ON(again);
	struct ring ring;

	(void)state;
	assert_int_equal(ring_parse(written, &ring), 0);
	assert_int_equal(ring.links, 7);
	assert_true(ring.has_other && ring.other.key[31] == 0xff);
	assert_int_equal(ring_text(&ring, &text), 0);
	assert_string_equal(again, written);
}

/* Every text that lacks a byte, or has another one, is refused or is another ring. */
static void damaged_text_is_seen(void **state)
{
	struct ring ring, other;
	char copy[sizeof(written)];

	(void)state;
	assert_int_equal(ring_parse(written, &ring), 0);
	for (size_t i = 0; i < sizeof(written) - 1; i++) {
		memcpy(copy, written, i);
		memcpy(copy + i, written + i + 1, sizeof(written) - i - 1);
		if (ring_parse(copy, &other) == 0)
			assert_true(ring_digest(&other) != ring_digest(&ring));
		memcpy(copy, written, sizeof(written));
		copy[i] ^= 1;
		if (ring_parse(copy, &other) == 0)
			assert_true(ring_digest(&other) != ring_digest(&ring));
		copy[i] = '\0';
		assert_true(ring_parse(copy, &other) < 0 || other.n_nodes == 1);
	}
}

static void the_largest_ring_fits(void **state)
{
	char buf[RING_TEXT_MAX];
	struct text text = TEXT_ON(buf);
	struct ring ring = {.links = 15, .n_nodes = CONFIG_NODES_MAX, .has_other = true};

	(void)state;
	memset(ring.name, 'n', CONFIG_NAME_MAX - 1);
	ring.token = ring.consensus = UINT32_MAX;
	ring.device = (struct config_device){inet_addr("255.255.255.255"), UINT16_MAX, UINT32_MAX,
					     UINT32_MAX};
	for (size_t i = 0; i < ring.n_nodes; i++) {
		ring.nodes[i].id = UINT8_MAX;
		memset(ring.nodes[i].name, 'n', CONFIG_NAME_MAX - 1);
		for (size_t l = 0; l < RING_LINKS; l++)
			ring.nodes[i].address[l] =
				(struct config_address){inet_addr("255.255.255.255"), 32};
	}
	assert_int_equal(ring_text(&ring, &text), 0);
}

static void quorum_device_comes_and_goes_by_one_reload(void **state)
{
	struct ring with, without, next;

	(void)state;
	assert_int_equal(ring_parse(written, &with), 0);
	with.links = 3;
	with.has_other = false;
	without = with;
	without.device = (struct config_device){0};
	assert_int_equal(ring_next(&without, &with, &next), RING_STEP_DETAILS);
	assert_true(next.device.host == with.device.host && next.device.sync_timeout == 3000);
	assert_int_equal(ring_distance(&next, &with), 0);
	assert_int_equal(ring_distance(&with, &without), 1);
	assert_true(ring_digest(&with) != ring_digest(&without));
}

static void what_is_used_is_kept(void **state)
{
	static struct config config;
	struct config_node *node = &config.nodes[0];
	struct ring ring;

	(void)state;
	assert_int_equal(ring_parse(written, &ring), 0);
	config.n_nodes = 1;
	node->id = 1;
	node->n_ports = 1;
	memcpy(node->ports[0].name, "eth1", 5);
	node->ports[0].address = inet_addr("10.88.0.11");
	assert_int_equal(ring_keep(&ring, &config), 0);
	assert_int_equal(ring_keep(&ring, &config), 0);
	assert_int_equal(config.n_kept, 5);
	assert_int_equal(config.kept[0].node, 1);
	assert_string_equal(config.kept[0].port, "eth1");
	assert_int_equal(config.kept[0].address.address, inet_addr("10.77.0.11"));
	assert_int_equal(config.kept[4].address.prefix_length, 16);
}

static void report_on_the_wire(void **state)
{
	struct ring_report report = {.target = 0x0123456789abcdefULL,
				     .left = 3,
				     .flags = RING_REPORT_FLAGS,
				     .reason = "no connection"},
			   other;
	uint8_t bytes[RING_WIRE_MAX + 1];
	size_t size;

	(void)state;
	assert_int_equal(ring_wire_encode(&report, bytes, RING_WIRE_MAX, &size), 0);
	assert_int_equal(ring_wire_decode(bytes, size, &other), 0);
	assert_memory_equal(&other, &report, sizeof(report));
	for (size_t n = 0; n < size; n++) {
		assert_int_equal(ring_wire_encode(&report, bytes, n, &size), -ENOSPC);
		assert_int_equal(ring_wire_decode(bytes, n, &other), -EBADMSG);
	}
	assert_int_equal(ring_wire_decode(bytes, size + 1, &other), -EBADMSG);
	bytes[2]++;
	assert_int_equal(ring_wire_decode(bytes, size, &other), -EPROTO);
	memset(report.reason, 'x', sizeof(report.reason) - 1);
	assert_int_equal(ring_wire_encode(&report, bytes, RING_WIRE_MAX, &size), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_comes_back),
		cmocka_unit_test(damaged_text_is_seen),
		cmocka_unit_test(the_largest_ring_fits),
		cmocka_unit_test(what_is_used_is_kept),
		cmocka_unit_test(quorum_device_comes_and_goes_by_one_reload),
		cmocka_unit_test(report_on_the_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
