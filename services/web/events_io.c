// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/events_io.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "web/counters.h"
#include "web/event.h"

#define BLOCK 16384 /* bytes that are asked for at once */
#define CHECK_TICKS 15

/* Changed and looked at under the lock of all. */
struct stream {
	struct events *events;
	uint64_t number;
	struct MHD_Connection *http;
	const struct connection *connection;
	json_t *ask;   /* question for the state with the stream's credential */
	char *session; /* of malloc(), what the state says of who asked, or NULL */
	char *text;    /* what is being sent, NULL: nothing */
	size_t size, sent;
	bool news;   /* events->common is not yet sent */
	bool asleep; /* suspended until there is something to send */
	bool ended;
	unsigned int ticks; /* since its credential was tried */
};

static void set_text(struct stream *stream, char *text)
{
	free(stream->text);
	stream->text = text;
	stream->size = text ? strlen(text) : 0;
	stream->sent = 0;
}

static void wake(struct stream *stream)
{
	if (stream->asleep)
		MHD_resume_connection(stream->http);
	stream->asleep = false;
}

/* What comes after the text that was sent: a slow client gets the newest state, not all of them. */
static void next_text(struct stream *stream)
{
	set_text(stream, NULL);
	if (stream->news && stream->events->common)
		set_text(stream, event_text(stream->events->common, stream->session));
	stream->news = false;
}

/* MHD_ContentReaderCallback */
static ssize_t on_read(void *data, uint64_t position, char *buf, size_t max)
{
	struct stream *stream = data;
	struct events *events = stream->events;
	ssize_t n = 0;

	(void)position;
	pthread_mutex_lock(&events->lock);
	if (!stream->text || stream->sent == stream->size)
		next_text(stream);
	if (stream->ended || events->stopped) {
		n = MHD_CONTENT_READER_END_OF_STREAM;
	} else if (stream->text) {
		size_t left = stream->size - stream->sent;

		n = (ssize_t)(left < max ? left : max);
		memcpy(buf, stream->text + stream->sent, (size_t)n);
		stream->sent += (size_t)n;
	} else {
		stream->asleep = true;
		MHD_suspend_connection(stream->http);
	}
	pthread_mutex_unlock(&events->lock);
	return n;
}

static void stream_free(struct stream *stream)
{
	json_decref(stream->ask);
	free(stream->session);
	free(stream->text);
	free(stream);
}

/* MHD_ContentReaderFreeCallback */
static void on_free(void *data)
{
	struct stream *stream = data;
	struct events *events = stream->events;

	pthread_mutex_lock(&events->lock);
	for (size_t i = 0; i < EVENTS_STREAMS_MAX; i++)
		if (events->streams[i] == stream)
			events->streams[i] = NULL;
	atomic_fetch_sub(&events->counters->streams, 1);
	stream_free(stream);
	pthread_mutex_unlock(&events->lock);
}

/* Of the local socket, which is root's, there may be as many as there are places. */
static bool has_enough(const struct events *events, uint32_t address)
{
	size_t n = 0;

	for (size_t i = 0; i < EVENTS_STREAMS_MAX; i++)
		n += events->streams[i] && events->streams[i]->connection->address == address;
	return address && n >= EVENTS_STREAMS_OF_ADDRESS;
}

static int insert(struct events *events, struct stream *stream)
{
	int r = -ENOBUFS;
	bool open;

	pthread_mutex_lock(&events->lock);
	open = !events->stopped && !has_enough(events, stream->connection->address);
	for (size_t i = 0; open && i < EVENTS_STREAMS_MAX && r < 0; i++) {
		if (events->streams[i])
			continue;
		stream->number = ++events->streams_ever;
		events->streams[i] = stream;
		r = 0;
	}
	if (r == 0) {
		atomic_fetch_add(&events->counters->streams, 1);
		pthread_cond_signal(&events->wake);
	}
	pthread_mutex_unlock(&events->lock);
	return r;
}

struct MHD_Response *events_open(struct events *events, struct MHD_Connection *http,
				 const struct connection *connection, const json_t *ask,
				 char *first, char *session)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	struct MHD_Response *response;

	if (!stream) {
		free(first);
		free(session);
		return NULL;
	}
	stream->events = events;
	stream->http = http;
	stream->connection = connection;
	stream->ask = json_deep_copy(ask);
	stream->session = session;
	set_text(stream, first);
	if (!stream->ask || insert(events, stream) < 0) {
		stream_free(stream);
		return NULL;
	}
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_read, stream,
						     on_free);
	if (!response)
		on_free(stream);
	return response;
}

static struct stream *find(struct events *events, size_t place, uint64_t number)
{
	struct stream *stream = events->streams[place];

	return stream && stream->number == number ? stream : NULL;
}

