/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the front with TLS needs of the configuration. Pure. */
#ifndef TRIREME_WEB_SETTINGS_H
#define TRIREME_WEB_SETTINGS_H

#include "schema/config.h"

#define SETTINGS_ADDRESSES_MAX 64

struct settings {
	bool enabled;
	uint16_t port;
	char ports[CONFIG_PORTS_MAX][CONFIG_PORT_NAME_MAX]; /* where it listens */
	size_t n_ports;
	struct config_network networks[CONFIG_PORTS_MAX + CONFIG_NETWORKS_MAX];
	size_t n_networks;
	bool metrics;
	char node[CONFIG_NAME_MAX];
	uint32_t addresses[SETTINGS_ADDRESSES_MAX]; /* where clients may look for it */
	size_t n_addresses;
};

/* Those of this node. */
void settings_make(const struct config *config, const struct config_node *node,
		   struct settings *ret_settings);

/* Whether a running front needs no restart to follow the other settings. */
bool settings_equal(const struct settings *a, const struct settings *b);

/* Whether a client of that address, network byte order, may connect. */
bool settings_admit(const struct settings *settings, uint32_t address);

#endif
