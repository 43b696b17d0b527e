// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/server_io.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock_io.h"
#include "web/reply_io.h"
#include "web/visit_io.h"

#define MEMORY 32768 /* bytes of a connection's header and of what is sent at once */
#define IDLE_S 60    /* nothing moves */
#define PRIORITIES                                                                  \
	"SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-AES-128-CBC:" \
	"-AES-256-CBC:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305"

/* A body that came together does not decide how the URI is read: see restconf_path.h. */
static size_t on_unescape(void *data, struct MHD_Connection *http, char *text)
{
	size_t size = 0;

	(void)data;
	(void)http;
	while (text[size])
		size++;
	return size;
}

static void *on_uri(void *data, const char *uri, struct MHD_Connection *http)
{
	return visit_new(data, http, uri);
}

static void on_end(void *data, struct MHD_Connection *http, void **context,
		   enum MHD_RequestTerminationCode why)
{
	struct server *server = data;
	struct visit *visit = *context;

	(void)http;
	(void)why;
	if (visit && visit->connection)
		connections_enter(&server->connections, visit->connection, PHASE_IDLE);
	visit_free(visit);
	*context = NULL;
}

static uint32_t address_of(const struct sockaddr *address)
{
	if (!address || address->sa_family != AF_INET)
		return 0;
	return ((const struct sockaddr_in *)address)->sin_addr.s_addr;
}

static uint32_t peer_of(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ? UINT32_MAX : peer.uid;
}

