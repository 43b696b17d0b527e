// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of rates, of two states; and how far a real server is drained. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "console/drain.h"
#include "console/render.h"
#include "console/state.h"
#include "console/top.h"

#define SCREEN_MAX 65536

/* taken, connections and bytes of the first real server */
#define STATE_FORMAT                                                                               \
	"{\"node\":\"r1\",\"taken\":\"%d\",\"datapath\":{\"half-open\":3,\"memory\":"              \
	"\"100663296\","                                                                           \
	"\"table\":[{\"flows\":800,\"templates\":12,\"room\":1048576},{\"flows\":1,\"room\":1}]}," \
	"\"service\":[{\"name\":\"web\",\"real-server\":[{\"name\":\"web1\",\"active\":30,"        \
	"\"connections\":\"%s\",\"packets-in\":\"7\",\"bytes-in\":\"%s\",\"bytes-out\":\"0\"},"    \
	"{\"name\":\"a-real-server-with-a-long-name-01\",\"active\":100000,\"connections\":\"5\"}" \
	"]},"                                                                                      \
	"{\"name\":\"dns\",\"real-server\":[]}]}"

static void take(struct view *view, int taken, const char *connections, const char *bytes)
{
	char text[2048];
	json_t *json;

	snprintf(text, sizeof(text), STATE_FORMAT, taken, connections, bytes);
	json = json_loads(text, 0, NULL);
	assert_non_null(json);
	assert_int_equal(state_view(json, view), 0);
	json_decref(json);
}

static void rates(void **data)
{
	_cleanup_(view_clear) struct view before = {0}, now = {0};
	static char screen[SCREEN_MAX];
	struct text text = TEXT_ON(screen);

	(void)data;
	take(&before, 1000, "1000", "0");
	take(&now, 3500, "1250", "31250000000");
	assert_int_equal(top_render(&before, &now, NULL, 0, &text), 0);
	assert_string_equal(
		screen,
		"r1: data path 813 of 1048577 connections, 3 half open; 96 MiB   over 2.5 s\n"
		"SERVICE                  CONN/S  ACTIVE  PKT/S IN PKT/S OUT BYTE/S IN       OUT\n"
		"web                         100  100.0k         0         0     12.5G         0\n"
		"  web1                      100      30         0         0     12.5G         0\n"
		"  a-real-server-with-a-       0  100.0k         0         0         0         0\n"
		"dns                           0       0         0         0         0         "
		"0\n");
}

static void without_a_look_before(void **data)
{
	_cleanup_(view_clear) struct view before = {0}, now = {0};
	static char screen[SCREEN_MAX];
	struct text text = TEXT_ON(screen);

	(void)data;
	take(&now, 3500, "1250", "1");
	assert_int_equal(top_render(NULL, &now, "dns", 0, &text), 0);
	assert_non_null(strstr(screen, "dns                           -       0         -         "
				       "-         -         -\n"));
	assert_null(strstr(screen, "web"));
	assert_null(strstr(screen, "over"));
	/* The same state once more is no look. */
	text = TEXT_ON(screen);
	take(&before, 3500, "1250", "1");
	assert_int_equal(top_render(&before, &now, NULL, 0, &text), 0);
	assert_null(strstr(screen, "over"));
	text = TEXT_ON(screen);
	assert_int_equal(top_render(NULL, &now, "mail", 0, &text), -ENOENT);
	assert_string_equal(screen, "there is no virtual service 'mail'\n");
}

/* One that was removed and added has counters that begin anew: they make no rate. */
static void counters_that_begin_anew(void **data)
{
	_cleanup_(view_clear) struct view before = {0}, now = {0};
	static char screen[SCREEN_MAX];
	struct text text = TEXT_ON(screen);

	(void)data;
	take(&before, 1000, "1000000", "1000000");
	take(&now, 2000, "10", "20");
	assert_int_equal(top_render(&before, &now, NULL, 0, &text), 0);
	assert_non_null(strstr(screen, "web                           0  100.0k         0         "
				       "0         0         0\n"));
}

static void no_more_rows_than_there_are(void **data)
{
	_cleanup_(view_clear) struct view now = {0};
	static char screen[SCREEN_MAX];

	(void)data;
	take(&now, 3500, "18446744073709551615", "99999999999999999");
	for (unsigned int rows = 1; rows < 9; rows++) {
		struct text text = TEXT_ON(screen);
		unsigned int lines = 0;

		assert_int_equal(top_render(NULL, &now, NULL, rows, &text), 0);
		for (const char *line = screen; *line; line += strcspn(line, "\n") + 1) {
			assert_true(strcspn(line, "\n") <= RENDER_COLUMNS);
			lines++;
		}
		assert_int_equal(lines, rows < 7 ? rows : 6);
		assert_int_equal(strstr(screen, "lines more") != NULL, rows < 7);
	}
}

static const char services_text[] =
	"[{\"name\":\"web\",\"pool\":\"web\"},{\"name\":\"tls\",\"pool\":\"web\"},"
	"{\"name\":\"mail\",\"pool\":\"mail\"}]";

