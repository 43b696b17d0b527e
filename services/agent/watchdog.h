/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the machine's watchdog (Documentation/watchdog/watchdog-api.rst) is petted. Pure.
 *
 * An agent that hangs while it runs, in the kernel or stopped, holds up its cluster's views and
 * cannot be helped but by a restart of the machine. One that ends is started again by its
 * supervisor: the machine is restarted only when that has not helped for minutes. Neither counts
 * before the agent has been well for a while: what does not work from the boot on would not be
 * helped by another boot, and a machine that restarts without end cannot be repaired.
 */
#ifndef TRIREME_AGENT_WATCHDOG_H
#define TRIREME_AGENT_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/watchdog_report.h"

#define WATCHDOG_WELL_NS 60000000000ULL	   /* the loop has turned for so long: well */
#define WATCHDOG_ABSENT_NS 300000000000ULL /* without having been well */

/* What is seen of the agent (base/turn_io.h). */
struct watchdog_sight {
	uint64_t turn; /* its loop's last one; 0: it has ended as it was told to, or never ran */
	bool runs;
};

struct watchdog_state {
	uint64_t turning_since, last_well; /* 0: it does not, it was not */
};

/* timeout: how old the last turn may be; all in ns of CLOCK_BOOTTIME. */
enum watchdog_verdict watchdog_judge(struct watchdog_state *state,
				     const struct watchdog_sight *sight, uint64_t timeout,
				     uint64_t now);

#endif
