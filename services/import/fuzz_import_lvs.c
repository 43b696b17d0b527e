// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer: any bytes as an lvs.cf. What is taken must give a valid document. Run from the top. */
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "import/tests/import_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const vocabulary[] = {
	"\n",
	" = 0\n",
	" = 1\n",
	" = 80\n",
	" = 443\n",
	" = 0x10\n",
	" = 65535\n",
	"}\n",
	"# x\n",
	"\"",
	"\\",
	" ",
	"=",
	"virtual a {\n",
	"virtual b {\n",
	"failover a {\n",
	"server a {\naddress = 10.77.0.120\nactive = 1\n",
	"server b {\naddress = 10.77.0.121\nactive = 1\n",
	"server c {\n",
	"active = 1\naddress = 203.0.113.30 eth0:1\n",
	"active = 1\naddress = 203.0.113.10 eth0:1\n",
	"active = 1\naddress = 10.77.0.1 eth1:1\n",
	"address = 10.77.0.130\n",
	"address = 192.0.2.1 eth0:1\n",
	"address = 203.0.113.255 eth0\n",
	"address = 203.0.113.1 eth0:9\n",
	"nat_router = 10.77.0.2 eth1:2\n",
	"nat_router = fd00:77::2 eth1:2\n",
	"active = 1\naddress = 2001:db8:113::30 eth0:1\n",
	"server d {\naddress = fd00:77::120\nactive = 1\n",
	"sorry_server = fd00:77::109\n",
	"pmask = 64\n",
	"nat_router = 10.77.0.101 eth1\n",
	"network = nat\n",
	"network = direct\n",
	"network = tunnel\n",
	"service = fos\n",
	"tcp_timeout",
	"udp_timeout",
	"syncdaemon",
	"active",
	"fwmark",
	"fwmark = 7\n",
	"fwmark = 80\n",
	"port = 0\n",
	"active = 1\naddress = 203.0.113.100 eth0:1\n",
	"protocol = tcp\n",
	"protocol = udp\n",
	"port",
	"port = http\n",
	"scheduler = dh\n",
	"scheduler = wlc\n",
	"persistent",
	"pmask = 255.255.255.0\n",
	"pmask = 255.0.255.0\n",
	"sorry_server = 10.77.0.140\n",
	"sorry_server = 10.77.0.101\n",
	"send = \"GET / HTTP/1.0\\r\\n\"\n",
	"expect = \"OK\"\n",
	"send_program = \"/bin/x %h\"\n",
	"timeout",
	"reentry",
	"quiesce_server",
	"load_monitor = none\n",
	"weight",
	"rsh_command = [ a b ]\n",
	"unknown",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	import_test_fuzz(data, size, IMPORT_LVS, vocabulary, ARRAY_SIZE(vocabulary));
	return 0;
}
