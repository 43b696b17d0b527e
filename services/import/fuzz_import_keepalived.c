// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer: any bytes as a keepalived.conf. What is taken must give a valid document. Run from the
 * top.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "import/tests/import_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const vocabulary[] = {
	"\n",
	" ",
	"{\n",
	"}\n",
	" 0\n",
	" 1\n",
	" 3\n",
	" 80\n",
	" 65535\n",
	"# x\n",
	"\"",
	"'",
	"\\\n",
	"$A=",
	"$A",
	"${A}",
	"$B=\\\n",
	"$B\n",
	"@x ",
	"@^x ",
	"~SEQ(A,1,2) ",
	"include x\n",
	"global_defs {\n",
	"lvs_timeouts tcp 7 udp",
	"static_routes {\n",
	"10.9.0.0/16 via 10.77.0.200\n",
	"10.9.0.0/16 via 192.0.2.1 dev eth1\n",
	"10.77.0.0/24 via 10.77.0.2\n",
	"vrrp_sync_group G {\n",
	"group {\nA B\n}\n",
	"A\n",
	"vrrp_instance A {\n",
	"vrrp_instance B {\n",
	"interface eth1\n",
	"virtual_ipaddress {\n203.0.113.40/24\n",
	"virtual_ipaddress {\n10.77.0.2 dev eth1\n",
	"virtual_ipaddress {\n203.0.113.10\n",
	"203.0.113.41 label eth0:7\n",
	"virtual_routes {\n",
	"virtual_server_group G {\n",
	"203.0.113.50-53 80\n",
	"203.0.113.64/30\n",
	"fwmark 1\n",
	"virtual_server group G {\n",
	"virtual_server fwmark 1 {\n",
	"virtual_server 203.0.113.40 80 {\nprotocol TCP\n",
	"virtual_server fwmark 80 {\nreal_server 10.77.0.120 80 {\n}\nlb_kind",
	"virtual_server 203.0.113.100 {\nprotocol TCP\nreal_server 10.77.0.120 80 {\n",
	"virtual_server 203.0.113.20 0 {\nprotocol UDP\nlb_kind DR\nreal_server 10.77.0.120 {\n}\n",
	"virtual_server 203.0.113.41 {\nprotocol TCP\n",
	"virtual_server 203.0.113.40 53 {\n",
	"virtual_server 10.77.0.2 80 {\nprotocol TCP\n",
	"virtual_server 192.0.2.9 80 {\n",
	"real_server 10.77.0.120 80 {\n",
	"real_server 10.77.0.121 8080 {\n",
	"real_server 10.77.0.122 {\n",
	"real_server 192.0.2.9 80 {\n",
	"protocol UDP\n",
	"lb_algo dh\n",
	"lvs_sched rr\n",
	"lb_kind DR\n",
	"lb_kind NAT\n",
	"lvs_method TUN\n",
	"persistence_timeout",
	"persistence_granularity 255.255.0.0\n",
	"sorry_server 10.77.0.140 80\n",
	"sorry_server 10.77.0.120 80\n",
	"quorum",
	"weight",
	"uthreshold",
	"lthreshold",
	"delay_loop",
	"connect_timeout",
	"retry",
	"connect_port",
	"connect_ip 10.77.0.120\n",
	"TCP_CHECK {\n",
	"HTTP_GET {\n",
	"url {\n",
	"path /\n",
	"SMTP_CHECK {\n",
	"MISC_CHECK {\n",
	"UDP_CHECK {\n",
	"vrrp_script x {\n",
	"unknown",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	import_test_fuzz(data, size, IMPORT_KEEPALIVED, vocabulary, ARRAY_SIZE(vocabulary));
	return 0;
}
