// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Golden cases: golden/ruleset/DOCUMENT@NODE.nft is what the node called NODE has under
 * DOCUMENT.json in the same folder, or under the demonstration document where there is none of that
 * name; DOCUMENT@NODE+joining.nft while a machine may join. test_firewall.py loads the same files
 * into a kernel.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file_io.h"
#include "engine/marks.h"
#include "engine/ruleset.h"
#include "engine/ruleset_diff.h"
#include "engine/ruleset_match.h"
#include "schema/schema.h"

#define FOLDER "services/engine/tests/golden/ruleset/"
#define YANG "services/schema"

static void check_golden(const char *path)
{
	char document[256], node[CONFIG_NAME_MAX];
	const char *name = strrchr(path, '/') + 1;
	struct schema_error error;
	struct config *config;
	char *text, *expected;
	uint32_t *marks;

	assert_int_equal(sscanf(name, "%*[^@]@%32[^.+]", node), 1);
	snprintf(document, sizeof(document), FOLDER "%.*s.json", (int)strcspn(name, "@"), name);
	if (access(document, R_OK) != 0)
		snprintf(document, sizeof(document), "services/schema/examples/%.*s.json",
			 (int)strcspn(name, "@"), name);
	print_message("%s\n", path);
	if (schema_load(YANG, document, &config, &error) < 0)
		fail_msg("%s: %s %s %s", document, error.path, error.value, error.allowed);
	assert_int_equal(marks_make(config, &marks), 0);
	assert_int_equal(ruleset_make(config, marks, config_node_by_name(config, node),
				      strstr(name, "+joining") != NULL, &text),
			 0);
	free(marks);
	assert_int_equal(file_read(path, RULESET_MAX, &expected, NULL), 0);
	assert_string_equal(text, expected);
	free(text);
	free(expected);
	config_free(config);
}

static void golden(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob(FOLDER "*@*.nft", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 5);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_golden(found.gl_pathv[i]);
	globfree(&found);
}

/* As long a text as there is, of eth1's subnet below. */
static struct in6_addr long_ipv6(uint32_t host)
{
	struct in6_addr address;

	memset(&address, 0xbe, sizeof(address));
	address.s6_addr32[3] = htonl(0xbebe0000 + host);
	return address;
}

