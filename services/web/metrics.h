/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state as Prometheus reads it: text exposition format 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats).
 */
#ifndef TRIREME_WEB_METRICS_H
#define TRIREME_WEB_METRICS_H

#include <jansson.h>

#include "web/counters.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define METRICS_MAX (4u << 20) /* bytes */

/*
 * state: {"trireme-api:state": {…}}; a member that is missing, or is no number where one is wanted,
 * leaves its sample out. *ret_text is the caller's. -ENOMEM; -EFBIG: more than METRICS_MAX.
 */
int metrics_text(const json_t *state, const struct counters *counters, char **ret_text);

#endif
