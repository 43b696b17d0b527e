// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/forward_size.h"

#include "engine/bpf/forward.h"

#define SHARE 8
#define LINES4_MAX (2 * FORWARD_FLOWS_MAX / FWD_FLOWS4)

struct forward_size forward_size(uint64_t ram)
{
	struct forward_size size = {LINES4_MAX, LINES4_MAX / 2};

	while (size.lines6 > FORWARD_LINES_MIN &&
	       (uint64_t)(size.lines4 + size.lines6) * FWD_LINE > ram / SHARE) {
		size.lines4 /= 2;
		size.lines6 /= 2;
	}
	return size;
}
