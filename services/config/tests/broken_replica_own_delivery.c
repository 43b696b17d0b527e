// SPDX-License-Identifier: GPL-2.0-or-later
/* Proposals with a fault: one's own ACK coming back counts as enough. */
#define REPLICA_BROKEN_OWN_DELIVERY 1
#include "config/replica_propose.c"
