// SPDX-License-Identifier: GPL-2.0-or-later
/* The screens are what tests/golden/NAME.txt says, and fit the terminal. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/parse.h"
#include "console/menu.h"
#include "console/render.h"

#define SCREEN_SIZE 262144

static struct config config;

static void copy(char *to, size_t size, const char *text)
{
	assert_int_equal(copy_text(to, size, text), 0);
}

#define COPY(to, text) copy(to, sizeof(to), text)

static void add_node(struct view *view, const char *name, bool present, bool witness,
		     const char *reason)
{
	struct agent_status *agent = &view->agent;
	struct agent_status_node *node = &agent->nodes[agent->n_nodes++];

	node->id = agent->n_nodes;
	node->present = present;
	node->fit = present && !witness;
	node->witness = witness;
	COPY(node->name, name);
	COPY(node->reason, reason);
}

static void add_group(struct view *view, const char *name, enum agent_role role, uint32_t owner)
{
	struct agent_status_group *group = &view->agent.groups[view->agent.n_groups++];

	COPY(group->name, name);
	group->role = role;
	group->owner = owner;
	group->epoch = 3;
	group->lease_left_ms = role == AGENT_ROLE_OWNER ? 1280 : 0;
}

static void add_alias(const char *label, const char *address)
{
	struct config_group *group = &config.groups[0];
	struct config_alias *alias = &group->aliases[group->n_aliases++];

	COPY(alias->label, label);
	alias->address = inet_addr(address);
}

static void add_real(struct view_service *service, const char *name, const char *address,
		     uint16_t weight, enum engine_health health)
{
	struct engine_real_status *real = &service->reals[service->n_reals++];

	COPY(real->name, name);
	parse_inet(address, &real->address.family, real->address.bytes);
	real->port = service->port;
	real->weight = weight;
	real->health = health;
	real->in_use = health != ENGINE_HEALTH_DOWN && weight;
	real->active = weight * 10;
	real->connections = weight * 1000;
	if (health == ENGINE_HEALTH_DOWN)
		COPY(real->reason, "connection refused");
}

static struct view_service *add_service(struct view *view, const char *name, const char *address,
					const char *method)
{
	struct view_service *service = &view->services[view->n_services++];

	COPY(service->name, name);
	parse_inet(address, &service->address.family, service->address.bytes);
	service->port = 80;
	service->protocol = IPPROTO_TCP;
	service->applied = true;
	COPY(service->method, method);
	COPY(service->scheduler, "wrr");
	service->datapath = ENGINE_DATAPATH_XDP;
	COPY(service->datapath_reason, "native XDP on eth0 and eth1");
	service->reals = calloc(8, sizeof(*service->reals));
	assert_non_null(service->reals);
	return service;
}

static struct health_source_status *add_source(struct view *view, const char *name,
					       const char *type, const char *address, uint16_t port,
					       enum health_source_state state)
{
	struct health_source_status *source = &view->sources[view->n_sources++];

	COPY(source->name, name);
	COPY(source->type, type);
	source->address = inet_addr(address);
	source->port = port;
	source->state = (uint8_t)state;
	return source;
}

static void add_consumer(struct health_source_status *source, const char *pool)
{
	COPY(source->consumers[source->n_consumers], pool);
	source->n_consumers++;
}

static void add_sources(struct view *view)
{
	struct health_source_status *source;

	source = add_source(view, "files", "nfs", "10.77.0.201", 2049, HEALTH_SOURCE_UP);
	source->for_ms = 99000;
	add_consumer(source, "web");
	source = add_source(view, "db", "postgresql", "10.77.0.202", 5432, HEALTH_SOURCE_DOWN);
	source->for_ms = 3 * 3600 * 1000;
	COPY(source->reason, "answers, but not as a PostgreSQL server");
	add_consumer(source, "web");
	add_consumer(source, "web-direct");
	add_source(view, "cluster", "pacemaker", "10.77.0.203", 80, HEALTH_SOURCE_UNKNOWN);
}

/* r1 of the demonstration cluster, owner of the group. */
static struct view demo(void)
{
	struct view view = {.services = calloc(64, sizeof(*view.services)),
			    .sources = calloc(64, sizeof(*view.sources))};
	struct view_service *web;

