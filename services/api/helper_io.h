/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checking passwords in a process of its own: it costs processor and memory on purpose, and a text
 * that anybody may send goes through a large library. The helper has a user of its own, no
 * capability, few system calls, and sees one name's hash at a time. One password is checked at a
 * time; a few wait, and more are refused.
 */
#ifndef TRIREME_API_HELPER_IO_H
#define TRIREME_API_HELPER_IO_H

#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>

/* Fewer than there are workers: whoever sends passwords does not keep the others from working. */
#define HELPER_WAITING_MAX 4
#define HELPER_CHECK_MS 5000

struct helper {
	int fd; /* -1: there is none */
	pid_t pid;
	pthread_mutex_t turn;	 /* of who asks */
	pthread_mutex_t counter; /* of waiting */
	unsigned int waiting;
	uint32_t number; /* of the last question */
};

/*
 * Starts it as that user; as nobody where there is no such user, as on a machine that runs tests.
 * To be called before there are threads, and with the capabilities to change the user, if this is
 * root. On an error, *ret_helper is as if it was ended.
 */
int helper_start(const char *user, struct helper *ret_helper);

/* Takes a place among those who ask and wait; -EBUSY: there is none. For threads, as the others. */
int helper_enter(struct helper *helper);
void helper_leave(struct helper *helper);

/*
 * For who has a place. 0: it is the password of that hash (crypt(5)); -EACCES: it is not; -EBADMSG:
 * that is no hash; -EBUSY, -ETIMEDOUT: no verdict; -EPIPE: the helper is no more, and will not come
 * again.
 */
int helper_check(struct helper *helper, const char *password, const char *hash);

/* Accepts one that was not started. */
void helper_end(struct helper *helper);

#endif
