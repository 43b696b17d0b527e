// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-web: HTTP for browsers and programs; what it says and does is the broker's matter. */
#include <errno.h>
#include <jansson.h>
#include <linux/capability.h>
#include <malloc.h>
#include <poll.h>
#include <qb/qbdefs.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/file_io.h"
#include "base/privilege_io.h"
#include "base/wipe.h"
#include "proto/api_ipc.h"
#include "schema/daemon_io.h"
#include "web/certificate_io.h"
#include "web/files_io.h"
#include "web/listen_io.h"
#include "web/model_io.h"
#include "web/sandbox_io.h"
#include "web/server_io.h"

enum { EXIT_USAGE = 2 };

#define LOCAL_SOCKET "/run/trireme/api.sock"
#define TICK_NS (500 * NSEC_PER_MSEC)
#define PORTS_TICKS 10	  /* between two looks at the network ports */
#define REFUSED_TICKS 120 /* between two lines of the log about refused connections */
/* A front with old settings ends after two looks that find no answer due, or after so many. */
#define LEAVE_NS (NSEC_PER_SEC / 4)
#define LEAVE_QUIET 2
#define LEAVE_MAX 12
#define END_S 5		     /* until it ends in any case */
#define MEMORY (512ul << 20) /* bytes of addresses: about 130 MiB, and bodies and answers */
#define ACCEPTS_MAX 16	     /* of one turn of the loop */

struct front {
	bool local;
	const char *broker, *socket, *page, *tls, *fingerprint;
	struct daemon daemon;
	struct settings settings;
	struct model model;
	struct files files;
	struct listeners listeners;
	struct limits limits;
	struct server server;
	unsigned int ticks;
	unsigned long long refused_said;
	int reach_said;
	bool serving, leaving;
	unsigned int looks, quiet; /* while it leaves */
};

static int read_settings(struct front *front, struct settings *ret_settings)
{
	_cleanup_(config_freep) struct config *config = NULL;
	const struct config_node *node;
	int r = daemon_load(&front->daemon, &config);

	if (r == 0)
		r = daemon_node(&front->daemon, config, &node);
	if (r == 0)
		settings_make(config, node, ret_settings);
	return r;
}

/* The answer to the change that makes the front end is to go out first. */
static void end_when_quiet(void *data)
{
	struct front *front = data;
	qb_loop_timer_handle handle;

	front->quiet = front->serving && connections_answer(&front->server.connections)
			       ? 0
			       : front->quiet + 1;
	if (front->quiet < LEAVE_QUIET && ++front->looks < LEAVE_MAX &&
	    qb_loop_timer_add(front->daemon.loop, QB_LOOP_HIGH, LEAVE_NS, front, end_when_quiet,
			      &handle) == 0)
		return;
	qb_loop_stop(front->daemon.loop);
}

/* Whoever started the front starts it anew. */
static void leave(struct front *front, const char *why)
{
	if (front->leaving)
		return;
	front->leaving = true;
	qb_log(LOG_NOTICE, "%s: started again with it", why);
	end_when_quiet(front);
}

static int on_configuration(void *data)
{
	struct front *front = data;
	struct settings settings;
	int r = front->local ? 0 : read_settings(front, &settings);

	if (r == 0 && !front->local && !settings_equal(&settings, &front->settings))
		leave(front, "the configuration of this front has changed");
	return r;
}

static uint32_t ipv4_of(const struct sockaddr_storage *address)
{
	return ((const struct sockaddr_in *)address)->sin_addr.s_addr;
}

static bool admit(struct front *front, const struct sockaddr_storage *address)
{
	if (front->local)
		return true;
	return address->ss_family == AF_INET &&
	       settings_admit(&front->settings, ipv4_of(address)) &&
	       limits_admit(&front->limits, ipv4_of(address), clock_boot_ns());
}

static int32_t on_listener(int32_t fd, int32_t events, void *data)
{
	struct front *front = data;

	(void)events;
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		struct sockaddr_storage address = {0};
		socklen_t size = sizeof(address);
		int client = accept4(fd, (struct sockaddr *)&address, &size,
				     SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (client < 0)
			break;
		if (!admit(front, &address)) {
			close(client);
			atomic_fetch_add(&front->server.counters.refused, 1);
		} else if (server_add(&front->server, client, (struct sockaddr *)&address, size) <
			   0) {
			atomic_fetch_add(&front->server.counters.refused, 1);
		}
	}
	return 0;
}