	assert_non_null(view.services);
	assert_non_null(view.sources);
	config = (struct config){.n_groups = 1};
	COPY(config.groups[0].name, "main");
	add_alias("eth0:1", "203.0.113.10");
	add_alias("eth1:1", "10.77.0.1");
	view.config = &config;
	COPY(view.host_name, "r1");
	COPY(view.version, "0.1.0 (f00dfee)");
	view.agent.node_id = 1;
	view.agent.quorum = AGENT_QUORUM_YES;
	view.agent.ring_seq = 24;
	view.agent.lease_ms = 1330;
	view.agent.guard_ms = 1338;
	add_node(&view, "r1", true, false, "owner with epoch 3, its lease runs for another 1 s");
	add_node(&view, "r2", true, false, "standby: r1 is the owner");
	add_node(&view, "w", true, true, "witness: votes and never owns");
	add_group(&view, "main", AGENT_ROLE_OWNER, 1);
	web = add_service(&view, "web", "203.0.113.10", "nat");
	add_real(web, "web1", "10.77.0.101", 3, ENGINE_HEALTH_UP);
	add_real(web, "web2", "10.77.0.102", 2, ENGINE_HEALTH_DOWN);
	add_real(web, "web3", "10.77.0.103", 0, ENGINE_HEALTH_UP);
	add_real(web, "web4", "10.77.0.104", 1, ENGINE_HEALTH_UNKNOWN);
	add_real(web, "web5", "10.77.0.105", 1, ENGINE_HEALTH_UP);
	web->reals[4].admin = ENGINE_ADMIN_DRAIN;
	web->reals[4].in_use = 0;
	add_real(web, "web6", "10.77.0.106", 1, ENGINE_HEALTH_UNKNOWN);
	web->reals[5].admin = ENGINE_ADMIN_DISABLED;
	web->reals[5].in_use = 0;
	add_sources(&view);
	return view;
}

static void fits(const char *screen, size_t max_rows)
{
	size_t rows = 0;

	for (const char *line = screen; *line; rows++) {
		size_t length = strcspn(line, "\n");

		if (length > RENDER_COLUMNS)
			fail_msg("%zu columns: %.*s", length, (int)length, line);
		line += length + (line[length] == '\n');
	}
	if (rows > max_rows)
		fail_msg("%zu rows:\n%s", rows, screen);
}

static void compare(const char *name, const char *screen)
{
	_cleanup_free_ char *expected = NULL;
	char path[128];

	snprintf(path, sizeof(path), "services/console/tests/golden/%s.txt", name);
	if (file_read(path, SCREEN_SIZE, &expected, NULL) < 0)
		fail_msg("%s is missing; it is:\n%s", path, screen);
	assert_string_equal(screen, expected);
}

static void check_menu(const char *name, const struct view *view)
{
	char screen[SCREEN_SIZE];
	struct text text = TEXT_ON(screen);

	text_add(&text, "\n");
	render_banner(view, &text);
	text_add(&text, "\n");
	menu_show(view_may_force(view), &text);
	fits(screen, RENDER_ROWS);
	compare(name, screen);
}

static void check_status(const char *name, const struct view *view, unsigned int rows)
{
	char screen[SCREEN_SIZE];
	struct text text = TEXT_ON(screen);

	render_status(view, rows, &text);
	if (rows)
		fits(screen, rows);
	compare(name, screen);
}

static void an_owner(void **state)
{
	_cleanup_(view_clear) struct view view = demo();
	char screen[SCREEN_SIZE];
	struct text text = TEXT_ON(screen);

	(void)state;
	check_menu("menu-owner", &view);
	check_status("status-owner", &view, RENDER_ROWS - 2);
	render_services(&view, &text);
	compare("services", screen);
}

static void a_standby_with_a_password_and_a_lost_peer(void **state)
{
	_cleanup_(view_clear) struct view view = demo();

	(void)state;
	view.password_set = true;
	view.agent.node_id = 2;
	COPY(view.host_name, "r2");
	view.agent.groups[0].role = AGENT_ROLE_STANDBY;
	view.agent.nodes[2].present = false;
	COPY(view.agent.nodes[2].reason,
	     "unfit: eth1 has no carrier since 12:03:11, and that is a reason of two lines");
	view.services[0].applied = false;
	check_menu("menu-standby", &view);
	check_status("status-standby", &view, RENDER_ROWS - 2);
}

