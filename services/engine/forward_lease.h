/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which group, port and lease a service has (proto/gate_lease.h). */
#ifndef TRIREME_ENGINE_FORWARD_LEASE_H
#define TRIREME_ENGINE_FORWARD_LEASE_H

#include <stdint.h>

#include "proto/gate_lease.h"
#include "schema/config.h"

/* The group that has the service's address; NULL: none has. */
const struct config_group *forward_group(const struct config *config,
					 const struct config_service *service);

/* The port of the service's floating address, by its name; NULL: it is in no group. */
const char *forward_port(const struct config *config, const struct config_service *service);

/*
 * The number of the lease of the group that has the service's address; leases: GATE_GROUPS_MAX of
 * them. FWD_NO_GROUP: no group has it, or the agent has not given that group a number yet.
 */
uint8_t forward_lease_number(const struct config *config, const struct config_service *service,
			     const struct gate_lease *leases);

#endif
