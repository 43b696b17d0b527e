// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys of keepalived.conf about virtual servers and the checks of their real servers. */
#include "import/keepalived_keys.h"

#define PACE "not needed: checks follow one another at their interval, also after one that failed"
#define SPREAD "not needed: first checks are spread over a second by themselves"
#define FIRST "not needed: a real server is used after its first good check in any case"
#define QUESTION "not needed: the check asks nothing"
#define QUIESCE "lost: connections to a real server that fails end; they do not stay with weight 0"
#define FLAGS "lost: there are no flags of schedulers"
#define FALLBACK "not needed: sh and mh give the clients of a real server of weight 0 to others"
#define VIRTUALHOST "not needed: checks do not speak HTTP"

/* Behind the keys that are taken, those that are dropped in every check. */
#define TAKEN                                                                                    \
	[KA_CHECK_DELAY_LOOP] = {.key = "delay_loop", .values = 1},                              \
	[KA_CHECK_CONNECT_TIMEOUT] = {.key = "connect_timeout", .values = 1},                    \
	[KA_CHECK_RETRY] = {.key = "retry", .values = 1},                                        \
	[KA_CHECK_CONNECT_IP] = {.key = "connect_ip", .values = 1},                              \
	[KA_CHECK_CONNECT_PORT] = {.key = "connect_port", .values = 1},                          \
	{.key = "bindto", .why = "not taken: a check has the address of the port it leaves by"}, \
	{.key = "bind_port", .why = "not taken: a check has any port of its own"},               \
	{.key = "bind_if", .why = "not taken: routes say which port a check leaves by"},         \
	{.key = "fwmark", .why = "not taken: checks have no mark"},                              \
	{.key = "delay_before_retry", .why = PACE}, {.key = "warmup", .why = SPREAD},            \
	{.key = "alpha", .why = FIRST},                                                          \
	{                                                                                        \
		.key = "log_all_failures", .why = "not taken: health is logged when it changes"  \
	}

static const struct keyword tcp_keys[] = {TAKEN, {.key = NULL}};

static const struct keyword url_keys[] = {
	{.key = "path"},
	{.key = "digest"},
	{.key = "status_code"},
	{.key = "virtualhost"},
	{.key = "regex"},
	{.key = "regex_no_match"},
	{.key = "regex_options"},
	{.key = "regex_min_offset"},
	{.key = "regex_max_offset"},
	{.key = "regex_stack"},
	{.key = "tls_compliant"},
	{.key = NULL},
};

static const struct keyword http_keys[] = {
	TAKEN,
	{.key = "url", .why = QUESTION, .inner = url_keys},
	{.key = "nb_get_retry", .why = PACE},
	{.key = "virtualhost", .why = QUESTION},
	{.key = "http_protocol", .why = QUESTION},
	{.key = "enable_sni", .why = QUESTION},
	{.key = "sni_name", .why = QUESTION},
	{.key = "fast_recovery", .why = QUESTION},
	{.key = "tls_compliant", .why = QUESTION},
	{.key = NULL},
};

static const struct keyword host_keys[] = {
	{.key = "connect_ip"},	    {.key = "connect_port"}, {.key = "bindto"},
	{.key = "bind_port"},	    {.key = "bind_if"},	     {.key = "fwmark"},
	{.key = "connect_timeout"}, {.key = NULL},
};

static const struct keyword smtp_keys[] = {
	TAKEN,
	{.key = "helo_name", .why = QUESTION},
	{.key = "host",
	 .why = "lost: a check goes to the real server's own address and port",
	 .warn = true,
	 .inner = host_keys},
	{.key = NULL},
};

static const struct keyword dns_keys[] = {
	TAKEN,
	{.key = "type", .why = QUESTION},
	{.key = "name", .why = QUESTION},
	{.key = NULL},
};

static const struct keyword misc_keys[] = {
	TAKEN,
	{.key = "misc_path", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "misc_timeout", .why = KA_WHY_NO_SCRIPT},
	{.key = "misc_dynamic", .why = "lost: weights stay as they are", .warn = true},
	{.key = "user", .why = KA_WHY_NO_SCRIPT},
	{.key = NULL},
};

static const struct keyword udp_keys[] = {
	TAKEN,
	{.key = "payload", .why = QUESTION},
	{.key = "require_reply", .why = QUESTION},
	{.key = "min_reply_length", .why = QUESTION},
	{.key = "max_reply_length", .why = QUESTION},
	{.key = NULL},
};

static const struct keyword bfd_check_keys[] = {
	TAKEN,
	{.key = "name", .why = QUESTION},
	{.key = NULL},
};

static const struct keyword file_check_keys[] = {
	TAKEN,
	{.key = "track_file", .why = "lost: no file is looked at", .warn = true},
	{.key = "weight", .why = "lost: weights stay as they are", .warn = true},
	{.key = "dynamic", .why = "lost: weights stay as they are", .warn = true},
	{.key = NULL},
};

