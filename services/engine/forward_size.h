/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large the flow tables are. */
#ifndef TRIREME_ENGINE_FORWARD_SIZE_H
#define TRIREME_ENGINE_FORWARD_SIZE_H

#include <stdint.h>

/* Flows that the tables are made for, of both families; they have twice as many places. */
#define FORWARD_FLOWS_MAX 1048576
#define FORWARD_LINES_MIN 1024

struct forward_size {
	uint32_t lines4, lines6; /* powers of two */
};

/* ram: bytes of the machine, of which the tables take an eighth at most, down to the least size. */
struct forward_size forward_size(uint64_t ram);

#endif
