// SPDX-License-Identifier: GPL-2.0-or-later
/* Every tests/golden/NAME.json gives exactly what NAME.expected says. */
#include <arpa/inet.h>
#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/text.h"
#include "schema/schema.h"

#define YANG "services/schema"
#define GOLDEN "services/schema/tests/golden/"

static void describe(const char *path, struct text *text)
{
	_cleanup_(config_freep) struct config *config = NULL;
	struct schema_error error;

	if (schema_load(YANG, path, &config, &error) == 0)
		text_add(text, "valid\n");
	else
		text_add(text, "path: %s\nvalue: %s\nallowed: %s\n", error.path, error.value,
			 error.allowed);
}

static int check_case(const char *path)
{
	_cleanup_free_ char *expected = NULL;
	char said[1024], expected_path[256];
	struct text text = TEXT_ON(said);

	snprintf(expected_path, sizeof(expected_path), "%.*s.expected",
		 (int)(strlen(path) - strlen(".json")), path);
	describe(path, &text);
	assert_int_equal(text_result(&text), 0);
	if (file_read(expected_path, sizeof(said), &expected, NULL) < 0) {
		print_error("%s is missing; it is:\n%s", expected_path, said);
		return 1;
	}
	if (strcmp(expected, said) == 0)
		return 0;
	print_error("%s\nexpected:\n%sis:\n%s", path, expected, said);
	return 1;
}

static void golden(void **state)
{
	glob_t found;
	int failed = 0;

	(void)state;
	assert_int_equal(glob(GOLDEN "*.json", 0, NULL, &found), 0);
	/* A folder that was not found must not pass for one in which all is well. */
	assert_true(found.gl_pathc >= 80);
	for (size_t i = 0; i < found.gl_pathc; i++)
		failed += check_case(found.gl_pathv[i]);
	globfree(&found);
	assert_int_equal(failed, 0);
}

static struct config *load(const char *path)
{
	struct config *config = NULL;
	struct schema_error error;

	if (schema_load(YANG, path, &config, &error) < 0)
		fail_msg("%s: %s: %s", path, error.path, error.allowed);
	return config;
}

static void structs_have_the_document_and_its_defaults(void **state)
{
	_cleanup_(config_freep) struct config *config = load("services/schema/examples/demo.json");
	const struct config_node *w = config_node_by_name(config, "w");
	const struct config_service *web = &config->services[0];

	(void)state;
	assert_string_equal(config->cluster_name, "demo");
	assert_string_equal(config->this_node, "");
	assert_int_equal(config->n_nodes, 3);
	assert_int_equal(config->token, 500);
	assert_int_equal(config->consensus, 600);
	assert_int_equal(config->heartbeat, 50);
	assert_non_null(w);
	assert_int_equal(w->id, 3);
	assert_int_equal(w->role, CONFIG_ROLE_WITNESS);
	assert_int_equal(w->priority, 100);
	assert_int_equal(w->gateway, inet_addr("203.0.113.1"));
	assert_int_equal(config_port_by_name(w, "eth1")->address, inet_addr("10.77.0.13"));
	assert_int_equal(config_port_by_name(w, "eth1")->prefix_length, 24);
	assert_int_equal(w->ports[0].hardware, CONFIG_HARDWARE_MAC);
	assert_memory_equal(w->ports[0].mac, "\x52\x54\x00\x77\x03\x00", 6);
	assert_null(config_node_by_name(config, "r3"));
	assert_null(config_port_by_name(w, "eth2"));
	assert_int_equal(config->n_groups, 1);
	assert_int_equal(config->groups[0].n_aliases, 3);
	assert_string_equal(config->groups[0].aliases[2].label, "eth1:1");
	assert_string_equal(config->groups[0].aliases[2].port, "eth1");
	assert_int_equal(config->n_services, 2);
	assert_int_equal(web->port, 80);
	assert_int_equal(web->protocol, CONFIG_PROTOCOL_TCP);
	assert_int_equal(web->method, CONFIG_METHOD_NAT);
	assert_string_equal(web->scheduler, "wrr");
	assert_false(web->persistent);
	assert_int_equal(web->check, CONFIG_CHECK_TCP_CONNECT);
	assert_int_equal(web->check_interval, 1000);
	assert_int_equal(web->check_timeout, 800);
	assert_int_equal(web->check_fall, 2);
	assert_int_equal(web->check_rise, 1);
	assert_int_equal(web->n_reals, 3);
	assert_int_equal(web->reals[0].weight, 3);
	assert_int_equal(web->reals[0].port, 80);
	assert_int_equal(config->services[1].method, CONFIG_METHOD_DIRECT);
	assert_int_equal(config->services[1].reals[2].weight, 1);
}

