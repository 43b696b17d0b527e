// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/parse.h"
#include "config/identity.h"

static struct config two_nodes(void)
{
	struct config config = {.n_nodes = 2};

	for (uint8_t i = 0; i < 2; i++) {
		struct config_node *node = &config.nodes[i];

		copy_text(node->name, sizeof(node->name), i ? "r2" : "r1");
		node->n_ports = 2;
		for (uint8_t j = 0; j < 2; j++) {
			struct config_port *port = &node->ports[j];

			copy_text(port->name, sizeof(port->name), j ? "eth1" : "eth0");
			port->hardware = CONFIG_HARDWARE_MAC;
			memcpy(port->mac, (uint8_t[6]){0x52, 0x54, 0, 0, i, j}, 6);
		}
	}
	return config;
}

static struct identity_macs cards(size_t n, const uint8_t (*macs)[6])
{
	struct identity_macs found = {.n = n};

	memcpy(found.macs, macs, n * 6);
	return found;
}

static int find(const struct config *config, const struct identity_macs *macs,
		const struct config_node **ret_node, char *words, size_t size)
{
	struct text text = text_on(words, size);

	return identity_find(config, macs, ret_node, &text);
}

static void by_one_of_its_cards(void **state)
{
	const uint8_t macs[][6] = {{2, 0, 0, 0, 0, 9}, {0x52, 0x54, 0, 0, 1, 1}};
	struct config config = two_nodes();
	struct identity_macs found = cards(2, macs);
	const struct config_node *node;
	char words[1024];

	(void)state;
	assert_int_equal(find(&config, &found, &node, words, sizeof(words)), 0);
	assert_string_equal(node->name, "r2");
	assert_string_equal(words, "");
}

static void no_card_of_any_node(void **state)
{
	const uint8_t macs[][6] = {{2, 0, 0, 0, 0, 9}};
	struct config config = two_nodes();
	struct identity_macs found = cards(1, macs);
	const struct config_node *node = NULL;
	char words[1024];

	(void)state;
	config.nodes[1].ports[1].hardware = CONFIG_HARDWARE_BY_ORDER;
	assert_int_equal(find(&config, &found, &node, words, sizeof(words)), -ENOENT);
	assert_null(node);
	assert_string_equal(
		words,
		"which node this machine is cannot be told: it has no network card of any node; "
		"set /trireme:machine/node, or a port's mac\n"
		"found in this machine: 02:00:00:00:00:09\n"
		"expected for r1: eth0 52:54:00:00:00:00 eth1 52:54:00:00:00:01\n"
		"expected for r2: eth0 52:54:00:00:01:00 eth1 (no mac given)\n");
}

static void cards_of_two_nodes(void **state)
{
	const uint8_t macs[][6] = {{0x52, 0x54, 0, 0, 0, 0}, {0x52, 0x54, 0, 0, 1, 1}};
	struct config config = two_nodes();
	struct identity_macs found = cards(2, macs);
	const struct config_node *node = NULL;
	char words[1024];

	(void)state;
	assert_int_equal(find(&config, &found, &node, words, sizeof(words)), -ENOTUNIQ);
	assert_null(node);
	assert_non_null(strstr(words, "it has network cards of more than one node"));
}

static void the_document_says_it(void **state)
{
	struct config config = two_nodes();
	struct identity_macs none = {.n = 0};
	const struct config_node *node;
	char words[1024];

	(void)state;
	copy_text(config.this_node, sizeof(config.this_node), "r2");
	assert_int_equal(find(&config, &none, &node, words, sizeof(words)), 0);
	assert_string_equal(node->name, "r2");
}

static void a_single_node_needs_no_card(void **state)
{
	struct config config = two_nodes();
	struct identity_macs none = {.n = 0};
	const struct config_node *node;
	char words[1024];

	(void)state;
	config.n_nodes = 1;
	assert_int_equal(find(&config, &none, &node, words, sizeof(words)), 0);
	assert_string_equal(node->name, "r1");
}

static void rules_for_the_ports(void **state)
{
	struct config config = two_nodes();
	char words[256];
	struct text text = TEXT_ON(words);
	struct config_node *node = &config.nodes[0];

	(void)state;
	node->ports[1].hardware = CONFIG_HARDWARE_PCI;
	copy_text(node->ports[1].pci_path, sizeof(node->ports[1].pci_path), "0000:03:00.0");
	node->n_ports = 3;
	copy_text(node->ports[2].name, sizeof(node->ports[2].name), "eth2");
	identity_port_rules(node, &text);
	assert_string_equal(words, "eth0 mac 52:54:00:00:00:00\neth1 pci 0000:03:00.0\n");
}

static void add_bond(struct config_node *node)
{
	struct config_port *bond = &node->ports[node->n_ports++];
	struct config_member *members = bond->bond.members;

	copy_text(bond->name, sizeof(bond->name), "eth2");
	bond->kind = CONFIG_PORT_BOND;
	bond->bond.n_members = 2;
	copy_text(members[0].name, sizeof(members[0].name), "eth2a");
	members[0].hardware = CONFIG_HARDWARE_MAC;
	memcpy(members[0].mac, (uint8_t[6]){0x52, 0x54, 0, 0, 9, 1}, 6);
	copy_text(members[1].name, sizeof(members[1].name), "eth2b");
	members[1].hardware = CONFIG_HARDWARE_PCI;
	copy_text(members[1].pci_path, sizeof(members[1].pci_path), "0000:04:00.0");
}

static void cards_of_bonds_count(void **state)
{
	const uint8_t macs[][6] = {{0x52, 0x54, 0, 0, 9, 1}};
	struct config config = two_nodes();
	struct identity_macs found = cards(1, macs), none = {.n = 0};
	const struct config_node *node;
	char words[1024];

	(void)state;
	add_bond(&config.nodes[1]);
	assert_int_equal(find(&config, &found, &node, words, sizeof(words)), 0);
	assert_string_equal(node->name, "r2");
	assert_int_equal(find(&config, &none, &node, words, sizeof(words)), -ENOENT);
	assert_non_null(strstr(words, "eth2a 52:54:00:00:09:01 eth2b (no mac given)\n"));
}

static void rules_for_bonds_and_vlans(void **state)
{
	struct config config = two_nodes();
	char words[256];
	struct text text = TEXT_ON(words);
	struct config_node *node = &config.nodes[0];

	(void)state;
	add_bond(node);
	copy_text(node->ports[3].name, sizeof(node->ports[3].name), "eth3");
	node->ports[3].kind = CONFIG_PORT_VLAN;
	node->n_ports = 4;
	identity_port_rules(node, &text);
	assert_string_equal(words, "eth0 mac 52:54:00:00:00:00\neth1 mac 52:54:00:00:00:01\n"
				   "eth2 virtual\neth2a mac 52:54:00:00:09:01\n"
				   "eth2b pci 0000:04:00.0\neth3 virtual\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_one_of_its_cards),
		cmocka_unit_test(no_card_of_any_node),
		cmocka_unit_test(cards_of_two_nodes),
		cmocka_unit_test(the_document_says_it),
		cmocka_unit_test(a_single_node_needs_no_card),
		cmocka_unit_test(rules_for_the_ports),
		cmocka_unit_test(cards_of_bonds_count),
		cmocka_unit_test(rules_for_bonds_and_vlans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
