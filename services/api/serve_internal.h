/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of serve_io.h: the loop (serve_io.c) and the workers (serve_work_io.c). */
#ifndef TRIREME_API_SERVE_INTERNAL_H
#define TRIREME_API_SERVE_INTERNAL_H

#include <pthread.h>
#include <stdint.h>

#include "api/serve_io.h"
#include "proto/api_frame.h"
#include "proto/api_ipc.h"

enum serve_stage {
	SERVE_FREE,
	SERVE_READING, /* in the loop */
	SERVE_QUEUED,
	SERVE_WORKING, /* in a worker */
	SERVE_DONE,    /* the loop is to go on with it */
};

struct connection {
	struct serve *serve;
	int fd;
	uid_t uid;
	enum serve_stage stage; /* changed under the lock */
	bool failed;		/* DONE: it ends */
	struct api_frame frame;
	bool is_large;	/* the frame, and it is counted */
	uint64_t since; /* the frame began, ns */
};

struct serve {
	qb_loop_t *loop;
	struct serve_settings settings;
	int listener, event;
	struct connection connections[API_IPC_CONNECTIONS_MAX];
	size_t n_large;
	qb_loop_timer_handle timer;
	pthread_mutex_t lock;
	pthread_cond_t work;
	bool ends;
	struct connection *queue[API_IPC_CONNECTIONS_MAX]; /* n_queue of them, first come first */
	size_t n_queue;
	pthread_t workers[SERVE_WORKERS];
	size_t n_workers;
};

/* For the loop: a request is whole, and a worker takes it. */
void serve_enqueue(struct connection *c);

int serve_start_workers(struct serve *serve);

/* No worker takes a request any more. false: one has not ended within a few seconds. */
bool serve_join_workers(struct serve *serve);

#endif