/* The model's limits fit: 512 services, 16 ranges of each, 4,096 real servers, all aliases. */
static size_t largest_text(bool ipv6)
{
	struct config *config = calloc(1, sizeof(*config));
	size_t reals = 8;
	uint32_t *marks;
	char *text;

	size_t length;

	assert_non_null(config);
	config->n_nodes = CONFIG_NODES_MAX;
	for (uint32_t i = 0; i < CONFIG_NODES_MAX; i++) {
		struct config_node *node = &config->nodes[i];

		snprintf(node->name, sizeof(node->name), "a-node-with-a-very-long-name-%u", i);
		node->n_ports = CONFIG_PORTS_MAX;
		for (uint32_t p = 0; p < CONFIG_PORTS_MAX; p++) {
			node->ports[p].address = 0xfefefefe + i * 16 + p;
			node->ports[p].prefix_length = 24;
			snprintf(node->ports[p].name, sizeof(node->ports[p].name), "eth%u", p);
		}
	}
	/* The subnet that all real servers are checked in. */
	config->nodes[0].ports[1].address = htonl(0xbebe0001);
	config->nodes[0].ports[1].prefix_length = 16;
	config->nodes[0].ports[1].ipv6[0] = (struct config_ipv6_address){long_ipv6(1), 64};
	config->nodes[0].ports[1].n_ipv6 = 1;
	config->management.https = config->management.https_public = true;
	config->management.https_port = 65535;
	config->management.n_networks = CONFIG_NETWORKS_MAX;
	for (size_t i = 0; i < CONFIG_NETWORKS_MAX; i++)
		config->management.networks[i] = (struct config_network){0xfefefefe, 31};
	config->n_groups = CONFIG_GROUPS_MAX;
	for (uint32_t i = 0; i < CONFIG_GROUPS_MAX; i++) {
		config->groups[i].n_aliases = CONFIG_ALIASES_MAX;
		for (uint32_t j = 0; j < CONFIG_ALIASES_MAX; j++) {
			config->groups[i].aliases[j].address = 0xdededede + i * 64 + j;
			memcpy(config->groups[i].aliases[j].port, "eth0", 5);
		}
		config->groups[i].n_ipv6_aliases = CONFIG_IPV6_ALIASES_MAX;
		for (size_t j = 0; j < CONFIG_IPV6_ALIASES_MAX; j++)
			memset(&config->groups[i].ipv6_aliases[j].address, 0xde, 16);
	}
	config->services = calloc(CONFIG_SERVICES_MAX, sizeof(*config->services));
	assert_non_null(config->services);
	config->n_services = CONFIG_SERVICES_MAX;
	for (uint32_t i = 0; i < CONFIG_SERVICES_MAX; i++) {
		struct config_service *s = &config->services[i];

		s->ipv6 = ipv6;
		if (ipv6)
			s->ipv6_address = long_ipv6(i);
		else
			s->address = 0xcececece + i;
		s->check = CONFIG_CHECK_TCP_CONNECT;
		s->check_port = 65535;
		s->protocol = CONFIG_PROTOCOL_SCTP;
		s->n_ranges = CONFIG_RANGES_MAX;
		for (uint16_t k = 0; k < CONFIG_RANGES_MAX; k++)
			s->ranges[k] = (struct config_port_range){50000 + 16 * k, 50009 + 16 * k};
		s->reals = calloc(reals, sizeof(*s->reals));
		assert_non_null(s->reals);
		s->n_reals = reals;
		for (uint32_t j = 0; j < reals; j++) {
			s->reals[j].address = ipv6 ? 0 : htonl(0xbebe1000 + i * 8 + j);
			if (ipv6)
				s->reals[j].ipv6_address = long_ipv6(0x1000 + i * 8 + j);
		}
	}
	assert_int_equal(marks_make(config, &marks), 0);
	assert_int_equal(ruleset_make(config, marks, &config->nodes[0], true, &text), 0);
	length = strlen(text);
	free(text);
	free(marks);
	config_free(config);
	return length;
}

static void largest(void **state)
{
	size_t ipv4 = largest_text(false), ipv6 = largest_text(true);

	(void)state;
	print_message("%zu bytes, of IPv6 %zu\n", ipv4, ipv6);
	assert_true(ipv4 < ipv6 && ipv6 < RULESET_MAX);
}

static void same(const char *a, const char *b, bool wanted)
{
	bool seen = !wanted;

	assert_int_equal(ruleset_match(a, b, &seen), 0);
	assert_int_equal(seen, wanted);
	assert_int_equal(ruleset_match(b, a, &seen), 0);
	assert_int_equal(seen, wanted);
}

static void match(void **state)
{
	(void)state;
	same("", "", true);
	same("", " \n\t", true);
	same("", "table inet trireme {\n}\n", false);
	same("a {\n\tb\n}\n", "a { b }", true);
	/* Elements come in any order, and broken into lines anywhere. */
	same("elements = { 1.1.1.1, 2.2.2.2,\n\t\t 3.3.3.3 }",
	     "elements = { 3.3.3.3,\n 1.1.1.1, 2.2.2.2 }", true);
	same("x { 1, 2 } y { 3, 4 }", "x { 2, 1 } y { 4, 3 }", true);
	same("x { 1, 2 } y { 3, 4 }", "x { 1, 3 } y { 2, 4 }", false);
	same("{ 1, 1, 2 }", "{ 1, 2, 2 }", false);
	same("{ 1, 2 }", "{ 1, 2, 3 }", false);
	same("{ 1, 2 }", "{ 1,2 }", false);
	/* Rules keep their order. */
	same("chain c { policy drop; a; b }", "chain c { policy drop; b; a }", false);
	same("chain c { policy drop; s { 1, 2 } a }", "chain c { policy drop; s { 2, 1 } a }",
	     true);
	same("chain c {\n\t\tpolicy drop;\n\t\ta, b\n\t}", "chain c { policy drop; b, a }", false);
	/* Braces that do not pair. */
	same("} { 1, 2", "} { 1, 2", true);
	same("{ { 2, 1 }", "{ { 1, 2 }", true);
}

