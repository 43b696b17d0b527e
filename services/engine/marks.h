/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firewall mark under which the kernel knows a service that is more than one port: nftables
 * sets it on the packets (ruleset.h), IPVS looks for it before it looks at address and port.
 */
#ifndef TRIREME_ENGINE_MARKS_H
#define TRIREME_ENGINE_MARKS_H

#include <stdint.h>

#include "schema/config.h"

/* The engine's own marks have this bit; those of the configuration end at 65535. */
#define MARKS_OWN 0x80000000u

/*
 * A mark for each service, in the configuration's order; 0: none, the service is a single port.
 * The engine's own come from the service's name alone: they are the same on all routers, after a
 * restart and whatever else is configured. Only of names with the same hash (for 512 services one
 * case in 16,000) the later ones in the alphabet get the numbers that follow.
 * The caller frees the result. -ENOMEM.
 */
int marks_make(const struct config *config, uint32_t **ret_marks);

#endif
