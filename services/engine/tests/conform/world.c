// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/conform/world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

const struct world_lan world_lans[WORLD_LANS] = {
	{"eth0",
	 0,
	 0,
	 1500,
	 false,
	 {"203.0.113.11", "2001:db8:113::11"},
	 {"203.0.113.1", "2001:db8:113::1"},
	 {"0.0.0.0", "::"},
	 {0, 0}},
	{"eth0.5",
	 0,
	 5,
	 1500,
	 false,
	 {"192.0.2.11", "2001:db8:5::11"},
	 {"192.0.2.1", "2001:db8:5::1"},
	 {"100.64.0.0", "2001:db8:18::"},
	 {16, 48}},
	{"eth1", 1, 0, 1500, true, {"10.77.0.11", "fd77::11"}, {NULL, NULL}, {NULL, NULL}, {0, 0}},
	{"eth1.7",
	 1,
	 7,
	 1500,
	 true,
	 {"10.78.0.11", "fd78::11"},
	 {NULL, NULL},
	 {NULL, NULL},
	 {0, 0}},
	{"eth2", 2, 0, 1400, true, {"10.79.0.11", "fd79::11"}, {NULL, NULL}, {NULL, NULL}, {0, 0}},
};

const struct world_host world_hosts[] = {
	{"gate", {"203.0.113.1", "2001:db8:113::1"}, false, false, -1},
	{"tgate", {"192.0.2.1", "2001:db8:5::1"}, false, false, -1},
	{"eth1own", {"10.77.0.11", "fd77::11"}, false, true, -1},
	{"eth1v7own", {"10.78.0.11", "fd78::11"}, false, true, -1},
	{"vip", {"203.0.113.10", "2001:db8:113::10"}, false, true, -1},
	{"vipb", {"203.0.113.20", "2001:db8:113::20"}, false, true, -1},
	{"pvip", {"10.77.0.20", "fd77::20"}, false, true, -1},
	{"tvip", {"192.0.2.10", "2001:db8:5::10"}, false, true, -1},
	{"client", {"198.51.100.7", "2001:db8:100::7"}, false, false, 1},
	{"other", {"198.51.100.8", "2001:db8:100::8"}, false, false, 1},
	{"far", {"198.51.101.7", "2001:db8:100::1:7"}, false, false, 1},
	{"tclient", {"100.64.0.7", "2001:db8:18::7"}, false, false, 2},
	{"hop", {"192.0.2.77", "2001:db8:77::77"}, false, false, -1},
	{"ann", {"10.77.0.101", "fd77::101"}, false, false, -1},
	{"bob", {"10.77.0.102", "fd77::102"}, false, false, -1},
	{"cid", {"10.77.0.103", "fd77::103"}, false, false, -1},
	{"tag", {"10.78.0.101", "fd78::101"}, false, false, -1},
	{"small", {"10.79.0.101", "fd79::101"}, false, false, -1},
	{"mute", {"10.77.0.199", "fd77::199"}, true, false, -1},
};

const size_t world_n_hosts = sizeof(world_hosts) / sizeof(world_hosts[0]);

uint8_t world_shift;

const struct world_lan *world_lan(const char *name)
{
	for (size_t i = 0; i < WORLD_LANS; i++)
		if (strcmp(world_lans[i].name, name) == 0)
			return &world_lans[i];
	return NULL;
}

static struct world_address literal(const char *text)
{
	struct world_address a = {0};

	if (inet_pton(AF_INET, text, a.bytes) == 1)
		a.family = 4;
	else if (inet_pton(AF_INET6, text, a.bytes) == 1)
		a.family = 6;
	return a;
}

static struct world_address host_address(const struct world_host *host, bool v6)
{
	struct world_address a = literal(host->address[v6]);

	if (host->other >= 0)
		a.bytes[v6 ? 7 : host->other] =
			(uint8_t)(a.bytes[v6 ? 7 : host->other] + world_shift);
	return a;
}

int world_address(const char *text, struct world_address *ret_address)
{
	size_t length = strlen(text);
	struct world_address a;

	for (size_t i = 0; i < world_n_hosts; i++) {
		const struct world_host *host = &world_hosts[i];

		if (strlen(host->name) + 1 != length || strncmp(host->name, text, length - 1) != 0)
			continue;
		if (text[length - 1] != '4' && text[length - 1] != '6')
			continue;
		*ret_address = host_address(host, text[length - 1] == '6');
		return 0;
	}
	a = literal(text);
	if (a.family == 0)
		return -EINVAL;
	*ret_address = a;
	return 0;
}

bool world_equal(const struct world_address *a, const struct world_address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool is_in(const struct world_address *address, const char *network, unsigned int length)
{
	const struct world_address n = literal(network);

	if (n.family != address->family || memcmp(n.bytes, address->bytes, length / 8) != 0)
		return false;
	return length % 8 == 0 ||
	       (n.bytes[length / 8] ^ address->bytes[length / 8]) >> (8 - length % 8) == 0;
}

const struct world_lan *world_route(const struct world_address *to, struct world_address *ret_hop)
{
	const unsigned int v6 = to->family == 6;
	const struct world_lan *found = NULL;

	for (size_t i = 0; i < WORLD_LANS; i++) {
		if (is_in(to, world_lans[i].own[v6], v6 ? 64 : 24)) {
			*ret_hop = *to;
			return &world_lans[i];
		}
	}
	for (size_t i = 0; i < WORLD_LANS; i++) {
		const struct world_lan *lan = &world_lans[i];

		if (!lan->beyond[v6] || !is_in(to, lan->beyond[v6], lan->beyond_length[v6]))
			continue;
		if (!found || lan->beyond_length[v6] > found->beyond_length[v6])
			found = lan;
	}
	*ret_hop = literal(found->gateway[v6]);
	return found;
}

void world_port_mac(unsigned int port, uint8_t ret_mac[6])
{
	const uint8_t mac[6] = {2, 0, 0, 0, 0x11, (uint8_t)port};

	memcpy(ret_mac, mac, sizeof(mac));
}

void world_mac(const struct world_address *address, uint8_t ret_mac[6])
{
	const uint8_t *from = address->bytes + (address->family == 6 ? 12 : 0);
	const uint8_t kind = address->family == 6 ? 6 : 4;

	ret_mac[0] = 2;
	ret_mac[1] = kind;
	memcpy(ret_mac + 2, from, 4);
	/* IPv6 networks differ in their upper half only. */
	if (kind == 6)
		ret_mac[2] = address->bytes[3] ^ address->bytes[5], ret_mac[3] = address->bytes[1];
}
