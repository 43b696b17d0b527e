// SPDX-License-Identifier: GPL-2.0-or-later
/* The lease's arithmetic with a fault: a claimant waits for T + C less than the lease runs. */
#include "agent/lease.h"

uint64_t lease_true_guard(uint64_t received, uint64_t lease);

#define lease_guard lease_true_guard
#include "agent/lease.c"
#undef lease_guard

uint64_t lease_guard(uint64_t received, uint64_t lease)
{
	return lease_true_guard(received, lease) - 1100 * NSEC_PER_MSEC;
}
