// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys of keepalived.conf about VRRP, and of blocks that are dropped as a whole. */
#include "import/keepalived_keys.h"

#define PRIORITY                                                                            \
	"not taken: a router has a priority (/trireme:cluster/node/priority), a group its " \
	"preferred routers and preempt (/trireme:alias-group)"
#define VMAC "not needed: an address moves with gratuitous ARP, not with a MAC address of its own"
#define ACCEPT "not needed: the firewall lets services and echo in, and nothing else"
#define SECRET "not needed: the nodes' messages are encrypted with the ring's key"

const struct keyword keepalived_sync_keys[] = {
	[KA_SYNC_GROUP] = {.key = "group"},
	{.key = "track_interface", .why = KA_WHY_CARRIER},
	{.key = "track_script", .why = KA_WHY_TRACK, .warn = true},
	{.key = "track_file", .why = KA_WHY_TRACK, .warn = true},
	{.key = "track_process", .why = KA_WHY_TRACK, .warn = true},
	{.key = "track_bfd", .why = KA_WHY_TRACK, .warn = true},
	{.key = "notify_backup", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "notify_master", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "notify_fault", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "notify_stop", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "notify_deleted", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "notify", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "notify_priority_changes", .why = KA_WHY_VRRP},
	{.key = "smtp_alert", .why = KA_WHY_MAIL},
	{.key = "global_tracking", .why = KA_WHY_NO_TRACK},
	{.key = "sync_group_tracking_weight", .why = KA_WHY_NO_TRACK},
	{.key = NULL},
};

static const struct keyword authentication_keys[] = {
	{.key = "auth_type"},
	{.key = "auth_pass"},
	{.key = NULL},
};

static const struct keyword hmac_keys[] = {
	{.key = "key"},		{.key = "active_key"}, {.key = "time_window"},
	{.key = "anti_replay"}, {.key = "mode"},       {.key = NULL},
};