static void structs_have_everything_that_is_set(void **state)
{
	_cleanup_(config_freep) struct config *config = load(GOLDEN "ok-everything-set.json");
	const struct config_service *s = &config->services[0];

	(void)state;
	assert_int_equal(config->token, 126);
	assert_int_equal(config->consensus, 151);
	assert_int_equal(config->heartbeat, 10);
	assert_int_equal(s->protocol, CONFIG_PROTOCOL_UDP);
	assert_true(s->persistent);
	assert_int_equal(s->persistence_s, 600);
	assert_int_equal(s->persistence_prefix, 24);
	assert_int_equal(s->check, CONFIG_CHECK_NONE);
	assert_int_equal(s->check_interval, 100);
	assert_int_equal(s->check_timeout, 50);
	assert_int_equal(s->check_fall, 20);
	assert_int_equal(s->check_rise, 20);
	assert_int_equal(s->reals[0].port, 5353);
	assert_int_equal(s->reals[1].port, 53);
	assert_int_equal(s->reals[1].weight, 0);
}

static void preferred_routers_keep_their_order(void **state)
{
	_cleanup_(config_freep) struct config *config = load(GOLDEN "ok-preferred.json");
	const struct config_group *main = &config->groups[0], *second = &config->groups[1];

	(void)state;
	assert_int_equal(main->n_preferred, 2);
	assert_memory_equal(main->preferred, ((uint8_t[]){1, 2}), 2);
	assert_true(main->preempt);
	assert_false(second->preempt);
	assert_int_equal(second->n_preferred, 2);
	assert_memory_equal(second->preferred, ((uint8_t[]){2, 1}), 2);
}

static void tracked_addresses_are_on_a_port(void **state)
{
	_cleanup_(config_freep) struct config *config = load(GOLDEN "ok-track-address.json");
	const struct config_group *main = &config->groups[0], *second = &config->groups[1];
	const struct config_node *r2 = &config->nodes[1];

	(void)state;
	assert_int_equal(main->n_tracked, 2);
	assert_int_equal(main->tracked[0], inet_addr("203.0.113.1"));
	assert_int_equal(main->tracked[1], inet_addr("10.77.0.254"));
	assert_int_equal(second->n_tracked, 0);
	assert_string_equal(config_port_by_neighbour(r2, main->tracked[0])->name, "eth0");
	assert_string_equal(config_port_by_neighbour(r2, main->tracked[1])->name, "eth1");
	assert_null(config_port_by_neighbour(r2, inet_addr("192.0.2.1")));
}

static const struct config_service *service_of(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_services; i++) {
		if (strcmp(config->services[i].name, name) == 0)
			return &config->services[i];
	}
	fail_msg("no service %s", name);
	return NULL;
}

static void check_endpoint(struct config_inet inet, uint16_t port, const char *text)
{
	char is[CONFIG_ENDPOINT_TEXT_MAX];

	assert_string_equal(config_endpoint_text(&inet, port, is), text);
}

