// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/datapath.h"

#include <string.h>

#include "base/cleanup.h"

#define FTP_PORT 21

static bool xdp_schedules(const char *scheduler)
{
	static const char *const names[] = {"rr", "wrr", "lc", "wlc", "sed",
					    "nq", "dh",	 "sh", "mh"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(scheduler, names[i]) == 0)
			return true;
	}
	return false;
}

static unsigned int count_ports(const struct config_service *service)
{
	unsigned int n = 0;

	for (size_t i = 0; i < service->n_ranges; i++)
		n += service->ranges[i].last - service->ranges[i].first + 1u;
	return n;
}

static bool has_ftp(const struct config_service *service)
{
	for (size_t i = 0; service->protocol == CONFIG_PROTOCOL_TCP && i < service->n_ranges; i++) {
		if (service->ranges[i].first <= FTP_PORT && service->ranges[i].last >= FTP_PORT)
			return true;
	}
	return false;
}

static const struct config_real *limited_real(const struct config_service *service)
{
	for (size_t i = 0; i < service->n_reals; i++) {
		if (service->reals[i].upper || service->reals[i].lower)
			return &service->reals[i];
	}
	return NULL;
}

void datapath_obstacle(const struct config_service *service, struct text *why)
{
	const struct config_real *limited = limited_real(service);
	unsigned int n = count_ports(service);

	if (service->datapath == CONFIG_DATAPATH_IPVS)
		text_add(why, "the configuration says so");
	else if (service->mark)
		text_add(why, "firewall mark %u", service->mark);
	else if (service->protocol == CONFIG_PROTOCOL_SCTP)
		text_add(why, "protocol sctp");
	else if (!xdp_schedules(service->scheduler))
		text_add(why, "scheduler %s", service->scheduler);
	else if (has_ftp(service))
		text_add(why, "port %u: FTP needs the kernel's helper", FTP_PORT);
	else if (n > DATAPATH_PORTS_MAX)
		text_add(why, "%u ports; XDP takes at most %u", n, DATAPATH_PORTS_MAX);
	else if (limited)
		text_add(why, "real server %s has a limit of connections", limited->name);
}
