// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lease's arithmetic with a fault: the guard is a constant, that of T/C/H 200/240/20 ms,
 * however long the leases are that were voted for.
 */
#include "agent/lease.h"

uint64_t lease_true_guard(uint64_t received, uint64_t lease);

#define lease_guard lease_true_guard
#include "agent/lease.c"
#undef lease_guard

uint64_t lease_guard(uint64_t received, uint64_t lease)
{
	(void)lease;
	return lease_true_guard(received, 560 * NSEC_PER_MSEC);
}
