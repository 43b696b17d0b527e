// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of real servers: all become a TCP connection, at the pace of the first one. */
#include <string.h>

#include "import/keepalived.h"
#include "import/service.h"
#include "import/value.h"

static const struct {
	const char *key;
	const char *lost; /* NULL: nothing */
} kinds[] = {
	{"TCP_CHECK", NULL},
	{"HTTP_GET", "status, digest and text of the answer are not looked at"},
	{"SSL_GET", "TLS is not spoken; status, digest and text of the answer are not looked at"},
	{"SMTP_CHECK", "no SMTP is spoken"},
	{"DNS_CHECK", "no name is asked for"},
	{"MISC_CHECK", "no program is run"},
	{"UDP_CHECK", "no UDP packet is sent"},
	{"PING_CHECK", "no echo is asked for"},
	{"BFD_CHECK", "no BFD is spoken"},
	{"FILE_CHECK", "no file is looked at"},
};

/* What a check says, from the closest place that says it. */
struct pace {
	uint32_t interval, timeout, fall; /* 0: not said */
};

static int read_pace(struct importer *im, const struct statement *interval,
		     const struct statement *timeout, const struct statement *retry,
		     struct pace *pace)
{
	int r = interval ? value_seconds(im, interval, 1, &pace->interval) : 0;

	if (r == 0 && timeout)
		r = value_seconds(im, timeout, 1, &pace->timeout);
	if (r == 0 && retry)
		r = value_number(im, retry, 1, 10, 0, UINT32_MAX - 1, &pace->fall);
	if (r == 0 && retry)
		pace->fall++;
	return r;
}

static void pace_row(struct keepalived_server *v, const struct plan_real *real,
		     const struct statement *s, bool same, const char *leaf)
{
	if (!s)
		return;
	ROW(v->im, s, &real->item, same ? IMPORT_MAPPED : IMPORT_WARNING,
	    plan_service_path(v->im->arena, v->first, leaf), "%s",
	    same ? "the pace of the service's checks"
		 : "not taken: a service has one pace of checks, which is that of its first one");
}

static void pace_rows(struct keepalived_server *v, const struct plan_real *real,
		      const struct statement *interval, const struct statement *timeout,
		      const struct statement *retry, const struct pace *pace)
{
	pace_row(v, real, interval, pace->interval == v->pace.interval, "/health-check/interval");
	pace_row(v, real, timeout, pace->timeout == v->pace.timeout, "/health-check/timeout");
	pace_row(v, real, retry, pace->fall == v->pace.fall, "/health-check/fall");
}

/* The port at which the model's check is made, 0: nobody knows yet. */
static uint16_t checked_port(const struct keepalived_server *v, const struct plan_real *real)
{
	const struct plan_service *s = v->first;

	if (real->is.port)
		return real->is.port;
	if (s->mark && s->mark->is.n_matches)
		return s->mark->is.matches[0].range.first;
	return s->is.port;
}

static int map_target(struct keepalived_server *v, const struct plan_real *real,
		      const struct statement *ip, const struct statement *port)
{
	struct config_inet inet = config_real_inet(&real->is), own = inet;
	uint16_t at = checked_port(v, real), number = at;
	int r = 0;

	if (ip)
		r = value_inet(v->im, ip, 1, &inet);
	if (r == 0 && port)
		r = value_port(v->im, port, 1, &number);
	if (r < 0)
		return r;
	if (ip)
		ROW(v->im, ip, &real->item,
		    config_inet_equal(&inet, &own) ? IMPORT_MAPPED : IMPORT_WARNING, NULL,
		    "a check goes to the real server's own address");
	if (port)
		ROW(v->im, port, &real->item, number == at ? IMPORT_MAPPED : IMPORT_WARNING, NULL,
		    "a check goes to the real server's own port%s",
		    at ? arena_format(v->im->arena, ", which is %u", at) : "");
	return 0;
}

