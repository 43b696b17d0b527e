// SPDX-License-Identifier: GPL-2.0-or-later
/* The state: whole, in parts, at its largest; the model of trireme-api takes it. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libyang/libyang.h>

#include "api/state.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "proto/api_ipc.h"
#include "proto/watchdog_report.h"

static struct ly_ctx *context;

static int open_model(void **state)
{
	(void)state;
	if (ly_ctx_new("services/api", 0, &context) != LY_SUCCESS ||
	    !ly_ctx_load_module(context, "trireme-api", NULL, NULL))
		return -1;
	return 0;
}

static int close_model(void **state)
{
	(void)state;
	ly_ctx_destroy(context);
	return 0;
}

/* The state as an answer has it, which the model must take; the caller frees it. */
static json_t *valid_state(const struct state_input *input)
{
	_cleanup_free_ char *members = NULL, *answer = NULL, *text = NULL;
	struct lyd_node *tree = NULL;
	json_t *json, *state;
	size_t size;

	assert_int_equal(state_members(input, &members, &size), 0);
	assert_int_equal(state_answer(members, "anna", ACCESS_OPERATOR, &answer, &size), 0);
	json = json_loadb(answer, size, JSON_REJECT_DUPLICATES, NULL);
	state = json_incref(json_object_get(json, "state"));
	json_decref(json);
	text = json_dumps(state, 0);
	assert_non_null(text);
	if (lyd_parse_data_mem(context, text, LYD_JSON, LYD_PARSE_STRICT, LYD_VALIDATE_PRESENT,
			       &tree) != LY_SUCCESS)
		fail_msg("%s: %.2000s", ly_errmsg(context), text);
	lyd_free_all(tree);
	json = json_incref(json_object_get(state, "trireme-api:state"));
	json_decref(state);
	return json;
}

static struct engine_service_status *make_service(const char *name, uint32_t n_reals)
{
	struct engine_service_status *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->scheduler, sizeof(s->scheduler), "wrr");
	snprintf(s->method, sizeof(s->method), "nat");
	parse_inet("203.0.113.10", &s->address.family, s->address.bytes);
	s->port = 80;
	s->protocol = IPPROTO_TCP;
	s->applied = 1;
	s->datapath = ENGINE_DATAPATH_XDP;
	memset(s->datapath_reason, '"', sizeof(s->datapath_reason) - 1);
	s->n_reals = n_reals;
	for (uint32_t i = 0; i < n_reals; i++) {
		struct engine_real_status *real = &s->reals[i];

		snprintf(real->name, sizeof(real->name), "real-server-with-a-long-name-%u", i);
		memset(real->reason, '"', sizeof(real->reason) - 1);
		real->address.family = AF_INET;
		memcpy(real->address.bytes, &(uint32_t){htonl(0x0a4d0065 + i)}, 4);
		real->health = ENGINE_HEALTH_DOWN;
		real->admin = ENGINE_ADMIN_DRAIN;
		real->port = real->weight = UINT16_MAX;
		real->active = real->inactive = UINT32_MAX;
		real->connections = real->bytes_in = real->bytes_out = UINT64_MAX;
		real->packets_in = real->packets_out = UINT64_MAX;
	}
	return s;
}

static void fill_agent(struct agent_status *agent)
{
	agent->node_id = 1;
	agent->quorum = AGENT_QUORUM_YES;
	agent->lease_ms = 1330;
	agent->guard_ms = 1338;
	agent->n_nodes = 2;
	agent->nodes[0] = (struct agent_status_node){
		.id = 1, .present = 1, .fit = 1, .name = "r1", .reason = "owner with epoch 3"};
	agent->nodes[1] = (struct agent_status_node){.id = 3, .witness = 1, .name = "w"};
	agent->n_groups = 2;
	agent->groups[0] = (struct agent_status_group){.name = "main",
						       .role = AGENT_ROLE_OWNER,
						       .owner = 1,
						       .epoch = UINT64_MAX,
						       .lease_left_ms = 900,
						       .roles = {AGENT_ROLE_OWNER},
						       .reasons = {"owner of main"}};
	agent->groups[1] = (struct agent_status_group){.name = "other", .lease_left_ms = -5};
	histogram_add(&agent->echo, 1 << HISTOGRAM_FIRST);
}

