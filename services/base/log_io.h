/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log set-up of every daemon on libqb's log: syslog always, standard error when asked.
 * After it, qb_log(LOG_…, "…") is the way to log (qb/qblog.h). Logging never waits: what a stopped
 * or busy syslogd does not take is dropped, counted, and the number logged when it takes some
 * again; the same of a pipe or terminal that is standard error.
 */
#ifndef TRIREME_BASE_LOG_IO_H
#define TRIREME_BASE_LOG_IO_H

#include <stdbool.h>

#define LOG_SOCKET "/dev/log"

/* path: the syslogd's socket; name must stay valid; debug adds LOG_DEBUG. */
void log_open(const char *path, const char *name, bool to_stderr, bool debug);
void log_close(void);

#endif
