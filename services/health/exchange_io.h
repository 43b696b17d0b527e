/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of a running check on its socket; none of them blocks. */
#ifndef TRIREME_HEALTH_EXCHANGE_IO_H
#define TRIREME_HEALTH_EXCHANGE_IO_H

#include "health/targets.h"

/*
 * Goes as far as it can: is the connection accepted, is the request sent, what is answered.
 * 0: good; -EINPROGRESS: not yet, wait until the socket is readable (probe->asked) or writable;
 * else it has failed: *ret_why says why, or is NULL: strerror() does.
 */
int exchange_step(struct probe *probe, const char **ret_why);

#endif