static void say_reach(struct front *front)
{
	int reach = atomic_load(&front->server.work.reach);

	if (reach == front->reach_said)
		return;
	if (reach == 0)
		qb_log(LOG_NOTICE, "%s answers again", front->broker);
	else
		qb_log(LOG_ERR, "%s does not answer: %s", front->broker, strerror(-reach));
	front->reach_said = reach;
}

static void say_refused(struct front *front)
{
	unsigned long long refused = atomic_load(&front->server.counters.refused);

	if (refused == front->refused_said)
		return;
	qb_log(LOG_WARNING, "%llu connections refused: not allowed, too many or too fast",
	       refused - front->refused_said);
	front->refused_said = refused;
}

static void on_tick(void *data)
{
	struct front *front = data;
	qb_loop_timer_handle handle;

	server_tick(&front->server, clock_boot_ns());
	front->ticks++;
	say_reach(front);
	if (front->ticks % REFUSED_TICKS == 0)
		say_refused(front);
	if (front->ticks % PORTS_TICKS == 0 && !listen_is_current(&front->listeners))
		leave(front, "a network port has come, gone or been made anew");
	if (qb_loop_timer_add(front->daemon.loop, QB_LOOP_MED, TICK_NS, front, on_tick, &handle) <
	    0)
		qb_log(LOG_ERR, "late connections are not ended any more");
}

static int start_accepting(struct front *front)
{
	int r = 0;

	for (size_t i = 0; i < front->listeners.n && r == 0; i++) {
		const struct listener *listener = &front->listeners.listener[i];

		if (listener->fd < 0)
			qb_log(LOG_WARNING, "port %s is not there: nobody can come by it",
			       listener->port);
		else
			r = qb_loop_poll_add(front->daemon.loop, QB_LOOP_MED, listener->fd, POLLIN,
					     front, on_listener);
	}
	return r;
}

/* Lines of a report. */
static void log_lines(int priority, char *lines)
{
	char *rest = lines, *line;

	while ((line = strsep(&rest, "\n")))
		if (line[0])
			qb_log(priority, "%s", line);
}

static int find_certificate(struct front *front, struct certificate *ret_certificate)
{
	char buf[2048], line[128];
	struct text report = TEXT_ON(buf);
	int n, r = certificate_get(front->tls, &front->settings, ret_certificate, &report);

	log_lines(LOG_ERR, buf);
	if (r < 0)
		return r;
	qb_log(LOG_NOTICE, "certificate %s", ret_certificate->fingerprint);
	n = snprintf(line, sizeof(line), "%s\n", ret_certificate->fingerprint);
	r = file_write_atomic(front->fingerprint, line, (size_t)n, 0644);
	if (r < 0)
		qb_log(LOG_ERR, "%s cannot be written: %s", front->fingerprint, strerror(-r));
	return 0;
}

static int read_files(struct front *front)
{
	int r = model_read(front->daemon.yang_dir, &front->model);

	if (r < 0) {
		qb_log(LOG_ERR, "%s has no model that can be read", front->daemon.yang_dir);
		return r;
	}
	r = files_read(front->page, &front->files);
	/* The interface for programs goes on without a page. */
	if (r < 0)
		qb_log(LOG_ERR, "the page %s cannot be read: %s", front->page, strerror(-r));
	front->server.site = (struct site){
		.model = &front->model,
		.files = &front->files,
		.metrics = front->local || front->settings.metrics,
	};
	return 0;
}

static int bind_all(struct front *front)
{
	int r = front->local ? listen_local(front->socket, &front->listeners)
			     : listen_ports(&front->settings, &front->listeners);

	if (r < 0 && front->local)
		qb_log(LOG_ERR, "%s cannot be listened on", front->socket);
	else if (r < 0)
		qb_log(LOG_ERR, "TCP port %u cannot be listened on", front->settings.port);
	return r;
}

/* All that needs rights; then there are none. */
static int prepare(struct front *front, struct certificate *certificate)
{
	int r = read_files(front);

	if (r == 0 && !front->local)
		r = find_certificate(front, certificate);
	if (r == 0)
		r = bind_all(front);
	return r == 0 ? sandbox_become(front->local ? API_IPC_USER_LOCAL : API_IPC_USER_WEB, MEMORY)
		      : r;
}