static void structs_have_both_families(void **state)
{
	_cleanup_(config_freep) struct config *config = load(GOLDEN "ok-ipv6-service.json");
	const struct config_service *web = service_of(config, "web");
	const struct config_service *web6 = service_of(config, "web6");
	const struct config_service *marked6 = service_of(config, "marked6");
	const struct config_node *r1 = &config->nodes[0];
	struct config_inet inet;

	(void)state;
	assert_false(web->ipv6);
	assert_false(config_has_sorry(web));
	check_endpoint(config_service_inet(web), web->port, "203.0.113.10:80");
	assert_true(web6->ipv6);
	assert_int_equal(web6->address, 0);
	check_endpoint(config_service_inet(web6), web6->port, "[2001:db8:113::10]:80");
	check_endpoint(config_sorry_inet(web6), web6->sorry_port, "[fd00:77::109]:81");
	check_endpoint(config_real_inet(&web6->reals[0]), web6->reals[0].port, "[fd00:77::101]:80");
	check_endpoint(config_real_inet(&web6->reals[1]), web6->reals[1].port,
		       "[fd00:77::102]:8080");
	assert_int_equal(web6->persistence_prefix, 56);
	assert_int_equal(service_of(config, "far6")->persistence_prefix, 128);
	assert_true(marked6->ipv6);
	assert_int_equal(config_service_inet(marked6).family, AF_UNSPEC);
	check_endpoint(config_match_inet(&config->marks[0].matches[0]), 20,
		       "[2001:db8:113::10]:20");
	assert_int_equal(r1->ports[0].n_ipv6, 1);
	assert_int_equal(r1->ports[0].ipv6[0].prefix_length, 64);
	inet = config_inet6(&r1->ipv6_gateway);
	check_endpoint(inet, 1, "[2001:db8:113::1]:1");
	assert_string_equal(config_port_by_inet(r1, &inet)->name, "eth0");
	inet = config_real_inet(&web6->reals[0]);
	assert_string_equal(config_port_by_inet(r1, &inet)->name, "eth1");
	inet.bytes[7] ^= 1; /* another /64 */
	assert_null(config_port_by_inet(r1, &inet));
}

static void files_that_cannot_be_read(void **state)
{
	struct config *config = NULL;
	struct schema_error error;

	(void)state;
	assert_int_equal(schema_load(YANG, "no/such/file", &config, &error), -ENOENT);
	assert_string_equal(error.path, "no/such/file");
	assert_int_equal(schema_load("no/such/folder", GOLDEN "ok-base.json", &config, &error),
			 -EIO);
	assert_string_equal(error.path, "no/such/folder");
	assert_null(config);
}

/* n_services services of n_reals real servers each; returns the text, freed by the caller. */
static char *large_document(unsigned int n_services, unsigned int n_reals)
{
	size_t size = 4096 + (size_t)n_services * (256 + (size_t)n_reals * 96);
	char *data = malloc(size);
	struct text text;

	assert_non_null(data);
	text_init(&text, data, size);
	text_add(&text, "{\"trireme:cluster\":{\"node\":[{\"name\":\"r1\",\"id\":1,\"port\":["
			"{\"name\":\"eth0\",\"address\":\"203.0.113.11\"},"
			"{\"name\":\"eth1\",\"address\":\"10.77.0.11\",\"prefix-length\":16}]}]},"
			"\"trireme:alias-group\":[{\"name\":\"main\",\"alias\":["
			"{\"label\":\"eth0:1\",\"address\":\"203.0.113.10\"},"
			"{\"label\":\"eth1:1\",\"address\":\"10.77.0.1\"}]}],"
			"\"trireme:pool\":[");
	for (unsigned int i = 0; i < n_services; i++) {
		text_add(&text, "%s{\"name\":\"p%u\",\"real-server\":[", i ? "," : "", i);
		for (unsigned int j = 0; j < n_reals; j++)
			text_add(&text, "%s{\"name\":\"r%u\",\"address\":\"10.77.%u.%u\"}",
				 j ? "," : "", j, 1 + j / 250, 1 + j % 250);
		text_add(&text, "]}");
	}
	text_add(&text, "],\"trireme:virtual-service\":[");
	for (unsigned int i = 0; i < n_services; i++)
		text_add(&text,
			 "%s{\"name\":\"s%u\",\"address\":\"203.0.113.10\",\"port\":%u,"
			 "\"pool\":\"p%u\"}",
			 i ? "," : "", i, 1000 + i, i);
	text_add(&text, "]}");
	assert_int_equal(text_result(&text), 0);
	return data;
}

static void the_largest_document_is_valid(void **state)
{
	_cleanup_free_ char *data = large_document(CONFIG_SERVICES_MAX, 8);
	_cleanup_(config_freep) struct config *config = NULL;
	struct schema_error error;

	(void)state;
	assert_int_equal(schema_parse(YANG, data, strlen(data), &config, &error), 0);
	assert_int_equal(config->n_services, CONFIG_SERVICES_MAX);
	assert_string_equal(config->services[CONFIG_SERVICES_MAX - 1].reals[7].name, "r7");
}