static void services_of_several_ports(void **state)
{
	_cleanup_(view_clear) struct view view = demo();
	char screen[SCREEN_SIZE];
	struct text text = TEXT_ON(screen);
	struct view_service *ftp = add_service(&view, "ftp", "203.0.113.10", "nat");
	struct view_service *many = add_service(&view, "many", "203.0.113.100", "nat");
	struct view_service *mark = add_service(&view, "marked", "0.0.0.0", "nat");
	struct view_service *six = add_service(&view, "six", "2001:db8:113::10", "nat");
	struct view_service *wide = add_service(&view, "wide", "2001:db8:113:1111:2222::10", "nat");

	(void)state;
	add_real(six, "web1", "fd00:77::101", 1, ENGINE_HEALTH_UP);
	wide->port = 0;
	COPY(wide->ports, "80,443,8000-8010");
	mark->address = (struct engine_inet){0};
	view.services[0].n_reals = 0;
	ftp->port = many->port = mark->port = 0;
	ftp->datapath = mark->datapath = ENGINE_DATAPATH_IPVS;
	COPY(ftp->datapath_reason, "port 21: FTP needs the kernel's helper");
	COPY(mark->datapath_reason, "firewall mark 7");
	COPY(ftp->ports, "20-21");
	COPY(many->ports, "80,443,8000-8010,9000");
	render_services(&view, &text);
	compare("services-ports", screen);
}

static void a_router_without_a_quorum(void **state)
{
	_cleanup_(view_clear) struct view view = demo();

	(void)state;
	view.agent.quorum = AGENT_QUORUM_NO;
	view.agent.groups[0].role = AGENT_ROLE_STANDBY;
	view.agent.groups[0].owner = 0;
	view.agent.nodes[1].present = view.agent.nodes[2].present = false;
	check_menu("menu-alone", &view);
	view.agent.quorum = AGENT_QUORUM_FORCED;
	assert_false(view_may_force(&view));
	view.agent.quorum = AGENT_QUORUM_NO;
	view.agent.node_id = 3;
	assert_false(view_may_force(&view));
}

static void a_witness(void **state)
{
	_cleanup_(view_clear) struct view view = demo();

	(void)state;
	view.agent.node_id = 3;
	COPY(view.host_name, "w");
	view.agent.groups[0].role = AGENT_ROLE_NONE;
	view.agent.groups[0].owner = 0;
	view.engine_error = -ECONNREFUSED;
	check_menu("menu-witness", &view);
	check_status("status-witness", &view, RENDER_ROWS - 2);
}

static void an_agent_without_corosync(void **state)
{
	_cleanup_(view_clear) struct view view = demo();

	(void)state;
	view.agent.node_id = 0;
	view.agent.quorum = AGENT_QUORUM_UNKNOWN;
	view.agent.groups[0].role = AGENT_ROLE_STARTING;
	view.agent.groups[0].owner = 0;
	check_menu("menu-starting", &view);
	check_status("status-starting", &view, RENDER_ROWS - 2);
}

static void nothing_answers_and_the_configuration_is_wrong(void **state)
{
	_cleanup_(view_clear) struct view view = {.agent_error = -ECONNREFUSED,
						  .engine_error = -ETIMEDOUT,
						  .health_error = -EACCES,
						  .version = "0.1.0"};

	(void)state;
	COPY(view.host_name, "(none)");
	COPY(view.problem,
	     "the configuration /data/trireme/config.json is not valid\n"
	     "  path:    /trireme:virtual-service[name='web']/scheduler\n"
	     "  value:   fastest\n"
	     "  allowed: one of: rr, wrr, lc, wlc, sed, nq, lblc, lblcr, dh, sh, mh, fo, ovf\n"
	     "the previous configuration stays in use\n");
	check_menu("menu-wrong-configuration", &view);
	check_status("status-nothing-answers", &view, RENDER_ROWS - 2);
}

