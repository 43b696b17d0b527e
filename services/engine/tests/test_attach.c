// SPDX-License-Identifier: GPL-2.0-or-later
/* Which mode the program gets on a port, with the shipped table of drivers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "engine/attach.h"

static struct nic_table table;
static char *text;

static int read_table(void **state)
{
	unsigned int line;
	size_t size;

	(void)state;
	if (file_read("hw/nics.tsv", 262144, &text, &size) < 0)
		return -1;
	return nic_table_parse(text, &table, &line);
}

static int free_table(void **state)
{
	(void)state;
	free(text);
	return 0;
}

static void add_card(struct attach_port *port, const char *name, const char *driver)
{
	struct attach_card *card = &port->cards[port->n_cards++];

	strcpy(card->name, name);
	strcpy(card->driver, driver);
}

static struct attach_port card(const char *name, const char *driver)
{
	struct attach_port port = {.index = 2, .mtu = 1500, .ethernet = true};

	strcpy(port.name, name);
	add_card(&port, name, driver);
	return port;
}

static void expect(const struct attach_port *port, const char *reason)
{
	static const char *const names[] = {"not at all", "generic", "native"};

	assert_string_equal(port->reason, reason);
	assert_memory_equal(reason, names[port->mode], strlen(names[port->mode]));
}

static void one_card(void **state)
{
	static const struct {
		const char *driver;
		uint32_t mtu, queues;
		int refused[3];
		const char *reason;
	} cases[] = {
		{"igb", 1500, 2, {0}, "native"},
		{"igb", 3046, 2, {0}, "native"},
		{"igb",
		 3047,
		 2,
		 {0},
		 "generic: MTU 3047 is above 3046, the limit of the driver igb"},
		{"igc",
		 9000,
		 4,
		 {0},
		 "generic: MTU 9000 is above 1500, the limit of the driver igc"},
		{"mlx5_core", 9000, 8, {0}, "native"},
		{"e1000e", 1500, 1, {0}, "generic: the driver e1000e of eth0 has no native XDP"},
		{"i40e",
		 1500,
		 4,
		 {0},
		 "generic: 4 transmit queues of eth0 for 8 CPUs, the driver i40e wants one for "
		 "each"},
		{"i40e", 1500, 8, {0}, "native"},
		{"i40e", 1500, 0, {0}, "native"},
		{"virtio_net", 1500, 1, {0}, "native"},
		{"virtio_net",
		 1500,
		 1,
		 {[ATTACH_NATIVE] = -EOPNOTSUPP},
		 "not at all: the driver virtio_net has refused: Operation not supported; frames "
		 "of "
		 "virtio_net lack checksums unless native"},
		{"igb",
		 1500,
		 1,
		 {[ATTACH_NATIVE] = -EOPNOTSUPP},
		 "generic: the driver igb has refused: Operation not supported"},
		{"virtio_net",
		 1500,
		 1,
		 {[ATTACH_NATIVE] = -EOPNOTSUPP, [ATTACH_GENERIC] = -EPERM},
		 "not at all: the kernel has refused: Operation not permitted"},
		{"igb",
		 1500,
		 1,
		 {[ATTACH_NATIVE] = -EALREADY},
		 "generic: it was when the engine began"},
		{"veth", 1500, 1, {0}, "native"},
		{"", 1500, 0, {0}, "native"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct attach_port port = card("eth0", cases[i].driver);

		port.mtu = cases[i].mtu;
		port.cards[0].queues = cases[i].queues;
		memcpy(port.refused, cases[i].refused, sizeof(port.refused));
		for (int mode = 0; mode <= ATTACH_NATIVE; mode++)
			strcpy(port.words[mode], strerror(-port.refused[mode]));
		attach_decide(&table, 8, &port, 1);
		expect(&port, cases[i].reason);
	}
}

static void ports_without_a_program(void **state)
{
	struct attach_port ports[] = {card("eth0", "igb"), card("eth1", "igb"), card("eth2", "igb"),
				      card("eth3", "igb"), card("eth4", "igb")};

	(void)state;
	ports[0].index = 0;
	ports[1].kind = CONFIG_PORT_VLAN;
	strcpy(ports[1].parent, "eth3");
	ports[2].ethernet = false;
	strcpy(ports[4].master, "br0");
	attach_decide(&table, 2, ports, ARRAY_SIZE(ports));
	expect(&ports[0], "not at all: the port is not there");
	expect(&ports[1], "not at all: a VLAN, served by the program on eth3, the port below");
	expect(&ports[2], "not at all: no Ethernet");
	/* Those without a program are no reason for the others. */
	expect(&ports[3], "native");
	expect(&ports[4], "not at all: a member of br0, which has its frames");
}

static void native_everywhere_or_nowhere(void **state)
{
	struct attach_port ports[] = {card("eth0", "ixgbe"), card("eth1", "tg3")};

	(void)state;
	attach_decide(&table, 2, ports, 2);
	expect(&ports[0], "generic: as eth1, to which its frames go");
	expect(&ports[1], "generic: the driver tg3 of eth1 has no native XDP");
	strcpy(ports[0].cards[0].driver, "virtio_net");
	attach_decide(&table, 2, ports, 2);
	expect(&ports[0], "not at all: as eth1, to which its frames go; frames of virtio_net lack "
			  "checksums unless native");
	expect(&ports[1], "generic: the driver tg3 of eth1 has no native XDP");
	/* The card is replaced. */
	strcpy(ports[1].cards[0].driver, "igc");
	attach_decide(&table, 2, ports, 2);
	expect(&ports[0], "native");
	expect(&ports[1], "native");
}

static void bonds(void **state)
{
	struct attach_port ports[] = {card("eth0", "igb"), card("eth1", "ixgbe")};

	(void)state;
	ports[1].kind = CONFIG_PORT_BOND;
	ports[1].n_cards = 0;
	add_card(&ports[1], "eth1a", "ixgbe");
	add_card(&ports[1], "eth1b", "igb");
	attach_decide(&table, 2, ports, 2);
	expect(&ports[0], "generic: as eth1, to which its frames go");
	expect(&ports[1], "generic: on a bond, of which a native program sees members only");
	ports[1].cards[1].merges = true;
	attach_decide(&table, 2, ports, 2);
	expect(&ports[0], "native");
	expect(&ports[1],
	       "not at all: eth1b merges packets (LRO), the driver igb does not stop it");
}

static void what_a_driver_does_not_stop(void **state)
{
	struct attach_port port = card("eth0", "tg3");

	(void)state;
	port.cards[0].strips_tags = true;
	attach_decide(&table, 2, &port, 1);
	expect(&port, "generic: the driver tg3 of eth0 has no native XDP");
	port.has_vlans = true;
	attach_decide(&table, 2, &port, 1);
	expect(&port, "not at all: eth0 takes VLAN tags off, the driver tg3 does not stop it");
	port.cards[0].merges = true;
	attach_decide(&table, 2, &port, 1);
	expect(&port, "not at all: eth0 merges packets (LRO), the driver tg3 does not stop it");
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(one_card),
		cmocka_unit_test(ports_without_a_program),
		cmocka_unit_test(native_everywhere_or_nowhere),
		cmocka_unit_test(bonds),
		cmocka_unit_test(what_a_driver_does_not_stop),
	};

	return cmocka_run_group_tests(all, read_table, free_table);
}
