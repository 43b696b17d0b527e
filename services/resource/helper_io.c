// SPDX-License-Identifier: GPL-2.0-or-later
#include "resource/helper_io.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <qb/qbdefs.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/ipc_server_io.h"
#include "base/seqpacket_io.h"
#include "proto/state_words.h"

#define PATIENCE_S 3 /* beyond an operation's time-out, for its process to end by itself */

static_assert(sizeof(struct operation_verdict) <= ERRAND_ANSWER_MAX, "a verdict fits");
static_assert(OPERATION_TEXT_MAX == RESOURCE_WORDS_MAX, "words are shown whole");

static void work(struct helper *helper);

static uint8_t importance(const struct resource *e)
{
	if (e->state != RESOURCE_FAILED)
		return LOG_NOTICE;
	return e->stops >= RESOURCE_STOPS_MAX ? LOG_CRIT : LOG_ERR;
}

static void tell_news(struct helper *helper)
{
	for (size_t i = 0; i < helper->resources.n; i++) {
		struct resource *e = &helper->resources.list[i];

		if (!e->news)
			continue;
		e->news = false;
		qb_log(importance(e), "%s of %s is %s%s%s", e->definition.name, e->definition.group,
		       word_resource_state((uint8_t)e->state), e->words[0] ? ": " : "", e->words);
	}
}

static void on_done(void *data, const void *answer, int error)
{
	struct helper_run *run = data;
	struct helper *helper = run->helper;
	struct operation_verdict verdict = {.code = error, .text = "its process has ended"};

	if (answer)
		memcpy(&verdict, answer, sizeof(verdict));
	else if (error == -ETIMEDOUT)
		snprintf(verdict.text, sizeof(verdict.text), "its process does not end");
	verdict.text[sizeof(verdict.text) - 1] = '\0';
	resources_ended(&helper->resources, run->resource, verdict.code, verdict.text,
			clock_boot_ns());
	work(helper);
}

static int start_run(struct helper_run *run, const struct resource *e)
{
	struct operation_request request = {
		.version = OPERATION_VERSION, .type = e->operation, .resource = e->definition};
	const struct errand_order order = {
		.command = run->helper->command,
		.request = &request,
		.request_size = sizeof(request),
		.answer_size = sizeof(struct operation_verdict),
		.wait_ns = (e->definition.timeout_s + PATIENCE_S) * NSEC_PER_SEC,
		.done = on_done,
		.data = run,
	};

	run->resource = e->number;
	qb_log(LOG_DEBUG, "%s of %s: %s", e->definition.name, e->definition.group,
	       operation_name(e->operation));
	return errand_start(&run->errand, run->helper->loop, &order);
}

static struct helper_run *free_run(struct helper *helper)
{
	for (size_t i = 0; i < HELPER_RUNS_MAX; i++)
		if (helper->runs[i].errand.fd < 0)
			return &helper->runs[i];
	return NULL;
}

static void begin_what_is_due(struct helper *helper, uint64_t now)
{
	struct helper_run *run;
	struct resource *e;

	while ((run = free_run(helper)) && (e = resources_next(&helper->resources, now))) {
		int r = start_run(run, e);

		if (r < 0)
			resources_ended(&helper->resources, e->number, r, strerror(-r), now);
	}
}

static void cancel_what_is_of_no_use(struct helper *helper)
{
	const struct resource *e;

	while ((e = resources_cancel(&helper->resources)))
		for (size_t i = 0; i < HELPER_RUNS_MAX; i++)
			if (helper->runs[i].errand.fd >= 0 && helper->runs[i].resource == e->number)
				errand_cancel(&helper->runs[i].errand);
}

static void on_timer(void *data)
{
	work(data);
}

/* After every event. */
static void work(struct helper *helper)
{
	uint64_t now = clock_boot_ns(), at;

	tell_news(helper);
	cancel_what_is_of_no_use(helper);
	begin_what_is_due(helper, now);
	tell_news(helper);
	if (helper->leave_by <= now ||
	    (helper->leave_by != UINT64_MAX && resources_idle(&helper->resources)))
		qb_loop_stop(helper->loop);
	at = resources_deadline(&helper->resources);
	at = helper->leave_by < at ? helper->leave_by : at;
	qb_loop_timer_del(helper->loop, helper->timer);
	/* What waits for a free run is begun when one ends. */
	if (at != UINT64_MAX && (at > now || free_run(helper)))
		qb_loop_timer_add(helper->loop, QB_LOOP_MED, at > now ? at - now : NSEC_PER_MSEC,
				  helper, on_timer, &helper->timer);
}

static void close_client(struct helper_client *client)
{
	qb_loop_poll_del(client->helper->loop, client->fd);
	close(client->fd);
	client->fd = -1;
}

