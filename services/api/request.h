/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request of the front (proto/api_ipc.h), read and checked. Pure. */
#ifndef TRIREME_API_REQUEST_H
#define TRIREME_API_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/access.h"
#include "api/answer.h"
#include "proto/api_ipc.h"

#define REQUEST_USER_MAX 33	 /* with NUL, here and below */
#define REQUEST_PASSWORD_MAX 513 /* as long as crypt(3) takes them */
#define REQUEST_TOKEN_MAX 512
#define REQUEST_FROM_MAX 64
#define REQUEST_SESSION_MAX (API_IPC_SESSION_MAX + 1)
#define REQUEST_TARGET_MAX 769 /* as document_path.h takes them */
#define REQUEST_ETAG_MAX 128
#define REQUEST_COMMENT_MAX 257 /* REVISION_COMMENT_MAX */

enum request_credential {
	REQUEST_NOBODY,
	REQUEST_TOKEN,
	REQUEST_PASSWORD,
	REQUEST_PEER, /* of the local socket */
};

/* Texts belong to json; those that are not there are "". */
struct request {
	json_t *json; /* owned */
	enum access_op op;
	const char *from; /* client's address; "": this machine */
	enum request_credential credential;
	const char *token, *user, *password; /* of the credential */
	uint64_t uid;
	const char *session; /* name of a further candidate */
	/* ACCESS_GET, ACCESS_WRITE, ACCESS_STATE: */
	const char *target;
	const json_t *what; /* text or number; NULL: not there */
	bool metrics;	    /* ACCESS_STATE: for the numbers alone */
	/* ACCESS_WRITE: */
	const char *method, *insert, *point, *if_match, *comment;
	const json_t *value;   /* NULL: none */
	const json_t *confirm; /* number; NULL: none */
	/* ACCESS_RPC: */
	enum access_rpc rpc;
	const json_t *input; /* an object; NULL: none */
};

/*
 * size bytes of text. is_local: the peer may say whose request it is by a uid. -EBADMSG: it is no
 * request, and *answer says why.
 */
int request_read(const char *text, size_t size, bool is_local, struct request *ret_request,
		 struct answer *answer);

void request_clear(struct request *request);

#endif
