// SPDX-License-Identifier: GPL-2.0-or-later
/* The parts that the golden cases of exchanges do not reach to their edges. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock_io.h"
#include "web/event.h"
#include "web/limits.h"
#include "web/restconf_filter.h"
#include "web/restconf_header.h"
#include "web/settings.h"
#include "web/tests/fixture.h"

#define SECOND NSEC_PER_SEC

static uint32_t address(const char *text)
{
	uint32_t value;

	assert_int_equal(inet_pton(AF_INET, text, &value), 1);
	return value;
}

static void percent_is_decoded_to_plain_utf8(void **state)
{
	static const char *const bad[] = {
		"%",	     "%4",	  "%4g",	  "%00",
		"%1F",	     "%7f",	  "a\nb",	  "\x80",
		"%80",	     "%C3",	  "%C3%28",	  "%C0%AF",
		"%E0%80%80", "%ED%A0%80", "%F4%90%80%80", "%F8%88%80%80%80",
	};
	char buf[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(percent_decode(bad[i], strlen(bad[i]), buf), -EINVAL);
	assert_int_equal(percent_decode("%2Fa%c3%A4%F0%9F%9A%A2+", 23, buf), 0);
	assert_string_equal(buf, "/a\xc3\xa4\xf0\x9f\x9a\xa2+");
}

static int parse_path(const char *text, struct api_path *path)
{
	struct problem problem;

	return api_path_parse(text, path, &problem);
}

static void paths_have_bounds(void **state)
{
	static const char *const bad[] = {
		"/",   "/a",  "a:b",	"/a:b/",   "/a:b//c", "/a:b=%",		"/1:b",
		"/a:", "/:b", "/a:b:c", "/a:b/c:", "/a:b c",  "/a:b=1,2,3,4,5", "/a:b/=1",
	};
	struct api_path path;
	char text[API_PATH_MAX + 8] = "";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(parse_path(bad[i], &path), -EINVAL);
	assert_int_equal(parse_path("", &path), 0);
	assert_int_equal(path.n_steps, 0);
	for (size_t i = 0; i < API_STEPS_MAX; i++)
		strcat(text, "/a:b");
	assert_int_equal(parse_path(text, &path), 0);
	strcat(text, "/a:b");
	assert_int_equal(parse_path(text, &path), -EINVAL);
	strcpy(text, "/a:b=");
	memset(text + 5, 'x', API_PATH_MAX - 6);
	assert_int_equal(parse_path(text, &path), 0);
	strcat(text, "x");
	assert_int_equal(parse_path(text, &path), -EINVAL);
}

static void keys_may_be_empty(void **state)
{
	char buf[API_PATH_MAX];
	struct text text = TEXT_ON(buf);
	struct api_path path;

	(void)state;
	assert_int_equal(parse_path("/a:b=,x,/c=", &path), 0);
	assert_int_equal(path.steps[0].n_keys, 3);
	assert_string_equal(path.steps[0].keys[0], "");
	assert_string_equal(path.steps[0].keys[1], "x");
	assert_int_equal(path.steps[1].n_keys, 1);
	assert_null(path.steps[1].module);
	api_path_format(&path, &text);
	assert_string_equal(buf, "/a:b=,x,/c=");
}

struct filter_case {
	const char *path;
	unsigned int depth;
	const char *fields, *data, *left;
};

#define CLUSTER                                                                                \
	"{\"trireme:cluster\":{\"name\":\"c\",\"node\":[{\"name\":\"r1\",\"id\":1,\"port\":[{" \
	"\"name\":\"e0\",\"address\":\"a\"}]},{\"name\":\"r2\",\"id\":2}]}}"

static const struct filter_case filter_cases[] = {
	{"/trireme:cluster", 0, "", CLUSTER, CLUSTER},
	{"/trireme:cluster", 1, "", CLUSTER, "{\"trireme:cluster\":{}}"},
	/* entries keep their keys */
	{"/trireme:cluster", 2, "", CLUSTER,
	 "{\"trireme:cluster\":{\"name\":\"c\",\"node\":[{\"name\":\"r1\"},{\"name\":\"r2\"}]}}"},
	{"/trireme:cluster/node=r1", 1, "", "{\"trireme:node\":[{\"name\":\"r1\",\"id\":1}]}",
	 "{\"trireme:node\":[{\"name\":\"r1\"}]}"},
	{"/trireme:cluster", 0, "name", CLUSTER, "{\"trireme:cluster\":{\"name\":\"c\"}}"},
	/* two fields of one child are both wanted, and nothing else */
	{"/trireme:cluster", 0, "node/id;node/port/address", CLUSTER,
	 "{\"trireme:cluster\":{\"node\":[{\"name\":\"r1\",\"id\":1,\"port\":[{\"name\":\"e0\","
	 "\"address\":\"a\"}]},{\"name\":\"r2\",\"id\":2}]}}"},
	/* the whole child, whatever else says a part of it */
	{"/trireme:cluster", 0, "node/id;trireme:node", CLUSTER,
	 "{\"trireme:cluster\":{\"node\":[{\"name\":\"r1\",\"id\":1,\"port\":[{\"name\":\"e0\","
	 "\"address\":\"a\"}]},{\"name\":\"r2\",\"id\":2}]}}"},
	/* what fields name has the depth 1 */
	{"/trireme:cluster", 2, "node(port)", CLUSTER,
	 "{\"trireme:cluster\":{\"node\":[{\"name\":\"r1\",\"port\":[{\"name\":\"e0\",\"address\":"
	 "\"a\"}]},{\"name\":\"r2\"}]}}"},
	{"/trireme:cluster", 1, "node", CLUSTER,
	 "{\"trireme:cluster\":{\"node\":[{\"name\":\"r1\"},{\"name\":\"r2\"}]}}"},
	{"/trireme:cluster", 0, "other:name;nothing", CLUSTER, "{\"trireme:cluster\":{}}"},
	{"", 2, "", "{\"ietf-restconf:data\":" CLUSTER "}",
	 "{\"ietf-restconf:data\":{\"trireme:cluster\":{}}}"},
	{"", 0, "trireme:cluster/name", "{\"ietf-restconf:data\":" CLUSTER "}",
	 "{\"ietf-restconf:data\":{\"trireme:cluster\":{\"name\":\"c\"}}}"},
	{"/trireme:cluster/name", 1, "", "{\"trireme:name\":\"c\"}", "{\"trireme:name\":\"c\"}"},
};

