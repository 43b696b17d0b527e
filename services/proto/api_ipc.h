/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol of the broker (trireme-api) towards the HTTP front (trireme-web), over the Unix stream
 * socket API_IPC_SOCKET: requests and answers are frames (api_frame.h) of one JSON object each; a
 * connection carries one request after the other. Only root and the users API_IPC_USER_… may
 * connect (SO_PEERCRED); who of them may say what about a client, see "credential".
 *
 *   {"op": API_OP_…, "credential": …, "from": TEXT, …}
 *
 * credential: {"token": TEXT} a session's or an API token; {"user": TEXT, "password": TEXT};
 * absent: nobody. From root and API_IPC_USER_LOCAL only: {"uid": N, "name": TEXT}, the peer of the
 * local socket; uid 0 is an administrator, any other is nobody.
 * from: the client's address as text, for the audit and the lock-out; absent: the machine itself.
 *
 *   API_OP_HELLO  -> {"node", "version", "users": BOOL, "fingerprint"?}
 *   API_OP_GET    {"what": "running" | "candidate" | REVISION, "target", "session"?}
 *                 -> {"document": {…}, "etag"}
 *   API_OP_WRITE  {"what": "running" | "candidate", "method": API_METHOD_…, "target", "value"?,
 *                  "insert"?, "point"?, "if-match"?, "comment"?, "confirm"?, "session"?}
 *                 -> {"etag", "created": BOOL, "revision"?, "location"?}
 *   API_OP_RPC    {"name", "input": {…}, "session"?} -> {"output": {…}}  (trireme-api.yang)
 *   API_OP_STATE  {"target", "metrics"?: BOOL} -> {"state": {"trireme-api:state": {…}}}
 *
 * target: an RFC 8040 api-path below the datastore, "/trireme:virtual-service=web/scheduler"; "" is
 * all. Of the state all is answered, whatever the target. metrics: for /metrics alone; where the
 * configuration gives these to anybody, no credential is needed. session: a name of at most
 * API_IPC_SESSION_MAX characters, for a further candidate of the same user. No member but these is
 * allowed. Any answer may have "renew": a token that takes the place of the one that was given.
 *
 * In place of these, an error: {"error": {"tag", "message", "app-tag"?, "path"?, "value"?,
 * "allowed"?, "edit"?, "retry-after"?}}. tag: an error-tag of RFC 8040 section 7; app-tag:
 * API_APP_…; edit: which one of a YANG Patch, counted from 1; retry-after: seconds.
 */
#ifndef TRIREME_PROTO_API_IPC_H
#define TRIREME_PROTO_API_IPC_H

#define API_IPC_SOCKET "/run/trireme/broker"

/* Bytes of one frame's JSON: a document of the largest size, and what is said of it. */
#define API_IPC_MAX (3u << 20)

#define API_IPC_SESSION_MAX 30

#define API_IPC_CONNECTIONS_MAX 64
#define API_IPC_FRAME_MS 10000 /* for a whole frame, from its first byte on */
/* A commit waits for its members, at most so long; whoever waits for an answer adds a little. */
#define API_IPC_ANSWER_MS 60000

#define API_IPC_USER_WEB "trireme-web"	 /* the front with TLS */
#define API_IPC_USER_LOCAL "trireme-api" /* the front of the local socket */

#define API_OP_HELLO "hello"
#define API_OP_GET "get"
#define API_OP_WRITE "write"
#define API_OP_RPC "rpc"
#define API_OP_STATE "state"

#define API_METHOD_POST "POST"
#define API_METHOD_PUT "PUT"
#define API_METHOD_PATCH "PATCH"
#define API_METHOD_DELETE "DELETE"
#define API_METHOD_YANG_PATCH "YANG-PATCH" /* RFC 8072 */

#define API_WHAT_RUNNING "running"
#define API_WHAT_CANDIDATE "candidate"

#define API_ROLE_VIEWER "viewer"
#define API_ROLE_OPERATOR "operator"
#define API_ROLE_ADMINISTRATOR "administrator"

/* error-tag, RFC 8040 section 7 */
#define API_TAG_IN_USE "in-use"
#define API_TAG_INVALID_VALUE "invalid-value"
#define API_TAG_TOO_BIG "too-big"
#define API_TAG_MISSING_ATTRIBUTE "missing-attribute"
#define API_TAG_MISSING_ELEMENT "missing-element"
#define API_TAG_UNKNOWN_ELEMENT "unknown-element"
#define API_TAG_ACCESS_DENIED "access-denied"
#define API_TAG_LOCK_DENIED "lock-denied"
#define API_TAG_RESOURCE_DENIED "resource-denied"
#define API_TAG_DATA_EXISTS "data-exists"
#define API_TAG_DATA_MISSING "data-missing"
#define API_TAG_NOT_SUPPORTED "operation-not-supported"
#define API_TAG_FAILED "operation-failed"
#define API_TAG_MALFORMED "malformed-message"

/* error-app-tag; the HTTP status is the front's */
#define API_APP_SIGN_IN "sign-in-required"  /* 401: no credential, or not a valid one */
#define API_APP_LOCKED_OUT "locked-out"	    /* 429, with retry-after */
#define API_APP_NOT_FOUND "not-found"	    /* 404 */
#define API_APP_PRECONDITION "precondition" /* 412: if-match is not the etag */
#define API_APP_BUSY "busy"		    /* 503: later */

#endif
