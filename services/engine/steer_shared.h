/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services under NAT that share a real server's address and port. Private to steer.c. */
#ifndef TRIREME_ENGINE_STEER_SHARED_H
#define TRIREME_ENGINE_STEER_SHARED_H

#include "engine/steer.h"

/*
 * Takes from XDP what shares a real server's address and port with what is IPVS's, to the end of
 * such chains, and what leads to one by more of its ports than the data path can tell apart.
 * Which of the first names the reason: the first in the configuration's order. -ENOMEM.
 */
int steer_shared(const struct config *config, struct steer_verdict *verdicts);

#endif