#define REAL(active, inactive, admin, use)                                \
	"{\"name\":\"web1\",\"active\":" active ",\"inactive\":" inactive \
	",\"admin-state\":\"" admin "\",\"in-use\":" use "}"
#define STATE(owner, web, tls)                                                              \
	"{\"node\":\"r1\",\"group\":[{\"name\":\"main\",\"owner\":\"" owner                 \
	"\",\"alias\":[{\"label\":\"eth0:1\",\"address\":\"203.0.113.10\"}]}],\"service\":" \
	"[{\"name\":\"web\",\"address\":\"203.0.113.10\",\"real-server\":[" web             \
	"]},{\"name\":\"tls\",\"address\":\"203.0.113.10\",\"real-server\":[" tls           \
	"]},{\"name\":\"mail\",\"address\":\"203.0.113.10\",\"real-server\":[" REAL(        \
		"99", "9", "enabled", "true") "]}]}"

static void check_drain(struct drain *drain, const char *state, enum drain_verdict verdict,
			uint64_t left, const char *said)
{
	json_t *json = json_loads(state, 0, NULL);
	char words[256] = "";
	struct text text = TEXT_ON(words);

	assert_non_null(json);
	assert_int_equal(drain_look(drain, json, &text), verdict);
	assert_string_equal(words, said);
	if (verdict == DRAIN_WAITS)
		assert_int_equal(drain->active + drain->inactive, left);
	json_decref(json);
}

static void draining(void **data)
{
	struct drain drain = {.pool = "web", .real = "web1"};
	json_t *services = json_loads(services_text, 0, NULL);

	(void)data;
	drain.services = services;
	/* The engine has not heard of it yet: nothing is sure. */
	check_drain(
		&drain,
		STATE("r1", REAL("0", "0", "enabled", "true"), REAL("0", "0", "drain", "false")),
		DRAIN_WAITS, 0, "");
	check_drain(&drain,
		    STATE("r1", REAL("0", "0", "drain", "true"), REAL("0", "0", "drain", "false")),
		    DRAIN_WAITS, 0, "");
	assert_false(drain.seen);
	check_drain(&drain,
		    STATE("r1", REAL("1", "2", "drain", "false"), REAL("3", "4", "drain", "false")),
		    DRAIN_WAITS, 10, "");
	assert_true(drain.seen);
	check_drain(&drain, "{\"unavailable\":[{\"part\":\"engine\",\"reason\":\"no answer\"}]}",
		    DRAIN_UNKNOWN, 0, "no answer");
	check_drain(&drain, "[]", DRAIN_UNKNOWN, 0,
		    "the API answers with no state that is known here");
	check_drain(&drain,
		    STATE("r1", REAL("0", "0", "drain", "false"), REAL("0", "1", "drain", "false")),
		    DRAIN_WAITS, 1, "");
	check_drain(&drain,
		    STATE("r1", REAL("0", "0", "drain", "false"), REAL("0", "0", "drain", "false")),
		    DRAIN_DONE, 0, "");
	check_drain(
		&drain,
		STATE("r1", REAL("0", "0", "enabled", "true"), REAL("0", "0", "drain", "false")),
		DRAIN_TAKEN_BACK, 0, "web1 was enabled again: it is not drained any more");
	json_decref(services);
}

static void draining_that_cannot_be_seen(void **data)
{
	struct drain drain = {.pool = "web", .real = "web1"};
	json_t *services = json_loads(services_text, 0, NULL);

	(void)data;
	drain.services = services;
	check_drain(&drain,
		    STATE("r2", REAL("0", "0", "drain", "false"), REAL("0", "0", "drain", "false")),
		    DRAIN_ELSEWHERE, 0, "the connections are at r2, which owns main: wait there");
	check_drain(
		&drain,
		"{\"node\":\"r1\",\"group\":[{\"name\":\"six\",\"owner\":\"r2\",\"ipv6-alias\":["
		"{\"address\":\"2001:db8::1\"}]}],\"service\":[{\"name\":\"web\",\"address\":"
		"\"2001:db8::1\",\"real-server\":[" REAL("0", "0", "drain", "false") "]}]}",
		DRAIN_ELSEWHERE, 0, "the connections are at r2, which owns six: wait there");
	/* Nobody owns it: then they are nowhere, and those that are here are told. */
	check_drain(&drain,
		    STATE("", REAL("1", "0", "drain", "false"), REAL("0", "0", "drain", "false")),
		    DRAIN_WAITS, 1, "");
	drain.real = "web9";
	check_drain(&drain, STATE("r1", "", ""), DRAIN_UNUSED, 0,
		    "no service of this router uses web9 of web");
	drain.pool = "files";
	check_drain(&drain, STATE("r1", "", ""), DRAIN_UNUSED, 0,
		    "no service of this router uses web9 of files");
	json_decref(services);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates),
		cmocka_unit_test(without_a_look_before),
		cmocka_unit_test(counters_that_begin_anew),
		cmocka_unit_test(no_more_rows_than_there_are),
		cmocka_unit_test(draining),
		cmocka_unit_test(draining_that_cannot_be_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