const struct keyword keepalived_real_keys[] = {
	[KA_REAL_WEIGHT] = {.key = "weight", .values = 1},
	[KA_REAL_LVS_METHOD] = {.key = "lvs_method"},
	[KA_REAL_LB_KIND] = {.key = "lb_kind", .same = KA_REAL_LVS_METHOD},
	[KA_REAL_UTHRESHOLD] = {.key = "uthreshold", .values = 1},
	[KA_REAL_LTHRESHOLD] = {.key = "lthreshold", .values = 1},
	[KA_REAL_DELAY_LOOP] = {.key = "delay_loop", .values = 1},
	[KA_REAL_CONNECT_TIMEOUT] = {.key = "connect_timeout", .values = 1},
	[KA_REAL_RETRY] = {.key = "retry", .values = 1},
	[KA_REAL_CHECKS] = {.key = "TCP_CHECK", .many = true, .inner = tcp_keys},
	{.key = "HTTP_GET", .many = true, .inner = http_keys},
	{.key = "SSL_GET", .many = true, .inner = http_keys},
	{.key = "SMTP_CHECK", .many = true, .inner = smtp_keys},
	{.key = "DNS_CHECK", .many = true, .inner = dns_keys},
	{.key = "MISC_CHECK", .many = true, .inner = misc_keys},
	{.key = "UDP_CHECK", .many = true, .inner = udp_keys},
	{.key = "PING_CHECK", .many = true, .inner = tcp_keys},
	{.key = "BFD_CHECK", .many = true, .inner = bfd_check_keys},
	{.key = "FILE_CHECK", .many = true, .inner = file_check_keys},
	{.key = "inhibit_on_failure", .why = QUIESCE, .warn = true},
	{.key = "notify_up", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "notify_down", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "alpha", .why = FIRST},
	{.key = "delay_before_retry", .why = PACE},
	{.key = "warmup", .why = SPREAD},
	{.key = "smtp_alert", .why = KA_WHY_MAIL},
	{.key = "virtualhost", .why = VIRTUALHOST},
	{.key = "snmp_name", .why = KA_WHY_NO_SNMP},
	{.key = NULL},
};

const struct keyword keepalived_server_keys[] = {
	[KA_PROTOCOL] = {.key = "protocol", .values = 1},
	[KA_LB_ALGO] = {.key = "lb_algo", .values = 1},
	[KA_LVS_SCHED] = {.key = "lvs_sched", .values = 1, .same = KA_LB_ALGO},
	[KA_LB_KIND] = {.key = "lb_kind"},
	[KA_LVS_METHOD] = {.key = "lvs_method", .same = KA_LB_KIND},
	[KA_PERSISTENCE_TIMEOUT] = {.key = "persistence_timeout"},
	[KA_PERSISTENCE_GRANULARITY] = {.key = "persistence_granularity", .values = 1},
	[KA_SORRY_SERVER] = {.key = "sorry_server"},
	[KA_SORRY_SERVER_LVS_METHOD] = {.key = "sorry_server_lvs_method"},
	[KA_QUORUM] = {.key = "quorum", .values = 1},
	[KA_WEIGHT] = {.key = "weight", .values = 1},
	[KA_DELAY_LOOP] = {.key = "delay_loop", .values = 1},
	[KA_CONNECT_TIMEOUT] = {.key = "connect_timeout", .values = 1},
	[KA_RETRY] = {.key = "retry", .values = 1},
	[KA_REAL_SERVER] = {.key = "real_server", .many = true, .inner = keepalived_real_keys},
	{.key = "ip_family",
	 .why = "not needed: a service is of the family of its address or mark"},
	{.key = "delay_before_retry", .why = PACE},
	{.key = "warmup", .why = SPREAD},
	{.key = "inhibit_on_failure", .why = QUIESCE, .warn = true},
	{.key = "hashed", .why = "not needed: IPVS always finds its services by a hash"},
	{.key = "ops", .why = "lost: packets of UDP are not scheduled one by one", .warn = true},
	{.key = "flag-1", .why = FLAGS, .warn = true},
	{.key = "flag-2", .why = FLAGS, .warn = true},
	{.key = "flag-3", .why = FLAGS, .warn = true},
	{.key = "sh-port", .why = FLAGS, .warn = true},
	{.key = "sh-fallback", .why = FALLBACK},
	{.key = "mh-port", .why = FLAGS, .warn = true},
	{.key = "mh-fallback", .why = FALLBACK},
	{.key = "persistence_engine", .why = "lost: persistence is by address", .warn = true},
	{.key = "ha_suspend", .why = "not needed: every router checks the real servers"},
	{.key = "smtp_alert", .why = KA_WHY_MAIL},
	{.key = "virtualhost", .why = VIRTUALHOST},
	{.key = "snmp_name", .why = KA_WHY_NO_SNMP},
	{.key = "alpha", .why = FIRST},
	{.key = "omega", .why = KA_WHY_NO_SCRIPT},
	{.key = "hysteresis", .why = "lost: the quorum is one number", .warn = true},
	{.key = "quorum_up", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "quorum_down", .why = KA_WHY_SCRIPT, .warn = true},
	{.key = "sorry_server_inhibit", .why = "not needed: the sorry server is not checked"},
	{.key = NULL},
};
