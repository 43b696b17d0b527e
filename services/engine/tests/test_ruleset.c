// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Golden cases: golden/ruleset/DOCUMENT@NODE.nft is what the node called NODE has under
 * DOCUMENT.json in the same folder, or under the demonstration document where there is none of that
 * name. test_firewall.py loads the same files into a kernel.
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
#include "engine/ruleset.h"
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

	assert_int_equal(sscanf(name, "%*[^@]@%32[^.].nft", node), 1);
	snprintf(document, sizeof(document), FOLDER "%.*s.json", (int)strcspn(name, "@"), name);
	if (access(document, R_OK) != 0)
		snprintf(document, sizeof(document), "services/schema/examples/%.*s.json",
			 (int)strcspn(name, "@"), name);
	print_message("%s\n", path);
	if (schema_load(YANG, document, &config, &error) < 0)
		fail_msg("%s: %s %s %s", document, error.path, error.value, error.allowed);
	assert_int_equal(ruleset_make(config, config_node_by_name(config, node), &text), 0);
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

/* The model's limits fit: 512 services, 4,096 real servers, all aliases. */
static void largest(void **state)
{
	struct config *config = calloc(1, sizeof(*config));
	size_t reals = 8;
	char *text;

	(void)state;
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
	config->n_groups = CONFIG_GROUPS_MAX;
	for (uint32_t i = 0; i < CONFIG_GROUPS_MAX; i++) {
		config->groups[i].n_aliases = CONFIG_ALIASES_MAX;
		for (uint32_t j = 0; j < CONFIG_ALIASES_MAX; j++) {
			config->groups[i].aliases[j].address = 0xdededede + i * 64 + j;
			memcpy(config->groups[i].aliases[j].port, "eth0", 5);
		}
	}
	config->services = calloc(CONFIG_SERVICES_MAX, sizeof(*config->services));
	assert_non_null(config->services);
	config->n_services = CONFIG_SERVICES_MAX;
	for (uint32_t i = 0; i < CONFIG_SERVICES_MAX; i++) {
		struct config_service *s = &config->services[i];

		s->address = 0xcececece + i;
		s->check = CONFIG_CHECK_TCP_CONNECT;
		s->port = 65535;
		s->protocol = CONFIG_PROTOCOL_UDP;
		s->reals = calloc(reals, sizeof(*s->reals));
		assert_non_null(s->reals);
		s->n_reals = reals;
		for (uint32_t j = 0; j < reals; j++) {
			s->reals[j].address = htonl(0xbebe1000 + i * 8 + j);
			s->reals[j].port = 65535;
		}
	}
	assert_int_equal(ruleset_make(config, &config->nodes[0], &text), 0);
	print_message("%zu bytes\n", strlen(text));
	free(text);
	config_free(config);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),
		cmocka_unit_test(largest),
		cmocka_unit_test(match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
