// SPDX-License-Identifier: GPL-2.0-or-later
/* Interfaces, neighbours and next hops without a kernel. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/tests/random.h"
#include "engine/clients.h"
#include "engine/insides.h"
#include "engine/nexthop.h"

static struct links links;
static struct neighbours neighbours;
static struct network network;
static struct fwd_real reals[FWD_REALS_MAX];
static struct fwd_link table[FWD_LINKS_MAX];

static int begin(void **state)
{
	(void)state;
	memset(&links, 0, sizeof(links));
	memset(&neighbours, 0, sizeof(neighbours));
	memset(reals, 0, sizeof(reals));
	memset(table, 0, sizeof(table));
	return 0;
}

struct made_link {
	int index;
	const char *name, *kind;
	uint32_t lower, master;
	uint16_t vlan, protocol;
};

/* As the kernel would tell it; up, of MTU 1500, with a MAC that ends with its index. */
static void tell(uint16_t type, const struct made_link *m)
{
	char buf[1024] = {0};
	struct nlmsghdr *message = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)m->index};
	struct nlattr *outer, *inner;

	message->nlmsg_type = type;
	info->ifi_index = m->index;
	info->ifi_type = ARPHRD_ETHER;
	info->ifi_flags = IFF_UP | IFF_LOWER_UP;
	mnl_attr_put_strz(message, IFLA_IFNAME, m->name);
	mnl_attr_put(message, IFLA_ADDRESS, sizeof(mac), mac);
	mnl_attr_put_u32(message, IFLA_MTU, 1500);
	if (m->lower)
		mnl_attr_put_u32(message, IFLA_LINK, m->lower);
	if (m->master)
		mnl_attr_put_u32(message, IFLA_MASTER, m->master);
	if (m->kind) {
		outer = mnl_attr_nest_start(message, IFLA_LINKINFO);
		mnl_attr_put_strz(message, IFLA_INFO_KIND, m->kind);
		inner = mnl_attr_nest_start(message, IFLA_INFO_DATA);
		if (m->vlan)
			mnl_attr_put_u16(message, IFLA_VLAN_ID, m->vlan);
		if (m->protocol)
			mnl_attr_put_u16(message, IFLA_VLAN_PROTOCOL, htons(m->protocol));
		mnl_attr_nest_end(message, inner);
		mnl_attr_nest_end(message, outer);
	}
	links_take(&links, message);
}

static void tell_all(void)
{
	static const struct made_link all[] = {
		{2, "eth0", NULL, 0, 0, 0, 0},
		{3, "eth1", "bond", 0, 0, 0, 0},
		{4, "eth1a", NULL, 0, 3, 0, 0},
		{5, "eth2", "vlan", 3, 0, 100, ETH_P_8021Q},
		{6, "q", "vlan", 2, 0, 7, ETH_P_8021AD},
		{7, "deep", "vlan", 5, 0, 8, ETH_P_8021Q},
		{8, "peer", "veth", 99, 0, 0, 0},
		{9, "lost", "vlan", 77, 0, 5, ETH_P_8021Q},
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		tell(RTM_NEWLINK, &all[i]);
}

static void which_port_is_below(void **state)
{
	static const struct {
		const char *name;
		int result;
		uint32_t port;
		uint16_t vlan;
	} cases[] = {
		{"eth0", 0, 2, 0},   {"eth1", 0, 3, 0},	      {"eth1a", -EXDEV, 0, 0},
		{"eth2", 0, 3, 100}, {"q", -ENOTSUP, 0, 0},   {"deep", -ENOTSUP, 0, 0},
		{"peer", 0, 8, 0},   {"lost", -ENOENT, 0, 0},
	};

	(void)state;
	tell_all();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct link *link = links_by_name(&links, cases[i].name);
		struct link_way way = {0};

		assert_non_null(link);
		assert_int_equal(links_way(&links, link, &way), cases[i].result);
		assert_int_equal(way.port ? way.port->index : 0, cases[i].port);
		assert_int_equal(way.vlan, cases[i].vlan);
	}
}

