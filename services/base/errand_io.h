/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that does one thing: it gets a request from its standard input, which is a socket
 * (SOCK_SEQPACKET of unix(7)), answers there, and ends. It never keeps the loop waiting.
 */
#ifndef TRIREME_BASE_ERRAND_IO_H
#define TRIREME_BASE_ERRAND_IO_H

#include <qb/qbloop.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ERRAND_ANSWER_MAX 512 /* bytes */

struct errand {
	qb_loop_t *loop;
	int fd; /* of the process's socket; -1: there is none */
	pid_t pid;
	qb_loop_timer_handle timer;
	size_t answer_size;
	void (*done)(void *data, const void *answer, int error);
	void *data;
};

struct errand_order {
	char *const *command; /* ends with NULL */
	const void *request;
	size_t request_size, answer_size; /* the latter at most ERRAND_ANSWER_MAX */
	uint64_t wait_ns;		  /* a process that has not answered by then is killed */
	/*
	 * Called once, when the errand is free again. answer NULL: there is none, and error says
	 * why: -EIO, it has ended without one; -ETIMEDOUT.
	 */
	void (*done)(void *data, const void *answer, int error);
	void *data;
};

/* 0: done will be called; else -errno. */
int errand_start(struct errand *errand, qb_loop_t *loop, const struct errand_order *order);

/* Tells the process that its answer is not wanted any more (shutdown(2)); done is called still. */
void errand_cancel(struct errand *errand);

#endif
