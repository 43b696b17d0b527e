// SPDX-License-Identifier: GPL-2.0-or-later
/* Proposals with a fault: ACK is sent before the revision is on the disk. */
#define REPLICA_BROKEN_ACK_EARLY 1
#include "config/replica_propose.c"