static void links_for_the_data_path(void **state)
{
	const struct link_numbers numbers = {.numbers = {[1] = 2, [9] = 3}};
	static const struct made_link same_place = {2 + FWD_LINKS_MAX, "late", NULL, 0, 0, 0, 0};
	static const struct made_link gone = {5, "eth2", NULL, 0, 0, 0, 0};

	(void)state;
	tell_all();
	tell(RTM_NEWLINK, &same_place);
	assert_true(links_publish(&links, &numbers, table));
	/* Its place is not taken by one that cannot be used. */
	assert_int_equal(table[2].interface, 2);
	assert_int_equal(table[2].port, 1);
	assert_int_equal(table[2].usable, 1);
	assert_int_equal(table[5].lower, 3);
	assert_int_equal(table[5].vlan, 100);
	assert_int_equal(table[5].port, 9);
	assert_int_equal(table[5].mtu, 1500);
	assert_int_equal(table[5].usable, 1);
	/* Of a member the bond is known, but nothing is sent through it. */
	assert_int_equal(table[4].lower, 3);
	assert_int_equal(table[4].port, 9);
	assert_int_equal(table[4].usable, 0);
	assert_int_equal(table[8].usable, 0);
	assert_false(links_publish(&links, &numbers, table));
	tell(RTM_DELLINK, &gone);
	assert_null(links_by_name(&links, "eth2"));
	assert_true(links_publish(&links, &numbers, table));
	assert_int_equal(table[5].interface, 0);
}

/* More than there is room for are counted, and no memory but the table's is touched. */
static void more_links_than_room(void **state)
{
	struct made_link m = {.name = "x"};

	(void)state;
	for (m.index = 1; m.index <= LINKS_MAX + 3; m.index++)
		tell(RTM_NEWLINK, &m);
	assert_int_equal(links.n, LINKS_MAX);
	assert_int_equal(links.left_out, 3);
	m.index = 17;
	tell(RTM_DELLINK, &m);
	m.index = LINKS_MAX + 1;
	tell(RTM_NEWLINK, &m);
	assert_non_null(links_by_index(&links, LINKS_MAX + 1));
}

static struct neighbour neighbour(uint32_t interface, uint32_t number, uint8_t mac)
{
	return (struct neighbour){.interface = interface,
				  .address = {.family = 4, .words = {number}},
				  .mac = {2, 0, 0, 0, 0, mac},
				  .valid = mac != 0};
}

/* The table against an array that does the same, with many of one place. */
static void neighbours_come_and_go(void **state)
{
	enum { N = 600, STEPS = 40000 };
	static uint8_t macs[N];
	uint64_t seed = 7;
	size_t known = 0;

	(void)state;
	memset(macs, 0, sizeof(macs));
	for (int i = 0; i < STEPS; i++) {
		uint32_t k = (uint32_t)random_below(&seed, N);
		uint8_t mac = (uint8_t)random_below(&seed, 3);
		struct neighbour news = neighbour(1 + k % 2, k / 2, mac), before;
		bool changed = neighbours_take(&neighbours, &news, &before);

		assert_int_equal(changed, macs[k] != mac);
		if (changed)
			assert_int_equal(before.valid ? before.mac[5] : 0, macs[k]);
		known = known - (macs[k] != 0) + (mac != 0);
		macs[k] = mac;
	}
	assert_int_equal(neighbours.n, known);
	for (uint32_t k = 0; k < N; k++) {
		struct neighbour n = neighbour(1 + k % 2, k / 2, 0);
		const struct neighbour *found =
			neighbours_find(&neighbours, n.interface, &n.address);

		assert_int_equal(found ? found->mac[5] : 0, macs[k]);
	}
}

static void more_neighbours_than_room(void **state)
{
	struct neighbour before;

	(void)state;
	for (uint32_t i = 0; i < NEIGHBOURS_MAX + 5; i++) {
		struct neighbour news = neighbour(1, i + 1, 1);

		assert_int_equal(neighbours_take(&neighbours, &news, &before), i < NEIGHBOURS_MAX);
	}
	assert_int_equal(neighbours.n, NEIGHBOURS_MAX);
	assert_int_equal(neighbours.left_out, 5);
}

