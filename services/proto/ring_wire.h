/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node tells the others about its part in a change of the ring (config/ring_change.h).
 * Carried in total order by the group of the config services. Encode and decode only; integers
 * little-endian; a message of another version or length is refused.
 */
#ifndef TRIREME_PROTO_RING_WIRE_H
#define TRIREME_PROTO_RING_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define RING_WIRE_VERSION 1
#define RING_WIRE_REASON_MAX 160
#define RING_WIRE_MAX 176 /* bytes of an encoded message */

#define RING_REPORT_RUNNING 1u /* corosync runs what the sender's file says */
#define RING_REPORT_SAFE 2u    /* the sender's next step costs no pair of nodes its connection */
#define RING_REPORT_BACK 4u    /* the sender goes back: see the reason */
#define RING_REPORT_TAKE 8u    /* … it does not, and it may: nothing there is to be taken back */
#define RING_REPORT_FLAGS 15u

struct ring_report {
	uint64_t target; /* digest of the ring the change leads to */
	uint8_t left;	 /* steps from the sender's file to where it goes */
	uint8_t flags;
	char reason[RING_WIRE_REASON_MAX]; /* why the sender began to go back; else empty */
};

/* Fills buf; -ENOSPC: it does not fit. */
int ring_wire_encode(const struct ring_report *report, uint8_t *buf, size_t size,
		     size_t *ret_length);

/* -EPROTO: of another version; -EBADMSG: malformed. *ret_report is written only on success. */
int ring_wire_decode(const uint8_t *data, size_t size, struct ring_report *ret_report);

#endif