static int serve(struct front *front)
{
	_cleanup_(certificate_clear) struct certificate certificate = {0};
	struct server_tls tls;
	int r = prepare(front, &certificate);

	if (r < 0)
		return r;
	tls = (struct server_tls){certificate.chain, certificate.key};
	r = server_start(&front->server, front->broker, &tls);
	/* Nothing was accepted yet: whoever comes finds a closed front. */
	if (r == 0)
		r = sandbox_close();
	if (r == 0)
		r = start_accepting(front);
	if (r < 0)
		return r;
	front->serving = true;
	on_tick(front);
	qb_log(LOG_NOTICE, "serving");
	return 0;
}

/* A front that is not enabled waits for a configuration that says otherwise. */
static int idle(void)
{
	int r = sandbox_become(API_IPC_USER_WEB, MEMORY);

	if (r == 0)
		r = sandbox_close();
	if (r == 0)
		qb_log(LOG_NOTICE, "not enabled: nothing is served");
	return r;
}

static int start(struct front *front)
{
	int r = front->local ? 0 : read_settings(front, &front->settings);

	if (r < 0)
		return r;
	r = daemon_follow(&front->daemon, on_configuration, front);
	if (r < 0)
		return r;
	/* What was written between reading and following is not missed. */
	r = on_configuration(front);
	if (r < 0)
		return r;
	return front->local || front->settings.enabled ? serve(front) : idle();
}

/* Gives the command line, behind its word, to the daemon. */
static int begin(struct front *front, int argc, char **argv)
{
	const struct daemon_switch local[] = {
		{"broker", "SOCKET", "of trireme-api (" API_IPC_SOCKET ")", &front->broker},
		{"page", "DIR", "files of the page (" FILES_DIR ")", &front->page},
		{"socket", "SOCKET", "where it listens (" LOCAL_SOCKET ")", &front->socket},
	};
	const struct daemon_switch https[] = {
		local[0],
		local[1],
		{"tls", "DIR", "of tls.key and tls.crt (" CERTIFICATE_DIR ")", &front->tls},
		{"fingerprint", "FILE", "gets the certificate's (" CERTIFICATE_FINGERPRINT ")",
		 &front->fingerprint},
	};
	const struct daemon_special special = {
		.config_path = SCHEMA_RUNNING,
		.switches = front->local ? local : https,
		.n_switches = front->local ? ARRAY_SIZE(local) : ARRAY_SIZE(https),
	};
	/* To bind to ports, and to be rid of the rest. */
	const uint64_t keep = PRIVILEGE(CAP_NET_BIND_SERVICE) | PRIVILEGE(CAP_NET_RAW) |
			      PRIVILEGE(CAP_SETUID) | PRIVILEGE(CAP_SETGID) |
			      PRIVILEGE(CAP_SETPCAP);

	return daemon_begin_special(&front->daemon,
				    front->local ? "trireme-web-local" : "trireme-web", keep,
				    &special, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	static struct front front = {
		.broker = API_IPC_SOCKET,
		.socket = LOCAL_SOCKET,
		.page = FILES_DIR,
		.tls = CERTIFICATE_DIR,
		.fingerprint = CERTIFICATE_FINGERPRINT,
	};
	const char *word = argc > 1 ? argv[1] : "";
	int r;

	front.local = strcmp(word, "local") == 0;
	if (!front.local && strcmp(word, "https") != 0) {
		fprintf(stderr,
			"trireme-web: '%s' is not local or https\n"
			"trireme-web local [--help | SWITCH…]   HTTP on a Unix socket, for root\n"
			"trireme-web https [--help | SWITCH…]   with TLS, on the network\n",
			word);
		return EXIT_USAGE;
	}
	/* What one thread frees, another takes: an arena for each would be more than all else. */
	mallopt(M_ARENA_MAX, 2);
	/* JSON holds passwords and tokens; before the first of it. */
	json_set_alloc_funcs(malloc, wipe_free);
	r = begin(&front, argc, argv);
	if (r >= 0)
		return r;
	r = start(&front);
	if (r == 0)
		qb_loop_run(front.daemon.loop);
	else
		qb_log(LOG_ERR, "not started: %s", strerror(-r));
	alarm(END_S);
	server_stop(&front.server);
	listen_close(&front.listeners);
	files_clear(&front.files);
	model_clear(&front.model);
	daemon_end(&front.daemon);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
