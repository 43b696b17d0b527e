// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/work_io.h"

#include <errno.h>

/* The first job that may run now, out of the queue; NULL: none. */
static struct job *take(struct work *work)
{
	for (struct job **at = &work->first; *at; at = &(*at)->next) {
		struct job *job = *at;

		if (job->slow && work->slow == WORK_SLOW_MAX)
			continue;
		*at = job->next;
		if (!job->next)
			work->last = at;
		work->waiting--;
		work->slow += job->slow;
		return job;
	}
	return NULL;
}

static void *run(void *data)
{
	struct worker *worker = data;
	struct work *work = worker->work;
	struct job *job;

	pthread_mutex_lock(&work->lock);
	while ((job = take(work)) || !work->stopped) {
		bool slow = job && job->slow;

		if (!job) {
			pthread_cond_wait(&work->more, &work->lock);
			continue;
		}
		pthread_mutex_unlock(&work->lock);
		job->run(job, &worker->broker);
		pthread_mutex_lock(&work->lock);
		work->slow -= slow;
		/* One that had to wait for a place among the slow ones. */
		if (slow)
			pthread_cond_signal(&work->more);
	}
	pthread_mutex_unlock(&work->lock);
	broker_close(&worker->broker);
	return NULL;
}

int work_start(struct work *work, const char *broker_path)
{
	pthread_attr_t attributes;
	int r;

	*work = (struct work){.last = &work->first};
	pthread_mutex_init(&work->lock, NULL);
	pthread_cond_init(&work->more, NULL);
	r = pthread_attr_init(&attributes);
	if (r == 0)
		r = pthread_attr_setstacksize(&attributes, WORK_STACK);
	while (r == 0 && work->n_workers < WORK_THREADS) {
		struct worker *worker = &work->workers[work->n_workers];

		worker->work = work;
		broker_init(&worker->broker, broker_path);
		r = pthread_create(&worker->thread, &attributes, run, worker);
		work->n_workers += r == 0;
	}
	pthread_attr_destroy(&attributes);
	return -r;
}

int work_add(struct work *work, struct job *job)
{
	int r = 0;

	pthread_mutex_lock(&work->lock);
	if (work->stopped) {
		r = -ESHUTDOWN;
	} else if (work->waiting == WORK_QUEUE_MAX) {
		r = -EBUSY;
	} else {
		job->next = NULL;
		*work->last = job;
		work->last = &job->next;
		work->waiting++;
		pthread_cond_signal(&work->more);
	}
	pthread_mutex_unlock(&work->lock);
	return r;
}

void work_ask(struct work *work, struct broker *broker, const json_t *question, json_t **ret_answer)
{
	int r = atomic_load(&work->stopped) ? -ESHUTDOWN : 0;

	*ret_answer = NULL;
	if (r == 0)
		r = broker_ask(broker, question, ret_answer);
	atomic_store(&work->reach, r);
}

void work_stop(struct work *work)
{
	if (!work->last)
		return;
	pthread_mutex_lock(&work->lock);
	work->stopped = true;
	pthread_cond_broadcast(&work->more);
	pthread_mutex_unlock(&work->lock);
	for (size_t i = 0; i < work->n_workers; i++)
		broker_stop(&work->workers[i].broker);
	for (size_t i = 0; i < work->n_workers; i++)
		pthread_join(work->workers[i].thread, NULL);
	pthread_cond_destroy(&work->more);
	pthread_mutex_destroy(&work->lock);
	work->last = NULL;
}
