// SPDX-License-Identifier: GPL-2.0-or-later
/* The clients against a libqb server that answers well, badly, late or not at all. */
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <qb/qbipcs.h>
#include <qb/qbloop.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "console/ipc_io.h"
#include "console/cluster_io.h"
#include "proto/daemon_client_io.h"

#define N_SERVICES 300

/* How the server under test behaves. */
enum manner {
	WELL,
	WRONG_VERSION,
	TOO_MANY_REALS,
	TEXT_WITHOUT_END,
	ERROR_ONLY,
	SILENT,
};

static enum manner manner;
static bool serves_health; /* its requests are as long as the engine's */
static qb_loop_t *loop;

static int32_t job_add(enum qb_loop_priority p, void *data, qb_loop_job_dispatch_fn fn)
{
	return qb_loop_job_add(loop, p, data, fn);
}

static int32_t dispatch_add(enum qb_loop_priority p, int32_t fd, int32_t events, void *data,
			    qb_ipcs_dispatch_fn_t fn)
{
	return qb_loop_poll_add(loop, p, fd, events, data, fn);
}

static int32_t dispatch_mod(enum qb_loop_priority p, int32_t fd, int32_t events, void *data,
			    qb_ipcs_dispatch_fn_t fn)
{
	return qb_loop_poll_mod(loop, p, fd, events, data, fn);
}

static int32_t dispatch_del(int32_t fd)
{
	return qb_loop_poll_del(loop, fd);
}

static void answer_service(qb_ipcs_connection_t *c, uint32_t index)
{
	static struct engine_service_status status;

	memset(&status, 0, sizeof(status));
	status.header.size = sizeof(status);
	status.version = manner == WRONG_VERSION ? ENGINE_IPC_VERSION + 1 : ENGINE_IPC_VERSION;
	status.n_services = N_SERVICES;
	if (index >= N_SERVICES)
		status.header.error = -ENOENT;
	status.applied = index != 7;
	status.protocol = index % 2 ? IPPROTO_UDP : IPPROTO_TCP;
	status.port = (uint16_t)(1000 + index);
	snprintf(status.name, sizeof(status.name), "s%u", index);
	status.n_reals = manner == TOO_MANY_REALS ? ENGINE_REALS_PER_MESSAGE + 1 : 2;
	snprintf(status.reals[1].name, sizeof(status.reals[1].name), "r\n%u", index);
	if (manner == TEXT_WITHOUT_END) {
		memset(status.reals[0].reason, 'x', sizeof(status.reals[0].reason));
		memset(status.ports, 'x', sizeof(status.ports));
	}
	qb_ipcs_response_send(c, &status, sizeof(status));
}

static void answer_totals(qb_ipcs_connection_t *c)
{
	static struct engine_totals totals;

	memset(&totals, 0, sizeof(totals));
	totals.header.size = sizeof(totals);
	totals.header.error = manner == TEXT_WITHOUT_END ? -ENODEV : 0;
	totals.version = manner == WRONG_VERSION ? ENGINE_IPC_VERSION + 1 : ENGINE_IPC_VERSION;
	totals.n_reasons = manner == TOO_MANY_REALS ? ENGINE_REASONS_MAX + 1 : ENGINE_REASONS_MAX;
	totals.room[1] = 4711;
	memset(totals.reasons, '\n', sizeof(totals.reasons));
	qb_ipcs_response_send(c, &totals, sizeof(totals));
}

static void answer_source(qb_ipcs_connection_t *c, uint32_t index)
{
	static struct health_source_status status;

	memset(&status, 0, sizeof(status));
	status.header.size = sizeof(status);
	status.version = manner == WRONG_VERSION ? HEALTH_IPC_VERSION + 1 : HEALTH_IPC_VERSION;
	status.n_sources = 3;
	if (index >= status.n_sources)
		status.header.error = -ENOENT;
	status.n_consumers = manner == TOO_MANY_REALS ? HEALTH_CONSUMERS_MAX + 1 : 2;
	snprintf(status.name, sizeof(status.name), "d%u", index);
	snprintf(status.consumers[1], sizeof(status.consumers[1]), "p\n%u", index);
	if (manner == TEXT_WITHOUT_END)
		memset(status.reason, 'x', sizeof(status.reason));
	qb_ipcs_response_send(c, &status, sizeof(status));
}

static void answer_agent(qb_ipcs_connection_t *c, const struct agent_request *request)
{
	static struct agent_status status;
	struct agent_result result = {.header = {.size = sizeof(result), .error = -EBUSY}};

	if (request->header.id == AGENT_IPC_SWITCHOVER) {
		snprintf(result.message, sizeof(result.message), "refused: %s", request->group);
		qb_ipcs_response_send(c, &result, sizeof(result));
		return;
	}
	memset(&status, 0, sizeof(status));
	status.header.size = sizeof(status);
	status.version = AGENT_IPC_VERSION;
	status.node_id = 2;
	status.n_nodes = manner == TOO_MANY_REALS ? AGENT_NODES_MAX + 1 : 1;
	memset(status.nodes[0].reason, 'x', sizeof(status.nodes[0].reason));
	qb_ipcs_response_send(c, &status, sizeof(status));
}

