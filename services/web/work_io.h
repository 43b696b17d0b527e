/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that work on requests, each with a connection of its own to the broker, and the bounded
 * queue before them. What may wait for the cluster (a commit) never takes all of them: to look at
 * the state always goes.
 */
#ifndef TRIREME_WEB_WORK_IO_H
#define TRIREME_WEB_WORK_IO_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "web/broker_io.h"

#define WORK_THREADS 8
#define WORK_SLOW_MAX 4 /* threads that work on slow jobs at once */
#define WORK_QUEUE_MAX 64
#define WORK_STACK (1u << 20) /* bytes; JSON may be nested 2048 deep */

/* Part of what is to be done; belongs to the queue until `run` has it. */
struct job {
	struct job *next;
	bool slow;
	void (*run)(struct job *job, struct broker *broker);
};

struct work {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct job *first, **last;
	size_t waiting, slow;
	atomic_bool stopped;
	atomic_int reach; /* of the broker, as the last question found it: 0 or -errno */
	struct worker {
		struct work *work;
		struct broker broker;
		pthread_t thread;
	} workers[WORK_THREADS];
	size_t n_workers;
};

/* *work must stay where it is. The error of starting a thread; work_stop() is due also then. */
int work_start(struct work *work, const char *broker_path);

/* -EBUSY: the queue is full; -ESHUTDOWN. */
int work_add(struct work *work, struct job *job);

/* Asks, and notes whether the broker could be reached; *ret_answer is NULL if not. */
void work_ask(struct work *work, struct broker *broker, const json_t *question,
	      json_t **ret_answer);

/* What waits is run all the same, and finds no broker. */
void work_stop(struct work *work);

#endif
