/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reaching another process of this machine over libqb IPC. */
#ifndef TRIREME_BASE_IPC_IO_H
#define TRIREME_BASE_IPC_IO_H

#include <qb/qbipcc.h>

/*
 * Connects to the server called name for messages of at most max bytes; the caller disconnects.
 * -ETIMEDOUT: a server that is there has not answered within wait_ms (qb_ipcc_connect() would
 * wait for ever); else its refusal, or that there is none.
 */
int ipc_connect(const char *name, size_t max, int wait_ms, qb_ipcc_connection_t **ret_connection);

/* Disconnects; accepts NULL. */
void ipc_disconnectp(qb_ipcc_connection_t **connection);

#endif
