/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the front itself counts, for /metrics; written and read by any thread. */
#ifndef TRIREME_WEB_COUNTERS_H
#define TRIREME_WEB_COUNTERS_H

#include <stdatomic.h>

#define COUNTERS_CLASSES 5 /* 1xx to 5xx */

struct counters {
	atomic_ullong answers[COUNTERS_CLASSES]; /* by class of status */
	atomic_ullong refused;	 /* connections: too many, too fast, or not allowed */
	atomic_ullong late;	 /* connections whose request took too long to come */
	atomic_uint connections; /* open now */
	atomic_uint streams;	 /* of events, open now */
};

static inline void counters_answer(struct counters *counters, unsigned int status)
{
	if (status >= 100 && status < 600)
		atomic_fetch_add(&counters->answers[status / 100 - 1], 1);
}

#endif