static void more_than_the_largest_is_refused(void **state)
{
	_cleanup_free_ char *services = large_document(CONFIG_SERVICES_MAX + 1, 1);
	_cleanup_free_ char *reals = large_document(1, CONFIG_REALS_MAX + 1);
	_cleanup_free_ char *together = large_document(17, 241);
	struct config *config = NULL;
	struct schema_error error;

	(void)state;
	assert_int_equal(schema_parse(YANG, services, strlen(services), &config, &error), -EBADMSG);
	assert_string_equal(error.path, "/trireme:pool[name='p512']");
	assert_string_equal(error.allowed, "at most 512; there are more");
	assert_int_equal(schema_parse(YANG, reals, strlen(reals), &config, &error), -EBADMSG);
	assert_string_equal(error.path, "/trireme:pool[name='p0']/real-server");
	assert_string_equal(error.allowed, "at most 256; there are more");
	assert_int_equal(schema_parse(YANG, together, strlen(together), &config, &error), -EBADMSG);
	assert_string_equal(
		error.allowed,
		"at most 4096 real servers in all services together, those of a pool counted "
		"for each service that has it");
	assert_string_equal(error.value, "4097");
	assert_null(config);
}

/* Repeats `part` between start and end and expects the refusal. */
static void flood(const char *start, const char *part, const char *end, const char *expected)
{
	size_t size = 1u << 20;
	_cleanup_free_ char *data = malloc(size);
	struct config *config = NULL;
	struct schema_error error;
	struct text text;

	assert_non_null(data);
	text_init(&text, data, size);
	text_add(&text, "%s", start);
	while (text.used + strlen(part) + strlen(end) < size - 1)
		text_add(&text, "%s", part);
	text_add(&text, "%s", end);
	assert_int_equal(schema_parse(YANG, data, text.used, &config, &error), -EBADMSG);
	assert_string_equal(error.allowed, expected);
}

/* Each took libyang minutes. */
static void floods_are_refused_unparsed(void **state)
{
	(void)state;
	flood("{\"trireme:virtual-service\":[\n", "{\"name\":\"a\"},", "{}]}",
	      "line 2: at most 22001 objects, {...}, in a document");
	flood("{\"trireme:cluster\":{\n\n", "\"name\":\"a\",", "\"name\":\"a\"}}",
	      "line 3: at most 32 members in an object");
	flood("", "[", "", "line 1: at most 16 levels of { and [ within one another");
}

static void shapes_of_strings_do_not_count(void **state)
{
	struct config *config = NULL;
	struct schema_error error;
	const char *data = "{\"trireme:cluster\":{\"name\":\"\\\"[[[[[[[[[[[[[[[[[[{{{{{{\"}}";

	(void)state;
	assert_int_equal(schema_parse(YANG, data, strlen(data), &config, &error), -EBADMSG);
	assert_string_equal(error.path, "/trireme:cluster/name");
}

static void a_document_with_a_zero_byte_is_refused(void **state)
{
	struct config *config = NULL;
	struct schema_error error;

	(void)state;
	assert_int_equal(schema_parse(YANG, "{}\0{}", 5, &config, &error), -EBADMSG);
	assert_string_equal(error.allowed, "a JSON document: this one has a zero byte in it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),
		cmocka_unit_test(structs_have_the_document_and_its_defaults),
		cmocka_unit_test(structs_have_everything_that_is_set),
		cmocka_unit_test(preferred_routers_keep_their_order),
		cmocka_unit_test(tracked_addresses_are_on_a_port),
		cmocka_unit_test(structs_have_both_families),
		cmocka_unit_test(files_that_cannot_be_read),
		cmocka_unit_test(the_largest_document_is_valid),
		cmocka_unit_test(more_than_the_largest_is_refused),
		cmocka_unit_test(floods_are_refused_unparsed),
		cmocka_unit_test(shapes_of_strings_do_not_count),
		cmocka_unit_test(a_document_with_a_zero_byte_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
