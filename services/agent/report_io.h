/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The watchdog's report (proto/watchdog_report.h): a mapped file, so that writing it takes no
 * right. */
#ifndef TRIREME_AGENT_REPORT_IO_H
#define TRIREME_AGENT_REPORT_IO_H

#include "proto/watchdog_report.h"

/* *ret_report is mapped until the process ends. 0 or -errno. */
int report_io_open(const char *path, struct watchdog_report **ret_report);

#endif
