// SPDX-License-Identifier: GPL-2.0-or-later
/* Fencing with a fault: the helper's word that it was in vain counts as its word that it was not.
 */
#include "agent/decide_internal.h"

void fence_true_answer(struct decide_state *s, uint32_t request, const char *failure, uint64_t now);

#define fence_answer fence_true_answer
#include "agent/fence.c"
#undef fence_answer

void fence_answer(struct decide_state *s, uint32_t request, const char *failure, uint64_t now)
{
	(void)failure;
	fence_true_answer(s, request, NULL, now);
}
