// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/service.h"

#include <string.h>

#include "import/value.h"

/* Ranges of the model: trireme-service.yang, check-pace in trireme-types.yang. */
#define PERSISTENCE_MAX 2678400
#define INTERVAL_MIN 100
#define INTERVAL_MAX 600000
#define INTERVAL_DEFAULT 1000
#define TIMEOUT_MIN 50
#define TIMEOUT_MAX 60000
#define TIMEOUT_DEFAULT 800
#define FALL_MAX 20

const char *const service_schedulers[] = {"rr",	   "wrr", "lc", "wlc", "sed", "nq",  "lblc",
					  "lblcr", "dh",  "sh", "mh",  "fo",  "ovf", NULL};

void service_set_timeout(struct importer *im, const struct statement *s, const char *path,
			 uint32_t seconds, uint32_t old, uint32_t *ret_seconds)
{
	*ret_seconds = seconds == old ? 0 : seconds;
	if (seconds == 0)
		ROW(im, s, NULL, IMPORT_DROPPED, NULL, "not needed: 0 leaves the time as it is");
	else if (seconds == old)
		ROW(im, s, NULL, IMPORT_MAPPED, path, "%u seconds, as in the document", seconds);
	else
		ROW(im, s, NULL, IMPORT_MAPPED, path, "%u seconds; the document has %u", seconds,
		    old);
}

void service_row(struct importer *im, const struct statement *s, const struct item *owner,
		 const struct plan_service *service, const char *wanted)
{
	ROW(im, s, owner, IMPORT_MAPPED, plan_service_path(im->arena, service, ""),
	    "virtual service %s with pool %s%s", service->is.name, service->pool->name,
	    wanted && strcmp(wanted, service->is.name) != 0
		    ? "; its own name is taken, or none that the model allows"
		    : "");
}

void service_set_address(struct plan_service *service, struct plan_alias *alias, uint16_t port)
{
	service->alias = alias;
	inet_put(&alias->inet, &service->is.address, &service->is.ipv6_address);
	service->all_ports = port == 0;
	if (port == 0)
		return;
	service->is.port = port;
	service->is.ranges[0] = (struct config_port_range){port, port};
	service->is.n_ranges = 1;
}

void service_set_persistence(struct importer *im, struct plan_service *service,
			     const struct statement *s, uint32_t seconds)
{
	const char *path = plan_service_path(im->arena, service, "/persistence/timeout");
	bool cut = seconds > PERSISTENCE_MAX;

	service->is.persistent = true;
	service->is.persistence_s = cut ? PERSISTENCE_MAX : seconds;
	ROW(im, s, &service->pool->item, cut ? IMPORT_WARNING : IMPORT_MAPPED, path, "%u seconds%s",
	    service->is.persistence_s, cut ? ", the most that there can be" : "");
}

bool service_same_family(struct importer *im, const struct plan_service *service,
			 const struct statement *s, const struct config_inet *inet)
{
	bool ipv6 = inet->family == AF_INET6;

	if (ipv6 == service->is.ipv6)
		return true;
	ROW(im, s, &service->pool->item, IMPORT_WARNING, NULL,
	    "left out: it is of %s, and service %s is of %s: all of a service are of one family",
	    inet_family_name(ipv6), service->is.name, inet_family_name(service->is.ipv6));
	return false;
}

/* Of IPv6 it is the prefix length, as keepalived has it. */
static int read_mask(struct importer *im, const struct plan_service *service,
		     const struct statement *s, uint32_t *ret_length)
{
	if (!service->is.ipv6)
		return value_netmask(im, s, 1, ret_length);
	*ret_length = 0;
	return strchr(s->words[1].text, '.') ? 0 : value_number(im, s, 1, 10, 0, 128, ret_length);
}

int service_set_mask(struct importer *im, struct plan_service *service, const struct statement *s)
{
	bool ipv6 = service->is.ipv6;
	uint32_t length;
	int r = read_mask(im, service, s, &length);

	if (r < 0)
		return r;
	if (length == 0) {
		ROW(im, s, &service->pool->item, IMPORT_WARNING, NULL,
		    "not taken: clients that count as one share a prefix of 1 to %u bits",
		    ipv6 ? 128 : 32);
		return 0;
	}
	service->is.persistence_prefix = (uint8_t)length;
	ROW(im, s, &service->pool->item, IMPORT_MAPPED,
	    plan_service_path(im->arena, service,
			      ipv6 ? "/persistence/ipv6-prefix-length"
				   : "/persistence/prefix-length"),
	    "a prefix of %u bits", length);
	return 0;
}

int service_set_real_port(struct importer *im, struct plan_service *service, struct plan_real *real,
			  const struct statement *s, uint16_t port, uint16_t service_port)
{
	const char *path = plan_real_path(im->arena, service->pool, real, "/port");

	if (port == 0 || port == service_port) {
		ROW(im, s, &real->item, IMPORT_MAPPED, NULL,
		    "the port that the client has asked for, as without a port");
	} else if (service->is.method == CONFIG_METHOD_NAT) {
		real->is.port = port;
		ROW(im, s, &real->item, IMPORT_MAPPED, path, "the real server's port is %u", port);
	} else {
		ROW(im, s, &real->item, IMPORT_WARNING, NULL,
		    "port %u is not taken: with %s a real server gets the port that the client has "
		    "asked for; only nat translates it",
		    port, config_method_name(service->is.method));
	}
	return 0;
}

static uint32_t fit(uint32_t value, uint32_t min, uint32_t max, bool *fits)
{
	uint32_t fitted = value < min ? min : value > max ? max : value;

	*fits &= fitted == value;
	return fitted;
}

bool service_set_pace(struct plan_service *service, uint32_t interval, uint32_t timeout,
		      uint32_t fall)
{
	struct config_service *is = &service->is;
	bool fits = true;

	is->check_interval = interval ? fit(interval, INTERVAL_MIN, INTERVAL_MAX, &fits) : 0;
	is->check_timeout = timeout ? fit(timeout, TIMEOUT_MIN, TIMEOUT_MAX, &fits) : 0;
	is->check_fall = fall ? (uint8_t)fit(fall, 1, FALL_MAX, &fits) : 0;
	/* A check has ended when the next one starts; of the two, the one that is said stays. */
	if (interval == 0 && timeout > INTERVAL_DEFAULT)
		is->check_interval = is->check_timeout;
	if (timeout == 0 && interval && is->check_interval < TIMEOUT_DEFAULT)
		is->check_timeout = is->check_interval;
	if (is->check_interval && is->check_timeout > is->check_interval) {
		is->check_timeout = is->check_interval;
		fits = false;
	}
	service->check_given = true;
	return fits;
}

bool service_without_check(const struct plan_service *service)
{
	const struct config_match *match = service->mark ? &service->mark->is.matches[0] : NULL;

	if (!match)
		return service->is.protocol != CONFIG_PROTOCOL_TCP || service->all_ports;
	return match->protocol != CONFIG_PROTOCOL_TCP ||
	       (match->range.first == 1 && match->range.last == UINT16_MAX);
}