static struct nlmsghdr *neighbour_message(void *buf, uint16_t state, bool with_mac)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};
	uint32_t address = htonl(0x0a4d0065);
	struct nlmsghdr *message = mnl_nlmsg_put_header(buf);
	struct ndmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	message->nlmsg_type = RTM_NEWNEIGH;
	info->ndm_family = AF_INET;
	info->ndm_ifindex = 3;
	info->ndm_state = state;
	mnl_attr_put_u32(message, NDA_DST, address);
	if (with_mac)
		mnl_attr_put(message, NDA_LLADDR, sizeof(mac), mac);
	return message;
}

static void what_makes_a_neighbour_valid(void **state)
{
	static const struct {
		uint16_t state;
		bool mac, valid, fixed;
	} cases[] = {
		{NUD_REACHABLE, true, true, false},    {NUD_STALE, true, true, false},
		{NUD_DELAY, true, true, false},	       {NUD_PROBE, true, true, false},
		{NUD_PERMANENT, true, true, true},     {NUD_FAILED, true, false, false},
		{NUD_INCOMPLETE, false, false, false}, {NUD_NONE, false, false, false},
		{NUD_REACHABLE, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char buf[256] = {0};
		struct neighbour n;

		assert_true(neighbour_msg_read(neighbour_message(buf, cases[i].state, cases[i].mac),
					       &n));
		assert_int_equal(n.valid, cases[i].valid);
		assert_int_equal(n.fixed, cases[i].fixed);
		assert_int_equal(n.interface, 3);
		assert_int_equal(n.address.words[0], htonl(0x0a4d0065));
	}
}

static void one_address_for_many_places(void **state)
{
	const struct net_address gateway = {.family = 4, .words = {htonl(0xcb007101)}};
	struct nexthops hops = {0};

	(void)state;
	for (uint32_t i = 1; i <= 6; i++)
		reals[i] = (struct fwd_real){.flags = FWD_REAL_IN_USE, .address = {htonl(i / 2)}};
	reals[7] = (struct fwd_real){.flags = FWD_REAL_IN_USE | FWD_REAL_6,
				     .address = {htonl(1), 0, 0, 1}};
	reals[8] = (struct fwd_real){.flags = 0, .address = {htonl(99)}};
	reals[9] = (struct fwd_real){.flags = FWD_REAL_LEAVING, .address = {htonl(77)}};
	assert_int_equal(nexthops_set(&hops, reals, &gateway, 1), 0);
	assert_int_equal(hops.n, 4 + 1 + 1 + 1);
	assert_int_equal(hops.n_stale, hops.n);
	for (size_t i = 0; i < 7; i++) {
		struct nexthop *hop = nexthops_stale(&hops);

		assert_non_null(hop);
		assert_true(nexthop_routed(&hops, hop, NULL));
	}
	assert_null(nexthops_stale(&hops));
	/* What is known stays when others come and go. */
	reals[9].flags = 0;
	reals[8].flags = FWD_REAL_IN_USE;
	assert_int_equal(nexthops_set(&hops, reals, &gateway, 1), 0);
	assert_int_equal(hops.n, 7);
	assert_int_equal(hops.n_stale, 1);
	assert_int_equal(nexthops_stale(&hops)->to.words[0], htonl(99));
	nexthops_forget(&hops);
	assert_int_equal(hops.n_stale, 7);
	nexthops_clear(&hops);
}

static void a_hop_by_a_vlan(void **state)
{
	const struct link_numbers numbers = {.numbers = {[9] = 3}};
	struct neighbour news = neighbour(5, htonl(5), 0x77), before;
	struct route route = {.usable = true, .interface = 5, .next = news.address, .mtu = 1400};
	struct nexthops hops = {0};
	const struct fwd_hop *hop = &reals[1].hop;

	(void)state;
	tell_all();
	network.links = links;
	network.neighbours = &neighbours;
	reals[1] = (struct fwd_real){.flags = FWD_REAL_IN_USE, .address = {htonl(5)}};
	reals[1].hop.valid = 1;
	assert_int_equal(nexthops_set(&hops, reals, NULL, 0), 0);
	/* Not asked yet: what another engine has left goes on. */
	assert_int_equal(nexthops_publish(&hops, &network, &numbers, reals), 0);
	assert_int_equal(hop->valid, 1);
	assert_true(nexthop_routed(&hops, nexthops_stale(&hops), &route));
	assert_int_equal(nexthops_publish(&hops, &network, &numbers, reals), 1);
	assert_int_equal(hop->valid, 0);
	assert_int_equal(hop->interface, 3);
	assert_int_equal(hop->vlan, 100);
	neighbours_take(&neighbours, &news, &before);
	assert_int_equal(nexthops_publish(&hops, &network, &numbers, reals), 1);
	assert_int_equal(hop->valid, 1);
	assert_int_equal(hop->port, 9);
	assert_int_equal(hop->mtu, 1400);
	assert_int_equal(hop->mac[5], 0x77);
	assert_int_equal(hop->source[5], 5);
	assert_int_equal(nexthops_publish(&hops, &network, &numbers, reals), 0);
	/* A tunnel needs an address of its own. */
	reals[1].method = FWD_TUNNEL;
	nexthops_publish(&hops, &network, &numbers, reals);
	assert_int_equal(hop->valid, 0);
	nexthops_clear(&hops);
}

/* Numbers of generations come again: what is left of the former one is no hop of the new one. */
static void generations_come_again(void **state)
{
	struct fwd_settings settings = {.hop_generation = 62};
	static struct fwd_hop hops[FWD_HOPS_MAX];

	(void)state;
	memset(hops, 0, sizeof(hops));
	hops[1].valid = 62 + 1;
	hops[2].valid = 63 + 1;
	hops[3].valid = 0 + 1;
	hops_raise(&settings, hops);
	assert_int_equal(settings.hop_generation, 63);
	assert_int_equal(hops[1].valid, 63);
	assert_int_equal(hops[2].valid, 0);
	hops_raise(&settings, hops);
	assert_int_equal(settings.hop_generation, 0);
	assert_int_equal(hops[3].valid, 0);
}

static void whom_answers_go_to(void **state)
{
	const struct fwd_settings settings = {.hop_generation = 4};
	static struct fwd_hop hops[FWD_HOPS_MAX];
	struct neighbour n = neighbour(5, htonl(5), 0x77);

	(void)state;
	tell_all();
	memset(hops, 0, sizeof(hops));
	assert_false(hops_use(&settings, hops, &links, &n));
	hops[9] = (struct fwd_hop){
		.mac = {2, 0, 0, 0, 0, 0x77}, .vlan = 100, .interface = 3, .valid = 5};
	assert_true(hops_use(&settings, hops, &links, &n));
	hops[9].valid = 4;
	assert_false(hops_use(&settings, hops, &links, &n));
	hops[9].valid = 5;
	hops[9].vlan = 0;
	assert_false(hops_use(&settings, hops, &links, &n));
}

static void add_port(struct config_node *node, const char *name, const char *address,
		     uint8_t length)
{
	struct config_port *port = &node->ports[node->n_ports++];

	strcpy(port->name, name);
	port->address = inet_addr(address);
	port->prefix_length = length;
}

static size_t publish_insides(const struct config_node *node, struct fwd_inside *insides)
{
	static struct own_networks networks;

	networks_make(node, &links, &networks);
	return insides_publish(&networks, &links, insides);
}

static void clients_nearby(void **state)
{
	static struct config_node node;
	static struct own_networks networks;
	static struct clients clients;
	struct neighbour known = neighbour(2, htonl(0xcb007163), 5), before;
	struct net_address near = {.family = 4, .words = {htonl(0xcb007107)}};
	const struct net_address far = {.family = 4, .words = {htonl(0xc6336407)}};
	const struct net_address ipv6 = {.family = 6, .words = {htonl(0xcb007107)}};
	uint64_t now = CLIENTS_AGAIN_NS;

	(void)state;
	tell_all();
	memset(&node, 0, sizeof(node));
	memset(&clients, 0, sizeof(clients));
	add_port(&node, "eth0", "203.0.113.11", 24);
	add_port(&node, "eth9", "10.99.0.1", 24);
	networks_make(&node, &links, &networks);
	assert_false(clients_seen(&clients, &networks, &neighbours, &far, now));
	assert_false(clients_seen(&clients, &networks, &neighbours, &ipv6, now));
	assert_true(clients_seen(&clients, &networks, &neighbours, &near, now));
	assert_int_equal(clients.waiting[0].interface, 2);
	/* Not again for a while. */
	assert_false(clients_seen(&clients, &networks, &neighbours, &near, now));
	assert_true(clients_seen(&clients, &networks, &neighbours, &near, now + CLIENTS_AGAIN_NS));
	assert_int_equal(clients.n_waiting, 2);
	neighbours_take(&neighbours, &known, &before);
	assert_false(clients_seen(&clients, &networks, &neighbours, &known.address, now));
	/* A port that is not there. */
	near.words[0] = htonl(0x0a630007);
	assert_false(clients_seen(&clients, &networks, &neighbours, &near, now));
	now += CLIENTS_AGAIN_NS;
	/* Never more than there is room for; the rest comes when these were looked for. */
	for (uint32_t i = 1; i < 99; i++) {
		near.words[0] = htonl(0xcb007100 + i);
		assert_int_equal(clients_seen(&clients, &networks, &neighbours, &near, now),
				 i != 7 && clients.n_waiting <= CLIENTS_WAITING_MAX && i <= 63);
	}
	assert_int_equal(clients.n_waiting, CLIENTS_WAITING_MAX);
	clients.n_waiting = 0;
	assert_true(clients_seen(&clients, &networks, &neighbours, &near, now));
}

static void networks_inside(void **state)
{
	static struct fwd_inside insides[FWD_INSIDE_MAX + 1];
	static struct config_node node;

	(void)state;
	tell_all();
	memset(&node, 0, sizeof(node));
	memset(insides, 0, sizeof(insides));
	add_port(&node, "eth0", "203.0.113.11", 24);
	add_port(&node, "eth1", "10.0.0.1", 8);
	add_port(&node, "eth2", "10.77.0.1", 16);
	add_port(&node, "eth9", "10.99.0.1", 24);
	node.ports[1].n_ipv6 = 1;
	assert_int_equal(inet_pton(AF_INET6, "fd00:77::11", &node.ports[1].ipv6[0].address), 1);
	node.ports[1].ipv6[0].prefix_length = 60;
	assert_int_equal(publish_insides(&node, insides), 0);
	/* The narrowest first. */
	assert_int_equal(insides[0].family, 6);
	assert_int_equal(insides[0].mask[0], 0xffffffff);
	assert_int_equal(insides[0].mask[1], htonl(0xfffffff0));
	assert_int_equal(insides[0].mask[2], 0);
	assert_int_equal(insides[1].address[0], inet_addr("10.99.0.0"));
	/* A port that is not there: nobody may. */
	assert_null(links_by_index(&links, insides[1].interface));
	assert_int_not_equal(insides[1].interface, 0);
	assert_int_equal(insides[2].address[0], inet_addr("10.77.0.0"));
	assert_int_equal(insides[2].interface, 3);
	assert_int_equal(insides[2].vlan, 100);
	assert_int_equal(insides[3].address[0], inet_addr("10.0.0.0"));
	assert_int_equal(insides[3].vlan, 0);
	assert_int_equal(insides[4].interface, 0);
	/* No room for all, and none is written behind the end. */
	for (uint32_t i = 0; i < CONFIG_ADDITIONAL_MAX; i++) {
		node.ports[2].additional[i] = (struct config_address){
			.address = htonl(0xc0a80000 + (i << 8)), .prefix_length = 24};
		node.ports[2].n_additional++;
	}
	assert_int_equal(publish_insides(&node, insides), 4);
	assert_int_equal(insides[FWD_INSIDE_MAX].interface, 0);
	node.n_ports = 1;
	assert_int_equal(publish_insides(&node, insides), 0);
	assert_int_equal(insides[0].interface, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest all[] = {
		TEST(which_port_is_below),
		TEST(links_for_the_data_path),
		TEST(more_links_than_room),
		TEST(neighbours_come_and_go),
		TEST(more_neighbours_than_room),
		TEST(what_makes_a_neighbour_valid),
		TEST(one_address_for_many_places),
		TEST(a_hop_by_a_vlan),
		TEST(generations_come_again),
		TEST(whom_answers_go_to),
		TEST(clients_nearby),
		TEST(networks_inside),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