const struct keyword keepalived_instance_keys[] = {
	[KA_INTERFACE] = {.key = "interface", .values = 1},
	[KA_VIRTUAL_IPADDRESS] = {.key = "virtual_ipaddress", .many = true},
	[KA_VIRTUAL_IPADDRESS_EXCLUDED] = {.key = "virtual_ipaddress_excluded", .many = true},
	[KA_VIRTUAL_ROUTES] = {.key = "virtual_routes", .many = true},
	{.key = "state", .why = PRIORITY},
	{.key = "priority", .why = PRIORITY},
	{.key = "preempt", .why = PRIORITY},
	{.key = "nopreempt", .why = "not needed: an owner that serves keeps its addresses"},
	{.key = "preempt_delay", .why = PRIORITY},
	{.key = "virtual_router_id", .why = KA_WHY_VRRP},
	{.key = "advert_int", .why = KA_WHY_VRRP},
	{.key = "version", .why = KA_WHY_VRRP},
	{.key = "strict_mode", .why = KA_WHY_VRRP},
	{.key = "native_ipv6", .why = KA_WHY_VRRP},
	{.key = "no_virtual_ipaddress", .why = KA_WHY_VRRP},
	{.key = "authentication", .why = SECRET, .inner = authentication_keys},
	{.key = "auth_hmac", .why = SECRET, .inner = hmac_keys},
	{.key = "unicast_peer", .why = KA_WHY_VRRP},
	{.key = "unicast_src_ip", .why = KA_WHY_VRRP},
	{.key = "unicast_ttl", .why = KA_WHY_VRRP},
	{.key = "unicast_fault_no_peer", .why = KA_WHY_VRRP},
	{.key = "check_unicast_src", .why = KA_WHY_VRRP},
	{.key = "old_unicast_checksum", .why = KA_WHY_VRRP},
	{.key = "v3_checksum_as_v2", .why = KA_WHY_VRRP},
	{.key = "mcast_src_ip", .why = KA_WHY_VRRP},
	{.key = "mcast_dst_ip", .why = KA_WHY_VRRP},
	{.key = "track_src_ip", .why = KA_WHY_VRRP},
	{.key = "skip_check_adv_addr", .why = KA_WHY_VRRP},
	{.key = "lower_prio_no_advert", .why = KA_WHY_VRRP},
	{.key = "higher_prio_send_advert", .why = KA_WHY_VRRP},
	{.key = "owner_ignore_adverts", .why = KA_WHY_VRRP},
	{.key = "down_timer_adverts", .why = KA_WHY_VRRP},
	{.key = "timer_expired_backup", .why = KA_WHY_VRRP},
	{.key = "thread_timer_expired", .why = KA_WHY_VRRP},
	{.key = "kernel_rx_buf_size", .why = KA_WHY_VRRP},
	{.key = "notify_priority_changes", .why = KA_WHY_VRRP},
	{.key = "debug", .why = KA_WHY_VRRP},
	{.key = "vrf", .why = "lost: there is one routing table", .warn = true},
	{.key = "use_vmac", .why = VMAC},
	{.key = "use_vmac_addr", .why = VMAC},
	{.key = "vmac_xmit_base", .why = VMAC},
	{.key = "use_ipvlan", .why = VMAC},
	{.key = "promote_secondaries", .why = "not needed: each address has a prefix of 32 bits"},
	{.key = "dont_track_primary", .why = KA_WHY_CARRIER},
	{.key = "track_interface", .why = KA_WHY_CARRIER},
	{.key = "linkbeat_use_polling", .why = KA_WHY_CARRIER},
	{.key = "track_script", .why = KA_WHY_TRACK, .warn = true},
	{.key = "track_file", .why = KA_WHY_TRACK, .warn = true},
	{.key = "track_process", .why = KA_WHY_TRACK, .warn = true},
	{.key = "track_bfd", .why = KA_WHY_TRACK, .warn = true},
	{.key = "virtual_rules", .why = "lost: there are no rules for routes", .warn = true},
	{.key = "accept", .why = ACCEPT},
	{.key = "no_accept", .why = ACCEPT},
	{.key = "garp_master_delay", .why = KA_WHY_ANNOUNCE},
	{.key = "garp_master_repeat", .why = KA_WHY_ANNOUNCE},
	{.key = "garp_master_refresh", .why = KA_WHY_ANNOUNCE},
	{.key = "garp_master_refresh_repeat", .why = KA_WHY_ANNOUNCE},
	{.key = "garp_lower_prio_delay", .why = KA_WHY_ANNOUNCE},
	{.key = "garp_lower_prio_repeat", .why = KA_WHY_ANNOUNCE},
	{.key = "garp_extra_if", .why = KA_WHY_ANNOUNCE},
	{.key = "vmac_garp_intvl", .why = KA_WHY_ANNOUNCE},
	{.key = "lvs_sync_daemon_interface", .why = KA_WHY_SYNC},
	{.key = "notify_backup", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "notify_master", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "notify_fault", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "notify_stop", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "notify_deleted", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "notify_master_rx_lower_pri", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "notify", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "smtp_alert", .why = KA_WHY_MAIL},
	{.key = NULL},
};

const struct keyword keepalived_script_keys[] = {
	{.key = "script"}, {.key = "interval"},	 {.key = "timeout"},
	{.key = "weight"}, {.key = "rise"},	 {.key = "fall"},
	{.key = "user"},   {.key = "init_fail"}, {.key = NULL},
};

const struct keyword keepalived_process_keys[] = {
	{.key = "process"},	    {.key = "param_match"},
	{.key = "weight"},	    {.key = "quorum"},
	{.key = "quorum_max"},	    {.key = "delay"},
	{.key = "terminate_delay"}, {.key = "fork_delay"},
	{.key = "full_command"},    {.key = NULL},
};

const struct keyword keepalived_file_keys[] = {
	{.key = "file"},
	{.key = "weight"},
	{.key = "init_file"},
	{.key = NULL},
};

const struct keyword keepalived_bfd_keys[] = {
	{.key = "neighbor_ip"}, {.key = "neighbour_ip"}, {.key = "source_ip"},	{.key = "min_rx"},
	{.key = "min_tx"},	{.key = "idle_tx"},	 {.key = "multiplier"}, {.key = "passive"},
	{.key = "ttl"},		{.key = "hoplimit"},	 {.key = "max_hops"},	{.key = "multihop"},
	{.key = "weight"},	{.key = "vrrp"},	 {.key = "checker"},	{.key = NULL},
};

const struct keyword keepalived_garp_keys[] = {
	{.key = "garp_interval"}, {.key = "gna_interval"}, {.key = "interface"},
	{.key = "interfaces"},	  {.key = NULL},
};

const struct keyword keepalived_ssl_keys[] = {
	{.key = "password"}, {.key = "ca"}, {.key = "certificate"}, {.key = "key"}, {.key = NULL},
};

const struct keyword keepalived_track_group_keys[] = {
	{.key = "group"},
	{.key = NULL},
};
