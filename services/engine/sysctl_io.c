// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/sysctl_io.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/sysctl_io.h"
#include "engine/ipvs_sync.h"

#define FOLDER "net/ipv4/vs/"
#define VALUE_MAX 16
#define DIGITS_OF(number) #number
#define DIGITS(number) DIGITS_OF(number)

static const struct {
	const char *name, *value;
	const char *right_too; /* what the kernel itself may make of it */
} switches[] = {
	/*
	 * A real server that failed is deleted. Without this its connections would hang until
	 * they time out; with it the next packet of each ends it, and a new request goes on.
	 */
	{"expire_nodest_conn", "1", NULL},
	/* Weight 0 drains: a client bound to that real server moves on with its next connection. */
	{"expire_quiescent_template", "1", NULL},
	/* A client's port used again in TIME_WAIT is a new connection, to be scheduled anew. */
	{"conn_reuse_mode", "1", NULL},
	/* The ruleset leaves the services' traffic untracked (ruleset.h). */
	{"conntrack", "0", NULL},
	/* A packet in the middle of an unknown connection makes none. */
	{"sloppy_tcp", "0", NULL},
	/*
	 * Each SYN makes an entry, and nothing bounds their number: with less than 32 MiB of RAM
	 * free (8192 pages) the kernel drops entries at random, half-open ones first. It writes
	 * 2 while it does (update_defense_level()).
	 */
	{"amemthresh", "8192", NULL},
	{"drop_entry", "1", "2"},
	/*
	 * The sync daemons (ipvs_sync.h) tell of a connection from its first packet on, not from
	 * its third, at any change of its state, and from time to time while packets come: whoever
	 * comes later hears of it, too. Datagrams get lost: twice more, if packets come.
	 */
	{"sync_threshold", "0\t0", NULL},
	{"sync_refresh_period", DIGITS(IPVS_SYNC_REFRESH_S), NULL},
	{"sync_retries", "2", NULL},
	/* Templates alone would not let a persistent client's open connections go on. */
	{"sync_persist_mode", "0", NULL},
	/* The firewall opens one port. */
	{"sync_ports", "1", NULL},
	/* One that takes others' connections serves groups of its own, too. */
	{"backup_only", "0", NULL},
};

static int reconcile_one(const char *path, const char *value, const char *right_too)
{
	char now[VALUE_MAX];
	int r = sysctl_get(path, now, sizeof(now));

	if (r < 0)
		return r;
	if (strcmp(now, value) == 0 || (right_too && strcmp(now, right_too) == 0))
		return 0;
	r = sysctl_set(path, value);
	return r < 0 ? r : 1;
}

int sysctl_reconcile(const char **ret_name)
{
	int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		char path[sizeof(FOLDER) + 32];
		int r;

		snprintf(path, sizeof(path), FOLDER "%s", switches[i].name);
		r = reconcile_one(path, switches[i].value, switches[i].right_too);
		if (r < 0) {
			*ret_name = switches[i].name;
			return r;
		}
		n += r;
	}
	return n;
}

int sysctl_forward(bool ipv6, bool on)
{
	int r = reconcile_one(ipv6 ? "net/ipv6/conf/all/forwarding" : "net/ipv4/ip_forward",
			      on ? "1" : "0", NULL);

	/* A kernel without IPv6 forwards none. */
	return r == -ENOENT && ipv6 && !on ? 0 : r;
}
