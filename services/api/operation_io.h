/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carrying out what a principal may do; each sets x->answer. */
#ifndef TRIREME_API_OPERATION_IO_H
#define TRIREME_API_OPERATION_IO_H

#include "api/broker.h"

/* How long the config service may take: to look, and until the members have agreed. */
#define OPERATION_LOOK_MS 10000
#define OPERATION_COMMIT_MS 45000

void operation_hello(struct exchange *x);
void operation_get(struct exchange *x);
void operation_write(struct exchange *x);
void operation_state(struct exchange *x);
void operation_rpc(struct exchange *x);

/*
 * Asks the config service; takes the request over. author, session and whether it is restricted
 * are added here. 0: *ret_answer is the caller's and no error; else the answer is set.
 */
int operation_config(struct exchange *x, json_t *request, int wait_ms, json_t **ret_answer);

/* A request that makes a revision, and what of its answer counts: {revision?, summary}. */
void operation_commit(struct exchange *x, json_t *request);

/* After a change: whoever asks next sees it. answer: the config service's. */
void operation_changed(struct exchange *x, const json_t *answer);

/* Who asks may not; an error without the answer's details. */
void operation_deny(struct exchange *x, enum access_role needed);

/* rpc_access_io.c */
void rpc_sign_in(struct exchange *x);
void rpc_sign_out(struct exchange *x);
void rpc_set_password(struct exchange *x);
void rpc_create_token(struct exchange *x);
void rpc_audit(struct exchange *x);

/* rpc_decisions_io.c */
void rpc_decisions(struct exchange *x);

/* rpc_import_io.c */
void rpc_import(struct exchange *x);

/* rpc_config_io.c */
void rpc_commit(struct exchange *x);
void rpc_confirm(struct exchange *x);
void rpc_discard(struct exchange *x);
void rpc_rollback(struct exchange *x);
void rpc_diff(struct exchange *x);
void rpc_describe(struct exchange *x);
void rpc_history(struct exchange *x);
void rpc_get_revision(struct exchange *x);
void rpc_override(struct exchange *x);
void rpc_force_quorum(struct exchange *x);
void rpc_switch_over(struct exchange *x);
void rpc_standby(struct exchange *x);
void rpc_online(struct exchange *x);
void rpc_set_admin_state(struct exchange *x);

#endif
