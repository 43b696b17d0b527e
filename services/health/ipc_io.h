/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers the console, and nobody but root (proto/health_ipc.h). */
#ifndef TRIREME_HEALTH_IPC_IO_H
#define TRIREME_HEALTH_IPC_IO_H

#include "health/checker_io.h"

/* Serves what the checker knows until ipc_server_close(); the checker must stay valid. */
int ipc_io_open(const struct checker *checker);

#endif
