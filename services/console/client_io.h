/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program as a client of the API: who asks, and how an answer is waited for. */
#ifndef TRIREME_CONSOLE_CLIENT_IO_H
#define TRIREME_CONSOLE_CLIENT_IO_H

#include "console/api.h"
#include "proto/api_ipc.h"

#define CLIENT_USER_MAX 33
#define CLIENT_SESSION_MAX (API_IPC_SESSION_MAX + 1)

struct client {
	const char *socket_path;
	char user[CLIENT_USER_MAX];	  /* the person, for the history */
	char session[CLIENT_SESSION_MAX]; /* which of the person's candidates; "": the one */
};

/*
 * Who asks: the person behind sudo, else the process's user; one candidate per user and terminal,
 * so that two administrators do not share one unawares. From the environment: TRIREME_SOCKET,
 * TRIREME_SESSION.
 */
void client_init(struct client *client);

/*
 * Asks. 0 and *ret_answer, which the caller clears; else -errno as http_exchange(). An API that
 * does not run is waited for in the first two minutes after the machine was switched on.
 */
int client_ask(const struct client *client, const struct api_request *request,
	       struct api_answer *ret_answer);

/*
 * The same with its errors in words on standard error. EXIT_OK: *ret_answer is a good one, which
 * the caller clears. changes: the request is one that may have been carried out unheard.
 */
enum exit_code client_ask_well(const struct client *client, const struct api_request *request,
			       bool changes, struct api_answer *ret_answer);

/* What asking in vain means, in words. */
enum exit_code client_no_answer(int error, bool changes, struct text *words);

#endif
