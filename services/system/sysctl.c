// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/sysctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

struct row {
	const char *path; /* with %s: once for "all", "default" and each port */
	const char *value;
	bool optional;
};

/*
 * Documentation/networking/ip-sysctl.rst, nf_conntrack-sysctl.rst. net.ipv4.vs.*, ip_forward and
 * ipv6.conf.*.forwarding belong to the forwarding engine: nothing is forwarded before its firewall
 * stands.
 */
static const struct row table[] = {
	/* Answer ARP only for an address of the port itself, and ask with one: floating addresses.
	 */
	{"net/ipv4/conf/%s/arp_ignore", "1", false},
	{"net/ipv4/conf/%s/arp_announce", "2", false},
	/* Removing a port's address must not take the others of its subnet along. */
	{"net/ipv4/conf/%s/promote_secondaries", "1", false},
	/* Direct routing is one-way through the router: the way back says nothing about a source.
	 */
	{"net/ipv4/conf/%s/rp_filter", "0", false},
	/* Hosts must go through the router, and nobody may redirect the router. */
	{"net/ipv4/conf/%s/send_redirects", "0", false},
	{"net/ipv4/conf/%s/accept_redirects", "0", false},
	{"net/ipv4/conf/%s/accept_source_route", "0", false},
	/* 4096 real servers and as many neighbours on the public side fit; only in the first
	   namespace. */
	{"net/ipv4/neigh/default/gc_thresh1", "1024", true},
	{"net/ipv4/neigh/default/gc_thresh2", "8192", true},
	{"net/ipv4/neigh/default/gc_thresh3", "16384", true},
	/*
	 * Tracked are tier 2's own connections, FTP and management, not what the services carry:
	 * 65536 entries of about 400 bytes are 26 MiB at most, whatever the kernel makes of a
	 * machine's RAM; only in the first namespace. One that has been silent for the 2 h 4 min
	 * of RFC 5382 has gone; the kernel's own 5 days let forgotten ones fill the table.
	 */
	{"net/netfilter/nf_conntrack_max", "65536", true},
	{"net/netfilter/nf_conntrack_tcp_timeout_established", "7440", true},
	/* IPv6 addresses are the configuration's: none may appear from the network. */
	{"net/ipv6/conf/%s/accept_ra", "0", true},
	{"net/ipv6/conf/%s/autoconf", "0", true},
	{"net/ipv6/conf/%s/accept_redirects", "0", true},
	/* The link-local one counts from the instant at which the link is there. */
	{"net/ipv6/conf/%s/accept_dad", "0", true},
	/* As of IPv4. */
	{"net/ipv6/neigh/default/gc_thresh1", "1024", true},
	{"net/ipv6/neigh/default/gc_thresh2", "8192", true},
	{"net/ipv6/neigh/default/gc_thresh3", "16384", true},
};

static int add(struct sysctl_settings *settings, const struct row *row, const char *name,
	       const char *port)
{
	struct sysctl_setting *setting;
	const char *mark = strstr(row->path, "%s");
	int n;

	if (settings->n == SYSCTL_MAX)
		return -ENOSPC;
	setting = &settings->entries[settings->n];
	*setting = (struct sysctl_setting){
		.value = row->value,
		.optional = row->optional,
		.port = port,
	};
	if (mark)
		n = snprintf(setting->path, sizeof(setting->path), "%.*s%s%s",
			     (int)(mark - row->path), row->path, name, mark + 2);
	else
		n = snprintf(setting->path, sizeof(setting->path), "%s", row->path);
	if (n < 0 || n >= (int)sizeof(setting->path))
		return -ENOSPC;
	settings->n++;
	return 0;
}

int sysctl_settings(const struct config_node *node, struct sysctl_settings *ret_settings)
{
	int r = 0;

	ret_settings->n = 0;
	for (size_t i = 0; i < ARRAY_SIZE(table) && r == 0; i++) {
		r = add(ret_settings, &table[i], "all", NULL);
		if (!strstr(table[i].path, "%s"))
			continue;
		if (r == 0)
			r = add(ret_settings, &table[i], "default", NULL);
		for (size_t j = 0; j < node->n_ports && r == 0; j++)
			r = add(ret_settings, &table[i], node->ports[j].name, node->ports[j].name);
	}
	return r;
}