static void filters_leave_what_is_wanted(void **state)
{
	struct model model;

	(void)state;
	fixture_model(&model);
	for (size_t i = 0; i < ARRAY_SIZE(filter_cases); i++) {
		const struct filter_case *c = &filter_cases[i];
		struct query query = {.depth = c->depth};
		json_t *data = json_loads(c->data, 0, NULL);
		struct problem problem;
		struct filter filter;
		struct api_path path;
		char *left;

		strcpy(query.fields, c->fields);
		assert_int_equal(parse_path(c->path, &path), 0);
		assert_int_equal(filter_parse(&query, &filter, &problem), 0);
		filter_apply(&filter, &model, data, &path);
		left = json_dumps(data, JSON_COMPACT);
		assert_string_equal(left, c->left);
		free(left);
		json_decref(data);
	}
	model_clear(&model);
}

static void fields_have_bounds(void **state)
{
	static const char *const bad[] = {"(",	 ")",  ";",	"a;",  "a/", "/a", "a(",    "a()",
					  "a(b", "a)", "a(b))", "a b", "a:", ":a", "a:b:c", "a=1"};
	struct query query = {0};
	struct problem problem;
	struct filter filter;
	struct text text;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		strcpy(query.fields, bad[i]);
		assert_int_equal(filter_parse(&query, &filter, &problem), -EINVAL);
	}
	for (int n = FILTER_FIELDS_MAX; n <= FILTER_FIELDS_MAX + 1; n++) {
		text_init(&text, query.fields, sizeof(query.fields));
		for (int i = 0; i < n; i++)
			text_add(&text, "%sn", i ? ";" : "");
		assert_int_equal(filter_parse(&query, &filter, &problem),
				 n <= FILTER_FIELDS_MAX ? 0 : -EINVAL);
	}
	for (int n = FILTER_NESTING_MAX; n <= FILTER_NESTING_MAX + 1; n++) {
		text_init(&text, query.fields, sizeof(query.fields));
		for (int i = 0; i < n; i++)
			text_add(&text, "n(");
		text_add(&text, "n");
		for (int i = 0; i < n; i++)
			text_add(&text, ")");
		assert_int_equal(filter_parse(&query, &filter, &problem),
				 n <= FILTER_NESTING_MAX ? 0 : -EINVAL);
	}
}