static void fill_totals(struct engine_totals *totals)
{
	memset(totals->flows, 0xff, sizeof(totals->flows));
	memset(totals->room, 0xff, sizeof(totals->room));
	totals->templates[1] = 7;
	totals->half_open = UINT32_MAX;
	totals->memory = totals->expired = totals->gone = UINT64_MAX;
	totals->n_reasons = ENGINE_REASONS_MAX;
	for (uint32_t i = 0; i < ENGINE_REASONS_MAX; i++) {
		struct engine_reason_count *reason = &totals->reasons[i];

		snprintf(reason->name, sizeof(reason->name), "reason-\"%u", i);
		memset(reason->words, '"', sizeof(reason->words) - 1);
		reason->packets = UINT64_MAX;
	}
}

static void fill_sync(struct engine_sync_status *sync)
{
	sync->synchronised = 1;
	sync->records = sync->messages = sync->bytes = sync->overruns = UINT64_MAX;
	sync->fulls = sync->repeated = sync->unsent = sync->refused = UINT64_MAX;
	sync->n_peers = ENGINE_PEERS_MAX;
	for (uint32_t i = 0; i < ENGINE_PEERS_MAX; i++) {
		struct engine_sync_peer *peer = &sync->peers[i];

		snprintf(peer->name, sizeof(peer->name), "router-%u", i);
		peer->present = peer->complete = peer->whole = i != 0;
		peer->lag_ns = peer->records = peer->messages = peer->missed = UINT64_MAX;
		peer->stale = peer->unknown = peer->full = peer->wrong = UINT64_MAX;
	}
}

static const char *text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static const json_t *entry(const json_t *object, const char *list, size_t n)
{
	return json_array_get(json_object_get(object, list), n);
}