static void on_connection(void *data, struct MHD_Connection *http, void **context,
			  enum MHD_ConnectionNotificationCode what)
{
	struct server *server = data;
	int fd;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (*context)
			connections_remove(&server->connections, *context);
		*context = NULL;
		return;
	}
	fd = MHD_get_connection_info(http, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	*context = connections_add(
		&server->connections, fd,
		address_of(MHD_get_connection_info(http, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
				   ->client_addr));
	if (*context && server->local)
		((struct connection *)*context)->uid = peer_of(fd);
}

static enum MHD_Result send_stream(struct visit *visit)
{
	struct exchange *x = &visit->exchange;
	struct MHD_Response *response = events_open(&visit->server->events, visit->http, x->value,
						    take_ptr(x->answer.body), take_ptr(x->session));
	enum MHD_Result result = MHD_NO;

	if (!response) {
		visit_refuse(visit, 503);
		return reply_send(visit->http, &x->answer, !visit->server->local);
	}
	connections_enter(&visit->server->connections, visit->connection, PHASE_STREAM);
	if (reply_add_common(response, !visit->server->local) &&
	    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, TYPE_EVENTS) &&
	    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"))
		result = MHD_queue_response(visit->http, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result send_answer(struct visit *visit)
{
	struct exchange *x = &visit->exchange;
	struct server *server = visit->server;

	counters_answer(&server->counters, x->answer.status);
	if (visit->connection)
		connections_enter(&server->connections, visit->connection, PHASE_ANSWER);
	if (x->streams && visit->request.method == METHOD_GET)
		return send_stream(visit);
	return reply_send(visit->http, &x->answer, !server->local);
}

static enum MHD_Result refuse(struct visit *visit, unsigned int status)
{
	visit_refuse(visit, status);
	return send_answer(visit);
}

/* In a worker's thread; the library goes on with the connection when it is resumed. */
static void work_on(struct job *job, struct broker *broker)
{
	struct visit *visit = (struct visit *)job;

	if (!exchange_ask(&visit->exchange))
		(void)visit_start(visit);
	visit_ask(visit, &visit->server->work, broker);
	MHD_resume_connection(visit->http);
}

/* What may wait for the cluster; to look never does. */
static bool is_slow(const struct visit *visit)
{
	return visit->request.method != METHOD_GET && visit->request.method != METHOD_HEAD;
}

static enum MHD_Result work(struct visit *visit)
{
	struct server *server = visit->server;

	visit->job.run = work_on;
	visit->job.slow = is_slow(visit);
	connections_enter(&server->connections, visit->connection, PHASE_WORK);
	MHD_suspend_connection(visit->http);
	if (work_add(&server->work, &visit->job) == 0)
		return MHD_YES;
	MHD_resume_connection(visit->http);
	visit_refuse(visit, 503);
	return MHD_YES;
}

/* A body is read in a worker's thread, too; without one, all is known at once. */
static enum MHD_Result on_whole(struct visit *visit)
{
	if (visit->done)
		return send_answer(visit);
	if (!visit->size && visit_start(visit))
		return send_answer(visit);
	return work(visit);
}

/* MHD_AccessHandlerCallback: once for the header, for each part of the body, and for its end. */
static enum MHD_Result on_access(void *data, struct MHD_Connection *http, const char *url,
				 const char *method, const char *version, const char *upload,
				 size_t *upload_size, void **context)
{
	struct visit *visit = *context;
	unsigned int status;

	(void)data;
	(void)http;
	(void)url;
	(void)version;
	if (!visit)
		return MHD_NO;
	if (!visit->begun) {
		status = visit_begin(visit, method);
		return status ? refuse(visit, status) : MHD_YES;
	}
	if (*upload_size == 0)
		return on_whole(visit);
	/* The rest of a body that is refused is let pass; its time is bounded. */
	status = visit->done ? 0 : visit_take(visit, upload, *upload_size);
	if (status)
		visit_refuse(visit, status);
	/* The library has no more use for it, and does not wipe it. */
	explicit_bzero((char *)upload, *upload_size);
	*upload_size = 0;
	return MHD_YES;
}

static int start_daemon(struct server *server, const struct server_tls *tls)
{
	unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC |
			     MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
			     (tls->certificate ? MHD_USE_TLS : 0);
	const struct MHD_OptionItem secure[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)tls->certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)tls->key},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)PRIORITIES},
		{MHD_OPTION_END, 0, NULL},
	};
	const struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};

	server->daemon =
		MHD_start_daemon(flags, 0, NULL, NULL, on_access, server,	      /**/
				 MHD_OPTION_ARRAY, tls->certificate ? secure : plain, /**/
				 MHD_OPTION_URI_LOG_CALLBACK, on_uri, server,	      /**/
				 MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL,     /**/
				 MHD_OPTION_NOTIFY_COMPLETED, on_end, server,	      /**/
				 MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, /**/
				 MHD_OPTION_CONNECTION_LIMIT, LIMITS_CONNECTIONS,     /**/
				 MHD_OPTION_PER_IP_CONNECTION_LIMIT, LIMITS_CONNECTIONS_OF_ADDRESS,
				 MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY, /**/
				 MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,		     /**/
				 MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	return server->daemon ? 0 : -EIO;
}

int server_start(struct server *server, const char *broker_path, const struct server_tls *tls)
{
	int r;

	server->site.counters = &server->counters;
	server->local = !tls->certificate;
	connections_init(&server->connections);
	r = work_start(&server->work, broker_path);
	if (r == 0)
		r = events_start(&server->events, &server->work, &server->counters, broker_path);
	return r == 0 ? start_daemon(server, tls) : r;
}

int server_add(struct server *server, int fd, const struct sockaddr *address, socklen_t size)
{
	return MHD_add_connection(server->daemon, fd, address, size) == MHD_YES ? 0 : -errno;
}

void server_tick(struct server *server, uint64_t now)
{
	atomic_fetch_add(&server->counters.late, connections_reap(&server->connections, now));
	pthread_mutex_lock(&server->connections.lock);
	atomic_store(&server->counters.connections, (unsigned int)server->connections.n);
	pthread_mutex_unlock(&server->connections.lock);
}

/* What is suspended must go on before the library ends: the workers end first, then the streams. */
void server_stop(struct server *server)
{
	work_stop(&server->work);
	events_stop(&server->events);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	server->daemon = NULL;
}