static void accept_is_negotiated(void **state)
{
	(void)state;
	assert_true(header_accepts(NULL, TYPE_YANG));
	assert_true(header_accepts("", TYPE_YANG));
	assert_true(header_accepts("text/html, */*;q=0.1", TYPE_YANG));
	assert_true(header_accepts("application/*", TYPE_YANG));
	assert_true(header_accepts("APPLICATION/yang-data+JSON; q=0.001", TYPE_YANG));
	assert_true(header_accepts("*/*;q=0, application/yang-data+json", TYPE_YANG));
	assert_false(header_accepts("*/*;q=0.000", TYPE_YANG));
	assert_false(header_accepts("application/yang-data+json;q=0, application/*", TYPE_YANG));
	assert_false(header_accepts("text/html", TYPE_YANG));
	assert_false(header_accepts("application/yang-data+jsonx", TYPE_YANG));
	assert_false(header_accepts_coding(NULL, "gzip"));
	assert_true(header_accepts_coding("br, gzip", "gzip"));
	assert_false(header_accepts_coding("*, gzip;q=0", "gzip"));
	assert_true(header_is_type("application/yang-data+json;charset=utf-8", TYPE_YANG));
	assert_false(header_is_type(NULL, TYPE_YANG));
}

static void entity_tags_are_compared_whole(void **state)
{
	char buf[8];

	(void)state;
	assert_true(header_has_etag("*", "\"a\"", true));
	assert_true(header_has_etag(" \"b\" ,W/\"a\"", "\"a\"", true));
	assert_false(header_has_etag("\"ab\"", "\"a\"", true));
	assert_false(header_has_etag("a", "\"a\"", true));
	assert_false(header_has_etag(NULL, "\"a\"", true));
	assert_false(header_has_etag("\"\"", "none", true));
	assert_int_equal(header_etag("\"7-a\"", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "7-a");
	assert_int_equal(header_etag("\"12345678\"", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(header_etag("\"\"", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(header_etag("\"a\", \"b\"", buf, sizeof(buf)), -EINVAL);
}

static void an_address_has_a_rate(void **state)
{
	static struct limits limits;
	uint64_t now = 5 * SECOND;
	int taken = 0;

	(void)state;
	for (int i = 0; i < 2 * LIMITS_RATE_OF_ADDRESS; i++)
		taken += limits_admit(&limits, 1, now);
	assert_int_equal(taken, LIMITS_RATE_OF_ADDRESS);
	assert_true(limits_admit(&limits, 2, now));
	/* A tenth of a second brings a tenth of them, however often it is asked meanwhile. */
	taken = 0;
	for (int i = 0; i < 1000; i++)
		taken += limits_admit(&limits, 1, now + (uint64_t)i * SECOND / 10000);
	assert_in_range(taken, LIMITS_RATE_OF_ADDRESS / 10 - 1, LIMITS_RATE_OF_ADDRESS / 10);
	now += 3600 * SECOND;
	taken = 0;
	for (int i = 0; i < 2 * LIMITS_RATE_OF_ADDRESS; i++)
		taken += limits_admit(&limits, 1, now);
	assert_int_equal(taken, LIMITS_RATE_OF_ADDRESS);
}

static void all_addresses_have_one_together(void **state)
{
	static struct limits limits;
	int taken = 0;

	(void)state;
	for (uint32_t i = 1; i < 4 * LIMITS_ADDRESSES; i++)
		taken += limits_admit(&limits, i, SECOND);
	assert_int_equal(taken, LIMITS_RATE + LIMITS_RATE_OF_QUIET);
	assert_true(limits_admit(&limits, 1, 2 * SECOND));
}

/* Twelve that ask all the time use up what all have together; one that did not ask is taken all the
 * same. */
static void a_flood_leaves_a_place(void **state)
{
	static struct limits limits;
	int flooding = 0, other = 0;

	(void)state;
	for (uint64_t ms = 1; ms <= 10000; ms++) {
		for (uint32_t address = 1; address <= 12; address++)
			flooding += limits_admit(&limits, address, ms * SECOND / 1000);
		if (ms % 1500 == 0)
			other += limits_admit(&limits, 99, ms * SECOND / 1000);
	}
	assert_int_equal(other, 10000 / 1500);
	assert_in_range(flooding, 9 * LIMITS_RATE, 11 * LIMITS_RATE + LIMITS_RATE_OF_QUIET);
}

static void phases_end(void **state)
{
	(void)state;
	assert_int_equal(limits_due(PHASE_FIRST, 0), 10 * SECOND);
	assert_int_equal(limits_due(PHASE_BODY, SECOND), 31 * SECOND);
	assert_true(limits_due(PHASE_WORK, 0) == UINT64_MAX);
	assert_true(limits_due(PHASE_STREAM, 0) == UINT64_MAX);
}

static struct config_port port(const char *name, const char *of, const char *parent)
{
	struct config_port made = {.address = address(of), .prefix_length = 24};

	strcpy(made.name, name);
	strcpy(made.parent, parent);
	made.kind = parent[0] ? CONFIG_PORT_VLAN : CONFIG_PORT_HARDWARE;
	return made;
}

static void make_config(struct config *config)
{
	struct config_node *node = &config->nodes[0];

	strcpy(node->name, "r1");
	config->n_nodes = 1;
	node->ports[node->n_ports++] = port("eth0", "203.0.113.11", "");
	node->ports[node->n_ports++] = port("eth0.5", "198.51.100.1", "eth0");
	node->ports[node->n_ports++] = port("eth1", "10.77.0.11", "");
	node->ports[node->n_ports++] = port("eth1.7", "10.78.0.11", "eth1");
	config->n_groups = 1;
	config->groups[0].n_aliases = 2;
	config->groups[0].aliases[0] =
		(struct config_alias){"eth0:1", "eth0", address("203.0.113.10")};
	config->groups[0].aliases[1] =
		(struct config_alias){"eth1:1", "eth1", address("10.77.0.1")};
	config->management = (struct config_management){.https = true, .https_port = 443};
}

static void the_public_port_is_left_out(void **state)
{
	static struct config config;
	struct settings settings;

	(void)state;
	make_config(&config);
	settings_make(&config, &config.nodes[0], &settings);
	assert_int_equal(settings.n_ports, 2);
	assert_string_equal(settings.ports[0], "eth1");
	assert_string_equal(settings.ports[1], "eth1.7");
	assert_int_equal(settings.n_addresses, 3);
	assert_int_equal(settings.addresses[2], address("10.77.0.1"));
	assert_true(settings_admit(&settings, address("10.77.0.200")));
	assert_false(settings_admit(&settings, address("10.78.0.200")));
	assert_false(settings_admit(&settings, address("203.0.113.200")));
	config.management.https_public = true;
	config.management.n_networks = 1;
	config.management.networks[0] =
		(struct config_network){.address = address("203.0.113.128"), .prefix_length = 25};
	settings_make(&config, &config.nodes[0], &settings);
	assert_int_equal(settings.n_ports, 4);
	assert_true(settings_admit(&settings, address("203.0.113.200")));
	assert_false(settings_admit(&settings, address("10.77.0.200")));
}

static void only_what_it_serves_by_restarts_it(void **state)
{
	static struct config config;
	struct settings before, after;

	(void)state;
	memset(&config, 0, sizeof(config));
	make_config(&config);
	settings_make(&config, &config.nodes[0], &before);
	config.groups[0].n_aliases = 1;
	config.management.session_timeout_s++;
	config.nodes[0].priority++;
	settings_make(&config, &config.nodes[0], &after);
	assert_true(settings_equal(&before, &after));
	config.management.https_port = 8443;
	settings_make(&config, &config.nodes[0], &after);
	assert_false(settings_equal(&before, &after));
	config.management.https_port = 443;
	config.nodes[0].ports[2].address = address("10.99.0.11");
	settings_make(&config, &config.nodes[0], &after);
	assert_false(settings_equal(&before, &after));
}

static void an_event_tells_each_its_session(void **state)
{
	json_t *data = json_loads(
		"{\"trireme-api:state\":{\"session\":{\"user\":\"a\"},\"n\":\"\\n\"}}", 0, NULL);
	char *common = event_common(data), *session = event_session(data), *text;

	(void)state;
	text = event_text(common, session);
	assert_string_equal(text,
			    "event: state\ndata: {\"trireme-api:state\":{\"session\":{\"user\":"
			    "\"a\"},\"n\":\"\\n\"}}\n\n");
	free(text);
	text = event_text(common, NULL);
	assert_string_equal(text,
			    "event: state\ndata: {\"trireme-api:state\":{\"n\":\"\\n\"}}\n\n");
	free(text);
	text = event_text("}", "1");
	assert_string_equal(text,
			    "event: state\ndata: {\"trireme-api:state\":{\"session\":1}}\n\n");
	free(text);
	free(common);
	free(session);
	json_decref(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percent_is_decoded_to_plain_utf8),
		cmocka_unit_test(paths_have_bounds),
		cmocka_unit_test(keys_may_be_empty),
		cmocka_unit_test(filters_leave_what_is_wanted),
		cmocka_unit_test(fields_have_bounds),
		cmocka_unit_test(accept_is_negotiated),
		cmocka_unit_test(entity_tags_are_compared_whole),
		cmocka_unit_test(an_address_has_a_rate),
		cmocka_unit_test(all_addresses_have_one_together),
		cmocka_unit_test(a_flood_leaves_a_place),
		cmocka_unit_test(phases_end),
		cmocka_unit_test(the_public_port_is_left_out),
		cmocka_unit_test(only_what_it_serves_by_restarts_it),
		cmocka_unit_test(an_event_tells_each_its_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
