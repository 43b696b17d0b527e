// SPDX-License-Identifier: GPL-2.0-or-later
/* Heartbeats with a fault: one's own heartbeat coming back counts as a quorum's echo. */
#define DECIDE_BROKEN_SELF_RETURN 1
#include "agent/heartbeat.c"
