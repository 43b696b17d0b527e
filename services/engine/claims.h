/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which ports of floating addresses are a service's, however the configuration says it. */
#ifndef TRIREME_ENGINE_CLAIMS_H
#define TRIREME_ENGINE_CLAIMS_H

#include <assert.h>

#include "schema/config.h"

/* Ports of a floating address that belong to a service. */
struct claim {
	struct config_inet address;
	uint8_t protocol; /* IPPROTO_… */
	struct config_port_range range;
};

#define CLAIMS_MAX CONFIG_RANGES_MAX

static_assert(CLAIMS_MAX >= CONFIG_MATCHES_MAX, "those of a mark fit");

/* How many there are; those of a firewall mark are its matches. */
size_t claims_of(const struct config *config, const struct config_service *service,
		 struct claim claims[CLAIMS_MAX]);

#endif