/* What is written to turn one listing into another; NULL: it cannot. */
static void diff(const char *listed, const char *wanted, const char *expected)
{
	char *commands = NULL;

	if (!expected) {
		assert_int_equal(ruleset_diff(listed, wanted, &commands), -ESTALE);
		return;
	}
	assert_int_equal(ruleset_diff(listed, wanted, &commands), 0);
	assert_string_equal(commands, expected);
	free(commands);
}

#define TABLE(contents) "table inet trireme {\n" contents "}\n"
#define SET(items) "\tset s {\n\t\ttype ipv4_addr\n" items "\t}\n\n"
#define MAP(items) "\tmap m {\n\t\ttype ipv4_addr : mark\n\t\tflags interval\n" items "\t}\n\n"
#define CHAIN(name, rules)                                                                  \
	"\tchain " name " {\n\t\ttype filter hook input priority 110; policy drop;\n" rules \
	"\t}\n\n"

static void differences(void **state)
{
	(void)state;
	diff(TABLE(), TABLE(), "");
	diff(TABLE(SET("\t\telements = { 1.1.1.1,\n\t\t\t     2.2.2.2 }\n")),
	     TABLE(SET("\t\telements = { 2.2.2.2,\n\t\t\t     3.3.3.3, 4.4.4.4 }\n")),
	     "delete element inet trireme s { 1.1.1.1 }\n"
	     "add element inet trireme s { 3.3.3.3, 4.4.4.4 }\n");
	/* From nothing, to nothing. */
	diff(TABLE(SET("")), TABLE(SET("\t\telements = { 1.1.1.1 }\n")),
	     "add element inet trireme s { 1.1.1.1 }\n");
	diff(TABLE(SET("\t\telements = { 1.1.1.1 }\n")), TABLE(SET("")),
	     "delete element inet trireme s { 1.1.1.1 }\n");
	/* Another mark of the same key, and what is the same beside it. */
	diff(TABLE(MAP("\t\telements = { 1.1.1.1 : 0x1, 1.1.1.2 : 0x9 }\n") SET("")),
	     TABLE(MAP("\t\telements = { 1.1.1.2 : 0x9, 1.1.1.1 : 0x2 }\n") SET("")),
	     "delete element inet trireme m { 1.1.1.1 : 0x1 }\n"
	     "add element inet trireme m { 1.1.1.1 : 0x2 }\n");
	/* Only the chain that differs; sets without a name have no order. */
	diff(TABLE(CHAIN("a", "\t\tx { 1, 2 }\n") CHAIN("b", "\t\ty\n\t\tz\n")),
	     TABLE(CHAIN("a", "\t\tx { 2, 1 }\n") CHAIN("b", "\t\tz\n\t\tw\n")),
	     "flush chain inet trireme b\n"
	     "add rule inet trireme b \t\tz\n"
	     "add rule inet trireme b \t\tw\n");
	diff(TABLE(CHAIN("a", "")), TABLE(CHAIN("a", "\t\tx\n")),
	     "flush chain inet trireme a\nadd rule inet trireme a \t\tx\n");
	/* Other sets and chains, or others' definitions. */
	diff("", TABLE(SET("")), NULL);
	diff(TABLE(), TABLE(SET("")), NULL);
	diff(TABLE(SET("")), TABLE(), NULL);
	diff(TABLE(SET("") MAP("")), TABLE(MAP("") SET("")), NULL);
	diff(TABLE("\tset s {\n\t\ttype mark\n\t}\n"), TABLE(SET("")), NULL);
	diff(TABLE(CHAIN("a", "")), TABLE(CHAIN("b", "")), NULL);
	/* Not of our form: an end that is missing. */
	diff(TABLE("\tset s {\n\t\ttype mark\n"), TABLE(SET("")), NULL);
	diff(TABLE("\tset\n\t}\n"), TABLE(SET("")), NULL);
	diff(TABLE("\tchain a {\n\t}\n"), TABLE(CHAIN("a", "")), NULL);
	diff(TABLE(SET("\t\telements = { 1.1.1.1\n")), TABLE(SET("")), NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),
		cmocka_unit_test(largest),
		cmocka_unit_test(match),
		cmocka_unit_test(differences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