static void everything_is_told(void **unused)
{
	_cleanup_buffer_ struct buffer services = buffer_of(STATE_MAX);
	_cleanup_buffer_ struct buffer sources = buffer_of(STATE_MAX);
	_cleanup_free_ struct engine_service_status *service = make_service("web", 2);
	struct health_source_status source = {.name = "files",
					      .type = "nfs",
					      .port = 2049,
					      .state = HEALTH_SOURCE_UP,
					      .for_ms = 7};
	static struct agent_status agent;
	struct config_group group = {.name = "main", .n_aliases = 1, .n_ipv6_aliases = 1};
	json_t *status = json_loads("{\"revision\":9,\"time\":\"2027-01-15T08:00:00Z\","
				    "\"author\":\"anna\",\"comment\":\"\",\"current\":true,"
				    "\"local\":false,\"why\":\"agreed\",\"ring\":\"\","
				    "\"to-confirm\":{\"revision\":9,\"seconds\":30,"
				    "\"reverted\":false}}",
				    0, NULL);
	json_t *history =
		json_loads("{\"revisions\":[{\"revision\":9,\"id\":\"ab\",\"author\":\"\\u00e4\","
			   "\"kind\":\"change\",\"state\":\"in use\",\"comment\":\"x\","
			   "\"time\":\"2027-01-15T08:00:00Z\"}]}",
			   0, NULL);
	struct state_input input = {.node = "r1",
				    .version = "0.1",
				    .groups = &group,
				    .n_groups = 1,
				    .agent = &agent,
				    .status = status,
				    .history = history};
	const struct resource_status resource = {.group = "main",
						 .name = "ddns",
						 .agent = "own:Ddns",
						 .state = RESOURCE_FAILED,
						 .for_ms = 900,
						 .words = "'start' took too long"};
	static struct engine_totals totals;
	static struct engine_sync_status sync;
	const json_t *real, *main_group, *timing, *times, *datapath, *told;
	json_t *state;

	(void)unused;
	fill_agent(&agent);
	fill_totals(&totals);
	input.totals = &totals;
	fill_sync(&sync);
	input.sync = &sync;
	input.now = 1500 * NSEC_PER_MSEC;
	input.resources = &resource;
	input.n_resources = 1;
	group.aliases[0] = (struct config_alias){.label = "eth0:1", .address = htonl(0xcb00710a)};
	group.ipv6_aliases[0] = (struct config_ipv6_alias){.port = "eth0"};
	assert_int_equal(parse_ipv6("2001:db8::10", &group.ipv6_aliases[0].address), 0);
	state_add_service(&services, service);
	snprintf(service->name, sizeof(service->name), "mail");
	parse_inet("2001:db8::10", &service->address.family, service->address.bytes);
	parse_inet("fd00:77::101", &service->reals[0].address.family,
		   service->reals[0].address.bytes);
	state_add_service(&services, service);
	source.n_consumers = 1;
	memcpy(source.consumers[0], "web", 4);
	state_add_source(&sources, &source);
	buffer_add(&services, "", 1);
	buffer_add(&sources, "", 1);
	input.services = services.data;
	input.sources = sources.data;
	state = valid_state(&input);
	assert_string_equal(text_at(state, "quorum"), "yes");
	timing = json_object_get(state, "timing");
	assert_int_equal(json_integer_value(json_object_get(timing, "lease")), 1330);
	assert_int_equal(json_integer_value(json_object_get(timing, "guard")), 1338);
	assert_string_equal(text_at(json_object_get(state, "session"), "role"), "operator");
	main_group = entry(state, "group", 0);
	assert_string_equal(text_at(main_group, "owner"), "r1");
	assert_string_equal(text_at(main_group, "epoch"), "18446744073709551615");
	assert_int_equal(json_integer_value(json_object_get(main_group, "lease-left")), 900);
	assert_string_equal(text_at(entry(main_group, "alias", 0), "address"), "203.0.113.10");
	assert_string_equal(text_at(entry(main_group, "ipv6-alias", 0), "address"), "2001:db8::10");
	assert_string_equal(text_at(entry(main_group, "ipv6-alias", 0), "port"), "eth0");
	assert_string_equal(text_at(entry(main_group, "resource", 0), "name"), "ddns");
	assert_string_equal(text_at(entry(main_group, "resource", 0), "state"), "failed");
	assert_string_equal(text_at(entry(main_group, "resource", 0), "for"), "900");
	assert_string_equal(text_at(entry(main_group, "resource", 0), "reason"),
			    "'start' took too long");
	assert_int_equal(json_array_size(json_object_get(entry(state, "group", 1), "resource")), 0);
	assert_int_equal(
		json_integer_value(json_object_get(entry(state, "group", 1), "lease-left")), 0);
	assert_null(json_object_get(entry(state, "group", 1), "owner"));
	assert_string_equal(text_at(entry(main_group, "member", 0), "reason"), "owner of main");
	assert_string_equal(text_at(entry(main_group, "member", 0), "role"), "owner");
	assert_string_equal(text_at(entry(main_group, "member", 1), "name"), "w");
	assert_null(json_object_get(entry(main_group, "member", 1), "role"));
	assert_null(json_object_get(entry(main_group, "member", 1), "reason"));
	assert_string_equal(text_at(entry(state, "member", 1), "role"), "witness");
	times = entry(state, "agent-time", 0);
	assert_string_equal(text_at(times, "name"), "echo");
	assert_string_equal(text_at(times, "count"), "1");
	assert_string_equal(text_at(times, "longest"), "65536");
	assert_string_equal(text_at(entry(times, "bucket", 0), "count"), "0");
	assert_string_equal(text_at(entry(times, "bucket", 1), "below"), "131072");
	assert_string_equal(text_at(entry(times, "bucket", 1), "count"), "1");
	assert_string_equal(text_at(entry(state, "service", 0), "address"), "203.0.113.10");
	assert_string_equal(text_at(entry(state, "service", 1), "address"), "2001:db8::10");
	real = entry(entry(state, "service", 1), "real-server", 0);
	assert_string_equal(text_at(real, "address"), "fd00:77::101");
	assert_string_equal(text_at(entry(state, "service", 0), "datapath"), "xdp");
	assert_int_equal(strlen(text_at(entry(state, "service", 0), "datapath-reason")),
			 ENGINE_DATAPATH_REASON_MAX - 1);
	assert_string_equal(text_at(state, "taken"), "1500");
	datapath = json_object_get(state, "datapath");
	assert_string_equal(text_at(datapath, "memory"), "18446744073709551615");
	assert_string_equal(text_at(entry(datapath, "table", 1), "family"), "ipv6");
	assert_int_equal(json_integer_value(json_object_get(entry(datapath, "table", 1), "room")),
			 UINT32_MAX);
	assert_int_equal(
		json_integer_value(json_object_get(entry(datapath, "table", 1), "templates")), 7);
	assert_int_equal(json_array_size(json_object_get(datapath, "reason")), ENGINE_REASONS_MAX);
	assert_string_equal(text_at(entry(datapath, "reason", 31), "name"), "reason-\"31");
	assert_string_equal(text_at(entry(datapath, "reason", 31), "packets"),
			    "18446744073709551615");
	told = json_object_get(state, "synchronisation");
	assert_true(json_is_true(json_object_get(told, "synchronised")));
	assert_string_equal(text_at(told, "events-lost"), "18446744073709551615");
	assert_true(json_is_false(json_object_get(entry(told, "router", 0), "complete")));
	assert_string_equal(text_at(entry(told, "router", 15), "name"), "router-15");
	assert_string_equal(text_at(entry(told, "router", 15), "lag"), "18446744073709");
	assert_string_equal(text_at(entry(told, "router", 15), "wrong-key"),
			    "18446744073709551615");
	real = entry(entry(state, "service", 0), "real-server", 1);
	assert_string_equal(text_at(real, "packets-in"), "18446744073709551615");
	assert_string_equal(text_at(real, "bytes-out"), "18446744073709551615");
	assert_string_equal(text_at(real, "admin-state"), "drain");
	assert_string_equal(text_at(real, "health"), "down");
	assert_string_equal(text_at(entry(state, "data-source", 0), "for"), "7");
	assert_int_equal(
		json_integer_value(json_object_get(
			json_object_get(json_object_get(state, "configuration"), "confirm"),
			"remaining")),
		30);
	assert_int_equal(json_integer_value(json_object_get(entry(state, "revision", 0), "number")),
			 9);
	assert_int_equal(json_array_size(json_object_get(state, "unavailable")), 0);
	json_decref(state);
	json_decref(status);
	json_decref(history);
}

