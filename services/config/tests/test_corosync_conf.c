// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/golden/NAME.conf is what a document gives. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "config/corosync_conf.h"
#include "schema/schema.h"

static struct config *load_demo(void)
{
	struct config *config = NULL;
	struct schema_error error;

	if (schema_load("services/schema", "services/schema/examples/demo.json", &config, &error) <
	    0)
		fail_msg("%s: %s", error.path, error.allowed);
	return config;
}

static int conf_of(const struct config *config, struct text *text)
{
	static const uint8_t key[RING_KEY_SIZE] = {1};
	struct ring ring;

	ring_of_config(config, key, &ring);
	return corosync_conf(&ring, text);
}

static void check_golden(const char *conf, const char *name)
{
	_cleanup_free_ char *expected = NULL;
	char path[128];

	snprintf(path, sizeof(path), "services/config/tests/golden/%s.conf", name);
	assert_int_equal(file_read(path, COROSYNC_CONF_MAX, &expected, NULL), 0);
	assert_string_equal(conf, expected);
}

static void compare(const struct config *config, const char *name)
{
	char conf[COROSYNC_CONF_MAX];
	struct text text = TEXT_ON(conf);

	assert_int_equal(conf_of(config, &text), 0);
	check_golden(conf, name);
}

static void three_nodes(void **state)
{
	_cleanup_(config_freep) struct config *config = load_demo();

	(void)state;
	compare(config, "three-nodes");
}

static void two_nodes_wait_for_each_other(void **state)
{
	_cleanup_(config_freep) struct config *config = load_demo();

	(void)state;
	config->n_nodes = 2;
	config->token = 200;
	config->consensus = 240;
	compare(config, "two-nodes");
}

/* With a third vote none may stand alone, nor need any wait for the other. */
static void two_nodes_and_a_quorum_device(void **state)
{
	_cleanup_(config_freep) struct config *config = load_demo();

	(void)state;
	config->n_nodes = 2;
	config->device = (struct config_device){inet_addr("192.0.2.9"), 5403, 2000, 3000};
	compare(config, "two-nodes-and-a-device");
}

static void one_node(void **state)
{
	_cleanup_(config_freep) struct config *config = load_demo();

	(void)state;
	config->n_nodes = 1;
	compare(config, "one-node");
}

/* While both ports of both nodes get other addresses. */
static void all_links(void **state)
{
	static const uint8_t key[RING_KEY_SIZE] = {1};
	_cleanup_(config_freep) struct config *config = load_demo();
	char conf[COROSYNC_CONF_MAX];
	struct text text = TEXT_ON(conf);
	struct ring now, wanted, next;

	(void)state;
	config->n_nodes = 2;
	ring_of_config(config, key, &now);
	for (size_t i = 0; i < config->n_nodes; i++) {
		config->nodes[i].ports[0].address ^= htonl(0x40);
		config->nodes[i].ports[1].address ^= htonl(0x40);
	}
	ring_of_config(config, key, &wanted);
	assert_int_equal(ring_next(&now, &wanted, &next), RING_STEP_LINK_ADD);
	assert_int_equal(corosync_conf(&next, &text), 0);
	check_golden(conf, "all-links");
}

static void the_most_nodes_fit(void **state)
{
	_cleanup_(config_freep) struct config *config = load_demo();
	char conf[COROSYNC_CONF_MAX], little[64];
	struct text text = TEXT_ON(conf), short_text = TEXT_ON(little);

	(void)state;
	for (size_t i = 0; i < CONFIG_NODES_MAX; i++) {
		config->nodes[i] = config->nodes[0];
		memset(config->nodes[i].name, 'n', CONFIG_NAME_MAX - 1);
	}
	config->n_nodes = CONFIG_NODES_MAX;
	assert_int_equal(conf_of(config, &text), 0);
	assert_int_equal(conf_of(config, &short_text), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_nodes),
		cmocka_unit_test(two_nodes_wait_for_each_other),
		cmocka_unit_test(two_nodes_and_a_quorum_device),
		cmocka_unit_test(one_node),
		cmocka_unit_test(all_links),
		cmocka_unit_test(the_most_nodes_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