static int32_t on_message(qb_ipcs_connection_t *c, void *data, size_t size)
{
	struct qb_ipc_response_header error = {.size = sizeof(error), .error = -EBADMSG};
	const struct qb_ipc_request_header *request = data;

	if (manner == SILENT)
		return 0;
	if (manner == ERROR_ONLY)
		qb_ipcs_response_send(c, &error, sizeof(error));
	else if (serves_health)
		answer_source(c, ((struct health_source_request *)data)->index);
	else if (size == sizeof(struct engine_totals_request) && request->id == ENGINE_IPC_TOTALS)
		answer_totals(c);
	else if (size == sizeof(struct engine_service_request))
		answer_service(c, ((struct engine_service_request *)data)->index);
	else
		answer_agent(c, data);
	return 0;
}

static int32_t on_accept(qb_ipcs_connection_t *c, uid_t uid, gid_t gid)
{
	(void)c;
	(void)uid;
	(void)gid;
	return 0;
}

static int32_t on_closed(qb_ipcs_connection_t *c)
{
	(void)c;
	return 0;
}

static void serve(const char *name, int ready)
{
	struct qb_ipcs_service_handlers handlers = {.connection_accept = on_accept,
						    .msg_process = on_message,
						    .connection_closed = on_closed};
	struct qb_ipcs_poll_handlers poll = {.job_add = job_add,
					     .dispatch_add = dispatch_add,
					     .dispatch_mod = dispatch_mod,
					     .dispatch_del = dispatch_del};
	qb_ipcs_service_t *service = qb_ipcs_create(name, 0, QB_IPC_NATIVE, &handlers);

	loop = qb_loop_create();
	qb_ipcs_poll_handlers_set(service, &poll);
	qb_ipcs_enforce_buffer_size(service, ENGINE_IPC_MAX);
	if (qb_ipcs_run(service) < 0 || write(ready, "", 1) != 1)
		_exit(1);
	qb_loop_run(loop);
	_exit(0);
}

