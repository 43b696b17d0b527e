/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of keepalived.conf(5), those of later versions too. */
#ifndef TRIREME_IMPORT_KEEPALIVED_KEYS_H
#define TRIREME_IMPORT_KEEPALIVED_KEYS_H

#include "import/keyword.h"

enum keepalived_root_key {
	KA_GLOBAL_DEFS,
	KA_STATIC_ROUTES,
	KA_VRRP_SYNC_GROUP,
	KA_VRRP_INSTANCE,
	KA_VIRTUAL_SERVER_GROUP,
	KA_VIRTUAL_SERVER,
};

enum keepalived_global_key {
	KA_LVS_TIMEOUTS,
};

enum keepalived_sync_key {
	KA_SYNC_GROUP,
};

enum keepalived_instance_key {
	KA_INTERFACE,
	KA_VIRTUAL_IPADDRESS,
	KA_VIRTUAL_IPADDRESS_EXCLUDED,
	KA_VIRTUAL_ROUTES,
};

enum keepalived_server_key {
	KA_PROTOCOL,
	KA_LB_ALGO,
	KA_LVS_SCHED,
	KA_LB_KIND,
	KA_LVS_METHOD,
	KA_PERSISTENCE_TIMEOUT,
	KA_PERSISTENCE_GRANULARITY,
	KA_SORRY_SERVER,
	KA_SORRY_SERVER_LVS_METHOD,
	KA_QUORUM,
	KA_WEIGHT,
	KA_DELAY_LOOP,
	KA_CONNECT_TIMEOUT,
	KA_RETRY,
	KA_REAL_SERVER,
};

enum keepalived_real_key {
	KA_REAL_WEIGHT,
	KA_REAL_LVS_METHOD,
	KA_REAL_LB_KIND,
	KA_REAL_UTHRESHOLD,
	KA_REAL_LTHRESHOLD,
	KA_REAL_DELAY_LOOP,
	KA_REAL_CONNECT_TIMEOUT,
	KA_REAL_RETRY,
	KA_REAL_CHECKS, /* from here on */
};

/* The same in each check. */
enum keepalived_check_key {
	KA_CHECK_DELAY_LOOP,
	KA_CHECK_CONNECT_TIMEOUT,
	KA_CHECK_RETRY,
	KA_CHECK_CONNECT_IP,
	KA_CHECK_CONNECT_PORT,
};

extern const struct keyword keepalived_root_keys[], keepalived_global_keys[],
	keepalived_sync_keys[], keepalived_instance_keys[], keepalived_server_keys[],
	keepalived_real_keys[];

/* Blocks of tables that others stand in. */
extern const struct keyword keepalived_script_keys[], keepalived_process_keys[],
	keepalived_file_keys[], keepalived_bfd_keys[], keepalived_garp_keys[],
	keepalived_ssl_keys[], keepalived_track_group_keys[];

/* Reasons that several tables give. */
#define KA_WHY_MAIL "not needed: no mail is sent"
#define KA_WHY_NO_SCRIPT "not needed: no scripts are run"
#define KA_WHY_SCRIPT "lost: no scripts are run; what happens stands in the log"
#define KA_WHY_VRRP "not needed: routers do not speak VRRP; corosync is what they agree by"
#define KA_WHY_ANNOUNCE "not needed: whoever takes an address announces it, at times of its own"
#define KA_WHY_CARRIER \
	"not needed: the carrier of the ports that addresses are on is always watched"
#define KA_WHY_SYNC                                                                        \
	"not needed: routers tell each other of connections by themselves, of those that " \
	"IPVS carries by the kernel's daemons"
#define KA_WHY_SNMP "lost: there is no SNMP"
#define KA_WHY_NO_SNMP "not needed: there is no SNMP"
#define KA_WHY_TRACK                                           \
	"lost: carrier, quorum, engine and tracked addresses " \
	"(/trireme:alias-group/track-address) "                \
	"decide, nothing else does"
#define KA_WHY_NO_TRACK "not needed: nothing in the file decides where addresses are"

#endif