static void the_fullest_screens_fit(void **state)
{
	_cleanup_(view_clear) struct view view = demo();
	char name[33];

	(void)state;
	memset(name, 'n', 32);
	name[32] = '\0';
	for (int i = 0; i < 12; i++)
		add_alias("eth0:1000", "203.0.113.200");
	while (view.agent.n_nodes < AGENT_NODES_MAX)
		add_node(&view, name, true, false,
			 "unfit: eth1 has no carrier since 12:03:11, and the words go on and on, "
			 "much further than the screen is wide");
	memcpy(config.groups[0].name, name, sizeof(name));
	while (view.agent.n_groups < AGENT_GROUPS_MAX)
		add_group(&view, name, AGENT_ROLE_STANDBY, 4);
	while (view.n_sources < HEALTH_SOURCES_MAX) {
		struct health_source_status *source = add_source(
			&view, name, "postgresql", "203.0.113.200", 65535, HEALTH_SOURCE_DOWN);

		source->for_ms = UINT64_MAX;
		/* All that there may be, once. */
		while (source->n_consumers < (view.n_sources == 4 ? HEALTH_CONSUMERS_MAX : 1))
			add_consumer(source, name);
		memset(source->reason, 'r', sizeof(source->reason) - 1);
	}
	while (view.n_services < 64)
		add_service(&view, name, "203.0.113.10", "direct");
	for (int i = 0; i < 9; i++) {
		size_t used = strlen(view.problem);

		snprintf(view.problem + used, sizeof(view.problem) - used, "%0200d\n", i);
	}
	memset(view.version, 'v', sizeof(view.version) - 1);
	memset(view.host_name, 'h', sizeof(view.host_name) - 1);
	check_menu("menu-full", &view);
	view.agent.quorum = AGENT_QUORUM_NO;
	check_menu("menu-full-alone", &view);
	view.agent.quorum = AGENT_QUORUM_YES;
	check_status("status-full", &view, RENDER_ROWS - 2);
	check_status("status-full-unlimited", &view, 0);
}

static void ready(const struct view *view, const char *expected)
{
	char words[256];
	struct text why = TEXT_ON(words);
	bool is = view_ready(view, &why);

	assert_int_equal(is, expected == NULL);
	assert_string_equal(words, expected ? expected : "");
}

static void readiness(void **state)
{
	_cleanup_(view_clear) struct view view = demo();

	(void)state;
	ready(&view, NULL);
	view.services[0].reals[0].health = ENGINE_HEALTH_UNKNOWN;
	ready(&view, NULL);
	view.services[0].reals[0].in_use = 0;
	ready(&view, "service web: real server web1 is not checked yet");
	view.services[0].reals[0].admin = ENGINE_ADMIN_DISABLED;
	ready(&view, NULL);
	view.services[0].reals[0].admin = ENGINE_ADMIN_ENABLED;
	view.services[0].reals[0].weight = 0;
	ready(&view, NULL);
	view.services[0].applied = false;
	ready(&view, "service web is not in the kernel yet");
	view.engine_error = -ECONNREFUSED;
	ready(&view, "the engine is not running");
	view.agent.node_id = 3;
	ready(&view, NULL);
	view.agent.groups[0].role = AGENT_ROLE_STARTING;
	ready(&view, "group main: the agent is still starting");
	view.agent.groups[0].role = AGENT_ROLE_WAITING;
	ready(&view, "group main: the agent is about to take over");
	view.agent.groups[0].role = AGENT_ROLE_RELEASING;
	ready(&view, "group main: the agent is handing over");
	view.agent.groups[0].role = AGENT_ROLE_UNFIT;
	ready(&view, NULL);
	view.agent.quorum = AGENT_QUORUM_UNKNOWN;
	ready(&view, "there is no quorum (unknown)");
	view.agent_error = -ETIMEDOUT;
	ready(&view, "the agent does not answer in time");
	view.agent_error = -EACCES;
	ready(&view, "the agent does not answer this user: be root");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_owner),
		cmocka_unit_test(a_standby_with_a_password_and_a_lost_peer),
		cmocka_unit_test(services_of_several_ports),
		cmocka_unit_test(a_router_without_a_quorum),
		cmocka_unit_test(a_witness),
		cmocka_unit_test(an_agent_without_corosync),
		cmocka_unit_test(nothing_answers_and_the_configuration_is_wrong),
		cmocka_unit_test(the_fullest_screens_fit),
		cmocka_unit_test(readiness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
