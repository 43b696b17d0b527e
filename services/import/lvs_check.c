// SPDX-License-Identifier: GPL-2.0-or-later
/* How nanny(8) checked real servers, as checks that the model has. */
#include "import/lvs.h"
#include "import/service.h"
#include "import/value.h"

#define HTTP_PORT 80
#define FALL 2 /* checks within the time that a server may be silent */
#define RISE_MAX 20
#define INTERVAL_DEFAULT 1000

static void row(struct lvs_virtual *v, enum lvs_virtual_key key, enum import_verdict verdict,
		const char *text)
{
	if (v->found[key])
		ROW(v->im, v->found[key], v->owner, verdict, NULL, "%s", text);
}

/* No port is open for a TCP connection. */
static int no_check(struct lvs_virtual *v)
{
	static const enum lvs_virtual_key keys[] = {LVS_SEND, LVS_SEND_PROGRAM, LVS_EXPECT,
						    LVS_TIMEOUT, LVS_REENTRY};
	const char *path = plan_service_path(v->im->arena, v->service, "/health-check/type");

	v->service->check_given = true;
	v->service->is.check = CONFIG_CHECK_NONE;
	ROW(v->im, v->at, v->owner, IMPORT_WARNING, path,
	    "real servers are not checked: a check is a TCP connection to the service's port, and "
	    "there is none");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		row(v, keys[i], IMPORT_DROPPED, "not taken: there is no check");
	return 0;
}

/* A server may be silent for so long. */
static int map_timeout(struct lvs_virtual *v)
{
	const struct statement *s = v->found[LVS_TIMEOUT];
	const char *path = plan_service_path(v->im->arena, v->service, "/health-check/interval");
	uint32_t seconds;
	bool fits;
	int r = s ? value_number(v->im, s, 1, 0, 1, 86400, &seconds) : 0;

	if (!s || r < 0)
		return r;
	fits = service_set_pace(v->service, seconds * 1000 / FALL, 0, FALL);
	ROW(v->im, s, v->owner, fits ? IMPORT_MAPPED : IMPORT_WARNING, path,
	    "a check every %u milliseconds%s, %u failed ones mean down",
	    v->service->is.check_interval, fits ? "" : ", the most that there can be", FALL);
	return 0;
}

/* A server must answer for so long before it is used again. */
static int map_reentry(struct lvs_virtual *v)
{
	const struct statement *s = v->found[LVS_REENTRY];
	const char *path = plan_service_path(v->im->arena, v->service, "/health-check/rise");
	struct config_service *is = &v->service->is;
	uint32_t interval = is->check_interval ? is->check_interval : INTERVAL_DEFAULT, seconds;
	uint64_t rise;
	int r = s ? value_number(v->im, s, 1, 0, 0, 86400, &seconds) : 0;

	if (!s || r < 0)
		return r;
	rise = ((uint64_t)seconds * 1000 + interval - 1) / interval;
	is->check_rise = (uint8_t)(rise < 1 ? 1 : rise > RISE_MAX ? RISE_MAX : rise);
	v->service->check_given = true;
	ROW(v->im, s, v->owner, rise > RISE_MAX ? IMPORT_WARNING : IMPORT_MAPPED, path,
	    "up after %u good checks%s", is->check_rise,
	    rise > RISE_MAX ? ", the most that there can be" : "");
	return 0;
}

int lvs_map_check(struct lvs_virtual *v)
{
	int r;

	if (service_without_check(v->service))
		return no_check(v);
	v->service->is.check = CONFIG_CHECK_TCP_CONNECT;
	row(v, LVS_SEND, IMPORT_WARNING,
	    "nothing is sent: a real server is up when it accepts a TCP connection");
	row(v, LVS_EXPECT, IMPORT_WARNING,
	    "no answer is looked at: a real server is up when it accepts a TCP connection");
	row(v, LVS_SEND_PROGRAM, IMPORT_WARNING,
	    "no program is run: a real server is up when it accepts a TCP connection");
	if (!v->found[LVS_SEND] && !v->found[LVS_EXPECT] && !v->found[LVS_SEND_PROGRAM] &&
	    v->port == HTTP_PORT)
		ROW(v->im, v->at, v->owner, IMPORT_WARNING, NULL,
		    "port 80 without send and expect had a test of HTTP: now a real server is up "
		    "when it accepts a TCP connection");
	r = map_timeout(v);
	return r < 0 ? r : map_reentry(v);
}