/*
 * The state as the credential of the stream at that place shows it, asked for without the lock:
 * the stream may be gone before the answer comes. NULL: it shows none, and the stream ends.
 */
static json_t *ask_for(struct events *events, size_t place)
{
	struct stream *stream = events->streams[place];
	uint64_t number = stream ? stream->number : 0;
	json_t *ask = stream && !stream->ended ? json_deep_copy(stream->ask) : NULL;
	json_t *reply = NULL, *state;

	if (!ask)
		return NULL;
	pthread_mutex_unlock(&events->lock);
	work_ask(events->work, &events->broker, ask, &reply);
	json_decref(ask);
	state = json_incref(json_object_get(reply, "state"));
	pthread_mutex_lock(&events->lock);
	stream = find(events, place, number);
	/* Without a broker nothing is known, and the streams stay. */
	if (stream && reply) {
		stream->ticks = 0;
		stream->ended = !state;
		if (stream->ended)
			wake(stream);
	}
	json_decref(reply);
	return state;
}

/* Whoever sends meanwhile does not wait for the state to be written as text. */
static void tell(struct events *events, json_t *state)
{
	char *common;

	pthread_mutex_unlock(&events->lock);
	common = event_common(state);
	json_decref(state);
	pthread_mutex_lock(&events->lock);
	if (!common || (events->common && strcmp(common, events->common) == 0)) {
		free(common);
		return;
	}
	free(events->common);
	events->common = common;
	for (size_t i = 0; i < EVENTS_STREAMS_MAX; i++) {
		if (!events->streams[i])
			continue;
		events->streams[i]->news = true;
		wake(events->streams[i]);
	}
}

/* The library does not look at a connection that is suspended: who has gone keeps no place. */
static void end_gone(struct events *events)
{
	for (size_t i = 0; i < EVENTS_STREAMS_MAX; i++) {
		struct stream *stream = events->streams[i];
		struct pollfd peer = {.events = POLLRDHUP};

		if (!stream || !stream->asleep)
			continue;
		peer.fd = stream->connection->fd;
		if (poll(&peer, 1, 0) != 1)
			continue;
		stream->ended = true;
		wake(stream);
	}
}

/* Tries the credentials whose turn it is, and keeps the connections. */
static void check(struct events *events)
{
	for (size_t i = 0; i < EVENTS_STREAMS_MAX; i++) {
		struct stream *stream = events->streams[i];
		uint64_t number = stream ? stream->number : 0;

		if (!stream || ++stream->ticks < CHECK_TICKS)
			continue;
		json_decref(ask_for(events, i));
		stream = find(events, i, number);
		if (!stream || !stream->asleep)
			continue;
		set_text(stream, strdup(EVENT_KEEP));
		wake(stream);
	}
}

static void tick(struct events *events)
{
	json_t *state = NULL;

	end_gone(events);
	for (size_t i = 0; i < EVENTS_STREAMS_MAX && !state; i++)
		state = ask_for(events, i);
	if (state)
		tell(events, state);
	check(events);
}

static bool has_streams(const struct events *events)
{
	for (size_t i = 0; i < EVENTS_STREAMS_MAX; i++)
		if (events->streams[i])
			return true;
	return false;
}

static void wait_second(struct events *events)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec++;
	while (!events->stopped &&
	       pthread_cond_timedwait(&events->wake, &events->lock, &until) != ETIMEDOUT)
		;
}

static void *run(void *data)
{
	struct events *events = data;

	pthread_mutex_lock(&events->lock);
	while (!events->stopped) {
		if (!has_streams(events)) {
			free(events->common);
			events->common = NULL;
			pthread_cond_wait(&events->wake, &events->lock);
			continue;
		}
		wait_second(events);
		tick(events);
	}
	pthread_mutex_unlock(&events->lock);
	broker_close(&events->broker);
	return NULL;
}

int events_start(struct events *events, struct work *work, struct counters *counters,
		 const char *broker_path)
{
	pthread_condattr_t attributes;
	int r;

	*events = (struct events){.counters = counters, .work = work};
	broker_init(&events->broker, broker_path);
	pthread_mutex_init(&events->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&events->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	r = pthread_create(&events->thread, NULL, run, events);
	events->started = r == 0;
	return -r;
}

void events_stop(struct events *events)
{
	if (!events->started)
		return;
	pthread_mutex_lock(&events->lock);
	events->stopped = true;
	for (size_t i = 0; i < EVENTS_STREAMS_MAX; i++)
		if (events->streams[i])
			wake(events->streams[i]);
	pthread_cond_signal(&events->wake);
	pthread_mutex_unlock(&events->lock);
	broker_stop(&events->broker);
	pthread_join(events->thread, NULL);
	free(events->common);
	events->common = NULL;
	events->started = false;
}
