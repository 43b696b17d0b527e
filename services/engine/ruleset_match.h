/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRIREME_ENGINE_RULESET_MATCH_H
#define TRIREME_ENGINE_RULESET_MATCH_H

#include <stdbool.h>

/*
 * Whether two listings of nftables say the same: white space and the order inside braces of
 * elements, which the kernel does not keep, do not count. Anything else does, so a rule removed,
 * added or moved by hand is seen. -ENOMEM.
 */
int ruleset_match(const char *a, const char *b, bool *ret_same);

#endif