static void who_does_not_answer_is_named(void **unused)
{
	static struct agent_status agent;
	struct state_input input = {.node = "r1",
				    .version = "",
				    .agent = &agent,
				    .agent_error = -ETIMEDOUT,
				    .engine_error = -ECONNREFUSED,
				    .health_error = -EACCES,
				    .config_error = -EPROTO};
	json_t *state = valid_state(&input);

	(void)unused;
	assert_string_equal(text_at(state, "quorum"), "unknown");
	assert_null(json_object_get(state, "service"));
	assert_null(json_object_get(state, "member"));
	assert_null(json_object_get(state, "configuration"));
	assert_int_equal(json_array_size(json_object_get(state, "unavailable")), 4);
	assert_string_equal(text_at(entry(state, "unavailable", 0), "reason"),
			    "the agent does not answer in time");
	assert_string_equal(text_at(entry(state, "unavailable", 1), "part"), "engine");
	json_decref(state);
}

/* The state's watchdog of a report. */
static void check_watchdog(const struct watchdog_report *report, size_t size, const char *word,
			   const char *reason)
{
	struct state_input input = {.node = "r1",
				    .version = "",
				    .agent_error = -EIO,
				    .engine_error = -EIO,
				    .health_error = -EIO,
				    .config_error = -EIO,
				    .watchdog = report,
				    .watchdog_size = size,
				    .now = 100 * NSEC_PER_SEC};
	json_t *state = valid_state(&input), *watchdog = json_object_get(state, "watchdog");

	assert_string_equal(text_at(watchdog, "state"), word);
	assert_string_equal(text_at(watchdog, "reason"), reason);
	assert_int_equal(json_object_get(watchdog, "device") != NULL,
			 strstr(word, "petted") != NULL);
	json_decref(state);
}

