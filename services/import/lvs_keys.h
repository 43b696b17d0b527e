/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of lvs.cf. */
#ifndef TRIREME_IMPORT_LVS_KEYS_H
#define TRIREME_IMPORT_LVS_KEYS_H

#include "import/keyword.h"

enum lvs_global_key {
	LVS_SERVICE,
	LVS_NETWORK,
	LVS_NAT_ROUTER,
	LVS_TCP_TIMEOUT,
	LVS_TCPFIN_TIMEOUT,
	LVS_UDP_TIMEOUT,
	LVS_SYNCDAEMON,
	LVS_VIRTUAL,
	LVS_FAILOVER,
};

enum lvs_virtual_key {
	LVS_ACTIVE,
	LVS_ADDRESS,
	LVS_FWMARK,
	LVS_PROTOCOL,
	LVS_PORT,
	LVS_SCHEDULER,
	LVS_PERSISTENT,
	LVS_PMASK,
	LVS_SORRY_SERVER,
	LVS_SEND,
	LVS_SEND_PROGRAM,
	LVS_EXPECT,
	LVS_TIMEOUT,
	LVS_REENTRY,
	LVS_QUIESCE_SERVER,
	LVS_LOAD_MONITOR,
	LVS_SERVER,
};

enum lvs_server_key {
	LVS_SERVER_ADDRESS,
	LVS_SERVER_ACTIVE,
	LVS_SERVER_WEIGHT,
	LVS_SERVER_PORT,
};

extern const struct keyword lvs_global_keys[], lvs_virtual_keys[], lvs_server_keys[],
	lvs_failover_keys[];

#endif
