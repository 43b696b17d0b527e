// SPDX-License-Identifier: GPL-2.0-or-later
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/status.h"
#include "engine/wanted.h"

static struct config_real reals[2] = {
	{.name = "web1", .address = 0x6500004d, .port = 8080, .weight = 3},
	{.name = "web2",
	 .address = 0x6600004d,
	 .port = 80,
	 .weight = 2,
	 .admin_state = CONFIG_ADMIN_DISABLED}};
static const struct config_service service = {.name = "web",
					      .address = 0x0a7100cb,
					      .protocol = CONFIG_PROTOCOL_UDP,
					      .port = 53,
					      .method = CONFIG_METHOD_DIRECT,
					      .scheduler = "wlc",
					      .reals = reals,
					      .n_reals = 2};
static struct health_real health_reals[2] = {
	{.name = "web1", .state = ENGINE_HEALTH_UP},
	{.name = "web2", .state = ENGINE_HEALTH_DOWN, .reason = "Connection refused"}};
static const struct health_service health = {.reals = health_reals, .n_reals = 2};

static const struct steer_verdict verdict = {true, "native XDP on eth0"};

static void from_kernel(void **state)
{
	struct engine_service_status *s = calloc(1, sizeof(*s));
	struct ipvs_dest dest = wanted_dest(&service, &reals[0]);
	struct ipvs_service kernel = {.dests = &dest, .n_dests = 1};

	(void)state;
	assert_non_null(s);
	dest.active = 4;
	dest.inactive = 5;
	dest.connections = 6;
	dest.packets_in = 9;
	dest.packets_out = 10;
	dest.bytes_in = 7;
	dest.bytes_out = 8;
	status_fill(&service, &health, &verdict, &kernel, s);
	assert_string_equal(s->name, "web");
	assert_string_equal(s->scheduler, "wlc");
	assert_string_equal(s->method, "direct");
	assert_int_equal(s->datapath, ENGINE_DATAPATH_XDP);
	assert_string_equal(s->datapath_reason, "native XDP on eth0");
	assert_int_equal(s->protocol, IPPROTO_UDP);
	assert_int_equal(s->port, 53);
	assert_int_equal(s->address.family, AF_INET);
	assert_memory_equal(s->address.bytes, &service.address, sizeof(service.address));
	assert_int_equal(s->reals[0].address.family, AF_INET);
	assert_memory_equal(s->reals[0].address.bytes, &reals[0].address, 4);
	assert_int_equal(s->n_reals, 2);
	assert_string_equal(s->reals[0].name, "web1");
	assert_int_equal(s->reals[0].health, ENGINE_HEALTH_UP);
	assert_int_equal(s->reals[0].in_use, 1);
	assert_int_equal(s->reals[0].port, 8080);
	assert_int_equal(s->reals[0].weight, 3);
	assert_int_equal(s->reals[0].active, 4);
	assert_int_equal(s->reals[0].inactive, 5);
	assert_int_equal(s->reals[0].connections, 6);
	assert_int_equal(s->reals[0].packets_in, 9);
	assert_int_equal(s->reals[0].packets_out, 10);
	assert_int_equal(s->reals[0].bytes_in, 7);
	assert_int_equal(s->reals[0].bytes_out, 8);
	assert_int_equal(s->reals[0].admin, ENGINE_ADMIN_ENABLED);
	assert_int_equal(s->reals[1].admin, ENGINE_ADMIN_DISABLED);
	assert_int_equal(s->reals[1].in_use, 0);
	assert_int_equal(s->reals[1].health, ENGINE_HEALTH_DOWN);
	assert_string_equal(s->reals[1].reason, "Connection refused");
	/* Weight 0 takes no new connections. */
	dest.weight = 0;
	memset(s, 0, sizeof(*s));
	status_fill(&service, &health, &verdict, &kernel, s);
	assert_int_equal(s->reals[0].in_use, 0);
	assert_int_equal(s->reals[0].active, 4);
	free(s);
}

static void without_kernel(void **state)
{
	struct engine_service_status *s = calloc(1, sizeof(*s));

	(void)state;
	assert_non_null(s);
	status_fill(&service, &health, &verdict, NULL, s);
	assert_int_equal(s->n_reals, 2);
	assert_int_equal(s->reals[0].in_use, 0);
	assert_int_equal(s->reals[0].health, ENGINE_HEALTH_UP);
	free(s);
}

/* Every protocol and method has its own word. */
static void what_is_configured(void **state)
{
	struct engine_service_status *s = calloc(1, sizeof(*s));
	struct config_service other = service;

	(void)state;
	assert_non_null(s);
	other.protocol = CONFIG_PROTOCOL_SCTP;
	other.method = CONFIG_METHOD_TUNNEL;
	status_fill(&other, &health, &verdict, NULL, s);
	assert_int_equal(s->protocol, IPPROTO_SCTP);
	assert_string_equal(s->method, "tunnel");
	other.port = 0;
	other.n_ranges = 2;
	other.ranges[0] = (struct config_port_range){20, 21};
	other.ranges[1] = (struct config_port_range){8080, 8080};
	status_fill(&other, &health, &verdict, NULL, s);
	assert_int_equal(s->port, 0);
	assert_string_equal(s->ports, "20-21,8080");
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_kernel),
		cmocka_unit_test(without_kernel),
		cmocka_unit_test(what_is_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