static int32_t on_owned(int32_t fd, int32_t events, void *data)
{
	struct helper_client *client = data;
	struct resource_owned owned;
	ssize_t n = recv(fd, &owned, sizeof(owned), MSG_DONTWAIT);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == (ssize_t)sizeof(owned) &&
	    resources_own(&client->helper->resources, &owned, clock_boot_ns()) == 0) {
		work(client->helper);
		return 0;
	}
	if (n > 0)
		qb_log(LOG_ERR, "what the agent says is not of this release's form");
	close_client(client);
	return 0;
}

static int32_t on_connection(int32_t fd, int32_t events, void *data)
{
	struct helper *helper = data;
	_cleanup_close_ int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	size_t i = 0;

	(void)events;
	while (i < HELPER_CLIENTS_MAX && helper->clients[i].fd >= 0)
		i++;
	if (client < 0 || i == HELPER_CLIENTS_MAX || !seqpacket_is_trusted(client) ||
	    qb_loop_poll_add(helper->loop, QB_LOOP_MED, client, POLLIN, &helper->clients[i],
			     on_owned) < 0)
		return 0;
	helper->clients[i].fd = take_fd(&client);
	return 0;
}

static void fill_status(const struct resource *e, struct resource_status *to)
{
	const struct config_resource *d = &e->definition;

	to->state = (uint8_t)e->state;
	to->for_ms = (clock_boot_ns() - e->since) / NSEC_PER_MSEC;
	snprintf(to->group, sizeof(to->group), "%s", d->group);
	snprintf(to->name, sizeof(to->name), "%s", d->name);
	snprintf(to->agent, sizeof(to->agent), "%s:%s", d->provider, d->type);
	snprintf(to->words, sizeof(to->words), "%s", e->words);
}

static int32_t on_question(void *data, qb_ipcs_connection_t *c, void *bytes, size_t size)
{
	const struct helper *helper = data;
	const struct resource_request *request = bytes;
	struct resource_status status = {
		.header = {.id = RESOURCE_IPC_STATUS, .size = sizeof(status), .error = -ENOENT},
		.version = RESOURCE_IPC_VERSION,
	};
	const struct resource *e = NULL;

	if (request->header.id != RESOURCE_IPC_STATUS || size != sizeof(*request))
		status.header.error = -EBADMSG;
	else if (request->version != RESOURCE_IPC_VERSION)
		status.header.error = -EPROTO;
	else
		e = resources_shown(&helper->resources, request->index);
	if (e) {
		status.header.error = 0;
		fill_status(e, &status);
	}
	return qb_ipcs_response_send(c, &status, sizeof(status)) < 0 ? -1 : 0;
}

int helper_open(struct helper *helper, qb_loop_t *loop, int fd, char *const *command)
{
	static const struct ipc_server_handler handler = {.message = on_question};
	int r;

	*helper =
		(struct helper){.loop = loop, .fd = fd, .command = command, .leave_by = UINT64_MAX};
	resources_init(&helper->resources, clock_boot_ns());
	for (size_t i = 0; i < HELPER_CLIENTS_MAX; i++)
		helper->clients[i] = (struct helper_client){.helper = helper, .fd = -1};
	for (size_t i = 0; i < HELPER_RUNS_MAX; i++)
		helper->runs[i] = (struct helper_run){.helper = helper, .errand = {.fd = -1}};
	r = ipc_server_open(loop, RESOURCE_IPC_NAME, RESOURCE_IPC_MAX, &handler, helper);
	if (r < 0) /* Running is more important than that it can be looked at. */
		qb_log(LOG_ERR, "the local socket %s: %s", RESOURCE_IPC_NAME, strerror(-r));
	return qb_loop_poll_add(loop, QB_LOOP_MED, fd, POLLIN, helper, on_connection);
}

void helper_configure(struct helper *helper, const struct config *config)
{
	if (resources_configure(&helper->resources, config, clock_boot_ns()) < 0)
		qb_log(LOG_ERR, "some resources are not run: too many former ones stop still");
	work(helper);
}

void helper_leave(struct helper *helper)
{
	if (helper->leave_by != UINT64_MAX)
		return;
	helper->leave_by = clock_boot_ns() + HELPER_LEAVE_S * NSEC_PER_SEC;
	resources_leave(&helper->resources);
	work(helper);
}

void helper_close(struct helper *helper)
{
	ipc_server_close();
	for (size_t i = 0; i < HELPER_CLIENTS_MAX; i++)
		if (helper->clients[i].fd >= 0)
			close_client(&helper->clients[i]);
	qb_loop_poll_del(helper->loop, helper->fd);
}