static void the_watchdog_is_told(void **unused)
{
	struct watchdog_report report = {.version = WATCHDOG_REPORT_VERSION,
					 .told = 96 * NSEC_PER_SEC,
					 .timeout_s = 30,
					 .enabled = 1,
					 .device = "/dev/watchdog0"};
	const size_t size = sizeof(report);

	(void)unused;
	check_watchdog(&report, size, "petted", "");
	report.error = -EIO;
	check_watchdog(&report, size, "not-petted", "the device takes nothing (error 5)");
	report.verdict = WATCHDOG_HUNG;
	check_watchdog(&report, size, "not-petted", "the agent hangs");
	report.verdict = UINT32_MAX;
	memset(report.device, 'x', sizeof(report.device));
	check_watchdog(&report, size, "not-petted", "?");
	report.device[0] = '\0';
	check_watchdog(&report, size, "none", "this machine has no watchdog");
	report.enabled = 0;
	check_watchdog(&report, size, "off", "switched off by the configuration");
	report.told = 90 * NSEC_PER_SEC;
	check_watchdog(&report, size, "silent",
		       "trireme-watchdog does not run; it has said nothing for 10 s");
	check_watchdog(&report, size - 1, "silent", "trireme-watchdog has not run since the boot");
	report.version++;
	check_watchdog(&report, size, "silent", "trireme-watchdog is of another version");
	check_watchdog(NULL, 0, "silent", "trireme-watchdog has not run since the boot");
}

/* Whatever the daemons say, it fits an answer, or is no answer. */
static void the_largest_state_fits(void **unused)
{
	_cleanup_buffer_ struct buffer services = buffer_of(STATE_MAX);
	_cleanup_free_ struct engine_service_status *service = make_service("", 8);
	struct state_input input = {.node = "r1",
				    .version = "",
				    .agent_error = -EIO,
				    .health_error = -EIO,
				    .config_error = -EIO};
	_cleanup_free_ char *members = NULL, *answer = NULL;
	static struct engine_totals totals;
	static struct engine_sync_status sync;
	size_t size;

	(void)unused;
	for (unsigned int i = 0; i < CONFIG_SERVICES_MAX; i++) {
		snprintf(service->name, sizeof(service->name), "service-with-a-long-name-%u", i);
		state_add_service(&services, service);
	}
	buffer_add(&services, "", 1);
	assert_int_equal(services.error, 0);
	fill_totals(&totals);
	input.totals = &totals;
	fill_sync(&sync);
	input.sync = &sync;
	input.services = services.data;
	assert_int_equal(state_members(&input, &members, &size), 0);
	assert_int_equal(state_answer(members, "", ACCESS_NOBODY, &answer, &size), 0);
	assert_true(size < API_IPC_MAX);
	assert_null(strstr(answer, "\"session\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_told),
		cmocka_unit_test(who_does_not_answer_is_named),
		cmocka_unit_test(the_watchdog_is_told),
		cmocka_unit_test(the_largest_state_fits),
	};

	return cmocka_run_group_tests(tests, open_model, close_model);
}