static pid_t start(const char *name, enum manner how)
{
	int ready[2];
	char byte;
	pid_t child;

	manner = how;
	serves_health = strcmp(name, HEALTH_IPC_NAME) == 0;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		serve(name, ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

static void stop(pid_t child)
{
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static uint64_t elapsed_ms(uint64_t since)
{
	return (clock_boot_ns() - since) / NSEC_PER_MSEC;
}

static void nobody_there(void **state)
{
	struct agent_status status;
	struct view view = {0};
	char words[64];
	struct text said = TEXT_ON(words);

	(void)state;
	assert_int_equal(daemon_agent_status(&status), -ECONNREFUSED);
	assert_int_equal(ipc_services(&view), -ECONNREFUSED);
	assert_int_equal(ipc_sources(&view), -ECONNREFUSED);
	assert_int_equal(switchover("", &said), -ECONNREFUSED);
	assert_string_equal(words, "the agent is not running");
	view_clear(&view);
}

static void all_services_are_read(void **state)
{
	_cleanup_(view_clear) struct view view = {0};
	pid_t child = start(ENGINE_IPC_NAME, WELL);

	(void)state;
	assert_int_equal(ipc_services(&view), 0);
	stop(child);
	assert_int_equal(view.n_services, N_SERVICES);
	assert_string_equal(view.services[299].name, "s299");
	assert_int_equal(view.services[299].port, 1299);
	assert_int_equal(view.services[299].protocol, IPPROTO_UDP);
	assert_false(view.services[7].applied);
	assert_true(view.services[8].applied);
	assert_int_equal(view.services[8].n_reals, 2);
	assert_string_equal(view.services[8].reals[1].name, "r?8");
}

static void engine_in_a_manner(enum manner how, int expected)
{
	_cleanup_(view_clear) struct view view = {0};
	pid_t child = start(ENGINE_IPC_NAME, how);
	int r = ipc_services(&view);

	stop(child);
	assert_int_equal(r, expected);
}

static void all_sources_are_read(void **state)
{
	_cleanup_(view_clear) struct view view = {0};
	pid_t child = start(HEALTH_IPC_NAME, TEXT_WITHOUT_END);

	(void)state;
	assert_int_equal(ipc_sources(&view), 0);
	stop(child);
	assert_int_equal(view.n_sources, 3);
	assert_string_equal(view.sources[2].name, "d2");
	assert_string_equal(view.sources[2].consumers[1], "p?2");
	assert_int_equal(strlen(view.sources[0].reason), HEALTH_REASON_MAX - 1);
}

static void totals_in_a_manner(enum manner how, int expected)
{
	static struct engine_totals totals;
	pid_t child = start(ENGINE_IPC_NAME, how);
	int r = daemon_totals(&totals);

	stop(child);
	assert_int_equal(r, expected);
	if (r < 0)
		return;
	assert_int_equal(totals.room[1], 4711);
	for (uint32_t i = 0; i < ENGINE_REASONS_MAX; i++) {
		assert_int_equal(strspn(totals.reasons[i].name, "?"), ENGINE_REASON_NAME_MAX - 1);
		assert_int_equal(strspn(totals.reasons[i].words, "?"), ENGINE_REASON_MAX - 1);
	}
}

static void totals(void **state)
{
	(void)state;
	totals_in_a_manner(WELL, 0);
	totals_in_a_manner(WRONG_VERSION, -EPROTO);
	totals_in_a_manner(TOO_MANY_REALS, -EPROTO);
	totals_in_a_manner(ERROR_ONLY, -EBADMSG);
	totals_in_a_manner(TEXT_WITHOUT_END, -ENODEV);
}

static void health_in_a_manner(enum manner how, int expected)
{
	_cleanup_(view_clear) struct view view = {0};
	pid_t child = start(HEALTH_IPC_NAME, how);
	int r = ipc_sources(&view);

	stop(child);
	assert_int_equal(r, expected);
}

static void bad_answers_are_refused(void **state)
{
	(void)state;
	engine_in_a_manner(WRONG_VERSION, -EPROTO);
	engine_in_a_manner(TOO_MANY_REALS, -EPROTO);
	engine_in_a_manner(ERROR_ONLY, -EBADMSG);
	health_in_a_manner(WRONG_VERSION, -EPROTO);
	health_in_a_manner(TOO_MANY_REALS, -EPROTO);
	health_in_a_manner(ERROR_ONLY, -EBADMSG);
}

static void texts_always_end(void **state)
{
	_cleanup_(view_clear) struct view view = {0};
	pid_t child = start(ENGINE_IPC_NAME, TEXT_WITHOUT_END);

	(void)state;
	assert_int_equal(ipc_services(&view), 0);
	stop(child);
	assert_int_equal(strlen(view.services[0].reals[0].reason), ENGINE_REASON_MAX - 1);
	assert_int_equal(strlen(view.services[0].ports), ENGINE_PORTS_MAX - 1);
}

static void silence_is_waited_for_a_second(void **state)
{
	_cleanup_(view_clear) struct view view = {0};
	pid_t child = start(ENGINE_IPC_NAME, SILENT);
	uint64_t since = clock_boot_ns();
	int r = ipc_services(&view);

	(void)state;
	stop(child);
	assert_int_equal(r, -ETIMEDOUT);
	assert_in_range(elapsed_ms(since), DAEMON_WAIT_MS - 50, DAEMON_WAIT_MS + 1500);
}

static void a_stopped_server_is_waited_for_a_second(void **state)
{
	struct agent_status status;
	pid_t child = start(AGENT_IPC_NAME, WELL);
	uint64_t since;
	int r;

	(void)state;
	kill(child, SIGSTOP);
	since = clock_boot_ns();
	r = daemon_agent_status(&status);
	stop(child);
	assert_int_equal(r, -ETIMEDOUT);
	assert_in_range(elapsed_ms(since), DAEMON_WAIT_MS - 50, DAEMON_WAIT_MS + 1500);
}

static void agent_answers(void **state)
{
	struct agent_status status;
	char words[300];
	struct text said = TEXT_ON(words);
	pid_t child = start(AGENT_IPC_NAME, WELL);
	int status_result = daemon_agent_status(&status);
	int switch_result = switchover("main", &said);

	(void)state;
	assert_int_equal(switchover("a name that is much longer than any group's can be", &said),
			 -ENAMETOOLONG);
	stop(child);
	assert_int_equal(status_result, 0);
	assert_int_equal(status.node_id, 2);
	assert_int_equal(strlen(status.nodes[0].reason), AGENT_REASON_MAX - 1);
	assert_int_equal(switch_result, -EBUSY);
	assert_memory_equal(words, "refused: main", 13);
	child = start(AGENT_IPC_NAME, TOO_MANY_REALS);
	status_result = daemon_agent_status(&status);
	stop(child);
	assert_int_equal(status_result, -EPROTO);
}

/*
 * libqb's sockets belong to the network namespace: no daemon of this machine is met. Its shared
 * memory, which a killed server leaves behind, goes with the mount namespace.
 */
static int isolate(void)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	return mount("none", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, NULL) < 0 ? -errno : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(all_services_are_read),
		cmocka_unit_test(all_sources_are_read),
		cmocka_unit_test(totals),
		cmocka_unit_test(bad_answers_are_refused),
		cmocka_unit_test(texts_always_end),
		cmocka_unit_test(silence_is_waited_for_a_second),
		cmocka_unit_test(a_stopped_server_is_waited_for_a_second),
		cmocka_unit_test(agent_answers),
	};

	if (isolate() < 0) {
		perror("namespaces of its own");
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
