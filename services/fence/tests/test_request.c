// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "fence/request.h"

static struct fence_request valid(void)
{
	struct fence_request r = {
		.version = FENCE_WIRE_VERSION,
		.timeout_ms = 20000,
		.n_parameters = 2,
		.node = "r1",
		.agent = "fence_ipmilan",
		.parameters = {{.name = "ip", .value = "10.0.0.1"},
			       {.name = "password", .value = "open sesame", .secret = 1}}};

	return r;
}

static void a_request_has_its_form(void **state)
{
	static const char *const agents[] = {"", "reboot", "fence_a/b", "../fence_x", "fence_a b"};
	struct fence_request r = valid();

	(void)state;
	assert_true(request_is_valid(&r));
	for (size_t i = 0; i < sizeof(agents) / sizeof(agents[0]); i++) {
		snprintf(r.agent, sizeof(r.agent), "%s", agents[i]);
		assert_false(request_is_valid(&r));
	}
	memset(r.agent, 'a', sizeof(r.agent));
	memcpy(r.agent, "fence_", 6);
	assert_false(request_is_valid(&r));
	r = valid();
	r.timeout_ms = 0;
	assert_false(request_is_valid(&r));
	r.timeout_ms = REQUEST_TIMEOUT_MAX_MS + 1;
	assert_false(request_is_valid(&r));
	r = valid();
	r.n_parameters = FENCE_PARAMETERS_MAX + 1;
	assert_false(request_is_valid(&r));
	r = valid();
	r.version++;
	assert_false(request_is_valid(&r));
}

static void a_value_is_one_line(void **state)
{
	struct fence_request r = valid();

	(void)state;
	strcpy(r.parameters[0].value, "10.0.0.1\naction=on");
	assert_false(request_is_valid(&r));
	memset(r.parameters[0].value, 'x', sizeof(r.parameters[0].value));
	assert_false(request_is_valid(&r));
	r = valid();
	strcpy(r.parameters[1].name, "a=b");
	assert_false(request_is_valid(&r));
}

static void last_words_have_no_secret(void **state)
{
	struct fence_request r = valid();
	char buf[32];

	(void)state;
	assert_string_equal(request_last_words(&r, NULL, buf, sizeof(buf)), "");
	assert_string_equal(request_last_words(&r, "first\nlast\tone \n\n", buf, sizeof(buf)),
			    "last one");
	assert_string_equal(request_last_words(&r, "said open sesame\nrefused", buf, sizeof(buf)),
			    "");
	assert_string_equal(request_last_words(&r, "10.0.0.1 is not there", buf, sizeof(buf)),
			    "10.0.0.1 is not there");
	request_wipe(&r);
	assert_string_equal(r.parameters[1].value, "");
}

static void only_one_code_means_off(void **state)
{
	(void)state;
	for (int code = -1; code < 256; code++)
		assert_int_equal(status_is_off(code), code == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_has_its_form),
		cmocka_unit_test(a_value_is_one_line),
		cmocka_unit_test(last_words_have_no_secret),
		cmocka_unit_test(only_one_code_means_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
