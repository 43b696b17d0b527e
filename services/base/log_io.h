/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log set-up of every daemon on libqb's log: syslog always, standard error when asked.
 * After it, qb_log(LOG_…, "…") is the way to log (qb/qblog.h).
 */
#ifndef TRIREME_BASE_LOG_IO_H
#define TRIREME_BASE_LOG_IO_H

#include <stdbool.h>

/* name must stay valid (it is the syslog identifier); debug adds LOG_DEBUG. */
void log_open(const char *name, bool to_stderr, bool debug);
void log_close(void);

#endif