static void check_row(struct keepalived_server *v, const struct plan_real *real,
		      const struct statement *check, const char *lost)
{
	const char *path = plan_service_path(v->im->arena, v->first, "/health-check");

	if (service_without_check(v->first))
		ROW(v->im, check, &real->item, IMPORT_WARNING, path,
		    "no check: it would be a TCP connection to the service's port, and there is "
		    "none");
	else
		ROW(v->im, check, &real->item, lost ? IMPORT_WARNING : IMPORT_MAPPED, path,
		    "the check is that the real server accepts a TCP connection%s%s",
		    lost ? ": " : "", lost ? lost : "");
}

static int map_check(struct keepalived_server *v, const struct plan_real *real,
		     const struct statement *check, const char *lost, struct pace pace)
{
	const struct keyword *table =
		keyword_find(keepalived_real_keys, check->words[0].text)->inner;
	const struct statement *found[KEYWORDS_TAKEN_MAX];
	int r = keywords_collect(v->im, &real->item, check->inner, table, found);

	if (r == 0)
		r = read_pace(v->im, found[KA_CHECK_DELAY_LOOP], found[KA_CHECK_CONNECT_TIMEOUT],
			      found[KA_CHECK_RETRY], &pace);
	if (r < 0)
		return r;
	if (!v->pace.set) {
		v->pace.set = true;
		v->pace.interval = pace.interval;
		v->pace.timeout = pace.timeout;
		v->pace.fall = pace.fall;
	}
	check_row(v, real, check, lost);
	pace_rows(v, real, found[KA_CHECK_DELAY_LOOP], found[KA_CHECK_CONNECT_TIMEOUT],
		  found[KA_CHECK_RETRY], &pace);
	return map_target(v, real, found[KA_CHECK_CONNECT_IP], found[KA_CHECK_CONNECT_PORT]);
}

int keepalived_map_checks(struct keepalived_server *v, struct plan_real *real,
			  const struct statement *s, const struct statement *const *found)
{
	struct pace pace = {0, 0, 0};
	bool any = false;
	int r = read_pace(v->im, v->found[KA_DELAY_LOOP], v->found[KA_CONNECT_TIMEOUT],
			  v->found[KA_RETRY], &pace);

	if (r == 0)
		r = read_pace(v->im, found[KA_REAL_DELAY_LOOP], found[KA_REAL_CONNECT_TIMEOUT],
			      found[KA_REAL_RETRY], &pace);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && r == 0; i++) {
		const struct statement *check = keepalived_next(s->inner, kinds[i].key);

		for (; check && r == 0; check = keepalived_next(check->next, kinds[i].key)) {
			r = map_check(v, real, check, kinds[i].lost, pace);
			any = true;
		}
	}
	if (r < 0)
		return r;
	pace_rows(v, real, found[KA_REAL_DELAY_LOOP], found[KA_REAL_CONNECT_TIMEOUT],
		  found[KA_REAL_RETRY], &pace);
	v->pace.any |= any;
	v->pace.missing |= !any;
	return 0;
}

void keepalived_finish_checks(struct keepalived_server *v)
{
	const char *path = plan_service_path(v->im->arena, v->first, "/health-check");

	v->first->check_given = true;
	if (!v->pace.any || service_without_check(v->first)) {
		v->first->is.check = CONFIG_CHECK_NONE;
		ROW(v->im, v->at, v->owner, IMPORT_MAPPED, path,
		    "no check: real servers count as alive");
		return;
	}
	v->first->is.check = CONFIG_CHECK_TCP_CONNECT;
	if (!service_set_pace(v->first, v->pace.interval, v->pace.timeout, v->pace.fall))
		ROW(v->im, v->at, v->owner, IMPORT_WARNING, path,
		    "the pace of checks is made to fit: one every %u ms, at most %u ms, down "
		    "after %u",
		    v->first->is.check_interval, v->first->is.check_timeout,
		    v->first->is.check_fall);
	if (v->pace.missing)
		ROW(v->im, v->at, v->owner, IMPORT_WARNING, path,
		    "all real servers are checked, those without a check too");
}
