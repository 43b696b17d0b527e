// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests of RFC 8040: what they make, what they say of it, and how they are refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "schema/tests/document_test.h"

#define MAIL "{\"name\":\"mail\",\"address\":\"203.0.113.20\",\"port\":25,\"pool\":\"web\"}"

struct accepted_case {
	struct document_write write;
	const char *has, *has_not; /* of the new text; NULL: nothing is looked for */
	bool created;
	const char *location;
};

static const struct accepted_case accepted[] = {
	/* POST: the location has the keys, encoded. */
	{{DOCUMENT_METHOD_POST, "", "{\"trireme:virtual-service\":[" MAIL "]}", NULL, NULL},
	 "},{\"name\":\"mail\"",
	 NULL,
	 true,
	 "/trireme:virtual-service=mail"},
	{{DOCUMENT_METHOD_POST, "/", "{\"virtual-service\":" MAIL "}", "first", NULL},
	 "\"trireme:virtual-service\":[{\"name\":\"mail\"",
	 NULL,
	 true,
	 "/trireme:virtual-service=mail"},
	{{DOCUMENT_METHOD_POST, "/trireme:pool=web",
	  "{\"trireme:real-server\":[{\"name\":\"web9\",\"address\":\"10.77.0.109\"}]}", "before",
	  "/trireme:pool=web/real-server=web2"},
	 "\"weight\":3},{\"name\":\"web9\",\"address\":\"10.77.0.109\"},{\"name\":\"web2\"",
	 NULL,
	 true,
	 "/trireme:pool=web/real-server=web9"},
	{{DOCUMENT_METHOD_POST, "/trireme:virtual-service=web",
	  "{\"persistence\":{\"timeout\":60}}", NULL, NULL},
	 "\"persistence\":{\"timeout\":60}",
	 NULL,
	 true,
	 "/trireme:virtual-service=web/persistence"},
	{{DOCUMENT_METHOD_POST, "/trireme:system/dns", "{\"search\":[\"a.example\"]}", NULL, NULL},
	 "\"search\":[\"a.example\"]",
	 NULL,
	 true,
	 "/trireme:system/dns/search=a.example"},
	{{DOCUMENT_METHOD_POST, "/trireme:system", "{\"time-zone\":\"Europe/Berlin\"}", NULL, NULL},
	 "\"time-zone\":\"Europe/Berlin\"",
	 NULL,
	 true,
	 "/trireme:system/time-zone"},
	/* PUT: there or not. */
	{{DOCUMENT_METHOD_PUT, "/trireme:virtual-service=web/scheduler",
	  "{\"trireme:scheduler\":\"rr\"}", NULL, NULL},
	 "\"scheduler\":\"rr\"",
	 "\"scheduler\":\"wrr\"",
	 false,
	 NULL},
	{{DOCUMENT_METHOD_PUT, "/trireme:virtual-service=mail",
	  "{\"trireme:virtual-service\":[" MAIL "]}", NULL, NULL},
	 "\"mail\"",
	 NULL,
	 true,
	 NULL},
	{{DOCUMENT_METHOD_PUT, "/trireme:pool=web/real-server=web1",
	  "{\"real-server\":[{\"name\":\"web1\",\"address\":\"10.77.0.109\"}]}", "last", NULL},
	 "},{\"name\":\"web1\",\"address\":\"10.77.0.109\"}]",
	 "\"weight\":3",
	 false,
	 NULL},
	{{DOCUMENT_METHOD_PUT, "/trireme:pool=web/real-server",
	  "{\"real-server\":[{\"name\":\"b\",\"address\":\"10.77.0.109\"}]}", NULL, NULL},
	 "\"real-server\":[{\"name\":\"b\",\"address\":\"10.77.0.109\"}]",
	 "\"weight\":3",
	 false,
	 NULL},
	/* PATCH: what the value does not say stays. */
	{{DOCUMENT_METHOD_PATCH, "/trireme:pool=web/real-server=web1",
	  "{\"trireme:real-server\":[{\"name\":\"web1\",\"admin-state\":\"drain\"}]}", NULL, NULL},
	 "{\"name\":\"web1\",\"address\":\"10.77.0.101\",\"weight\":3,\"admin-state\":\"drain\"}",
	 NULL,
	 false,
	 NULL},
	{{DOCUMENT_METHOD_PATCH, "/trireme:virtual-service=web/scheduler", "{\"scheduler\":\"lc\"}",
	  NULL, NULL},
	 "\"scheduler\":\"lc\"",
	 NULL,
	 false,
	 NULL},
	{{DOCUMENT_METHOD_PATCH, "/trireme:system", "{\"trireme:system\":{\"time-zone\":\"UTC\"}}",
	  NULL, NULL},
	 "\"time-zone\":\"UTC\"",
	 NULL,
	 false,
	 NULL},
	{{DOCUMENT_METHOD_PATCH, "",
	  "{\"ietf-restconf:data\":{\"trireme:virtual-service\":[" MAIL "]}}", NULL, NULL},
	 "},{\"name\":\"mail\"",
	 NULL,
	 false,
	 NULL},
	{{DOCUMENT_METHOD_DELETE, "/trireme:virtual-service=web/scheduler", NULL, NULL, NULL},
	 NULL,
	 "\"scheduler\":\"wrr\"",
	 false,
	 NULL},
	/* The targets of a patch are below that of the request. */
	{{DOCUMENT_METHOD_YANG_PATCH, "/trireme:pool=web",
	  "{\"ietf-yang-patch:yang-patch\":{\"patch-id\":\"1\",\"edit\":[{\"edit-id\":\"a\","
	  "\"operation\":\"delete\",\"target\":\"/real-server=web1\"}]}}",
	  NULL, NULL},
	 "web2",
	 "\"weight\":3",
	 false,
	 NULL},
};

static void check_accepted(const struct accepted_case *c)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO), *made = NULL;
	_cleanup_(document_written_clear) struct document_written written = {0};
	_cleanup_free_ char *before = strdup(document_text(base, NULL));
	struct schema_error error;
	const char *text;

	if (document_write(base, &c->write, &made, &written, &error) < 0)
		fail_msg("%s %s: %s: %s: %s", c->write.target, c->write.value, error.path,
			 error.value, error.allowed);
	text = document_text(made, NULL);
	if ((c->has && !strstr(text, c->has)) || (c->has_not && strstr(text, c->has_not)))
		fail_msg("%s: %s", c->write.target, text);
	assert_int_equal(written.created, c->created);
	assert_string_equal(written.location ? written.location : "",
			    c->location ? c->location : "");
	assert_string_equal(document_text(base, NULL), before);
}

static void requests_do_what_they_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++)
		check_accepted(&accepted[i]);
}

struct refused_case {
	struct document_write write;
	enum schema_fault fault;
	unsigned int edit;
	const char *allowed; /* its beginning */
};

static const struct refused_case refused[] = {
	{{DOCUMENT_METHOD_POST, "", "{\"pool\":[{\"name\":\"web\"}]}", NULL, NULL},
	 SCHEMA_FAULT_EXISTS,
	 1,
	 "something that is not there yet"},
	{{DOCUMENT_METHOD_POST, "/pool=none", "{\"real-server\":[{\"name\":\"x\"}]}", NULL, NULL},
	 SCHEMA_FAULT_TARGET,
	 0,
	 "a place that is there"},
	{{DOCUMENT_METHOD_POST, "/nothing", "{}", NULL, NULL}, SCHEMA_FAULT_TARGET, 0, "one of: "},
	{{DOCUMENT_METHOD_POST, "/pool", "{\"a\":1}", NULL, NULL},
	 SCHEMA_FAULT_METHOD,
	 0,
	 "a place"},
	{{DOCUMENT_METHOD_POST, "/pool=web", "{\"none\":1}", NULL, NULL},
	 SCHEMA_FAULT_UNKNOWN,
	 0,
	 "one of: "},
	{{DOCUMENT_METHOD_POST, "", "{\"pool\":[{\"real-server\":[]}]}", NULL, NULL},
	 SCHEMA_FAULT_VALUE,
	 0,
	 "an entry with its keys"},
	{{DOCUMENT_METHOD_POST, "", "{\"pool\":[{\"name\":\"a\"},{\"name\":\"b\"}]}", NULL, NULL},
	 SCHEMA_FAULT_FORM,
	 0,
	 "an array of one entry"},
	{{DOCUMENT_METHOD_POST, "", "{\"pool=web/real-server\":[{\"name\":\"x\"}]}", NULL, NULL},
	 SCHEMA_FAULT_UNKNOWN,
	 0,
	 "a member that has a node's name"},
	{{DOCUMENT_METHOD_POST, "", "{\"pool\":[],\"mark\":[]}", NULL, NULL},
	 SCHEMA_FAULT_FORM,
	 0,
	 "a value with one member"},
	{{DOCUMENT_METHOD_POST, "", "[1]", NULL, NULL}, SCHEMA_FAULT_FORM, 0, "a value that is a"},
	{{DOCUMENT_METHOD_POST, "", "{\"pool\"", NULL, NULL},
	 SCHEMA_FAULT_FORM,
	 0,
	 "a value that is"},
	{{DOCUMENT_METHOD_POST, "", NULL, NULL, NULL}, SCHEMA_FAULT_FORM, 0, "a value"},
	{{DOCUMENT_METHOD_POST, "", "{\"virtual-service\":" MAIL "}", "middle", NULL},
	 SCHEMA_FAULT_FORM,
	 0,
	 "insert is one of"},
	{{DOCUMENT_METHOD_POST, "", "{\"virtual-service\":" MAIL "}", "after",
	  "/virtual-service=x"},
	 SCHEMA_FAULT_MISSING,
	 2,
	 "beside another entry"},
	{{DOCUMENT_METHOD_PUT, "/pool=none/real-server=x", "{\"real-server\":[{\"name\":\"x\"}]}",
	  NULL, NULL},
	 SCHEMA_FAULT_TARGET,
	 0,
	 "a place whose parent is there"},
	{{DOCUMENT_METHOD_PUT, "/pool=web", "{\"mark\":[]}", NULL, NULL},
	 SCHEMA_FAULT_FORM,
	 0,
	 "a value whose member"},
	{{DOCUMENT_METHOD_PUT, "/pool=web", "{\"pool\":[{\"name\":\"other\"}]}", NULL, NULL},
	 SCHEMA_FAULT_VALUE,
	 1,
	 "the key as it is in the path"},
	{{DOCUMENT_METHOD_PUT, "", "{\"trireme:pool\":[]}", NULL, NULL}, SCHEMA_FAULT_VALUE, 0, ""},
	{{DOCUMENT_METHOD_PATCH, "/virtual-service=mail", "{\"virtual-service\":[" MAIL "]}", NULL,
	  NULL},
	 SCHEMA_FAULT_TARGET,
	 0,
	 "what is there"},
	{{DOCUMENT_METHOD_PATCH, "/virtual-service=web/scheduler", "{\"scheduler\":\"x\"}", NULL,
	  NULL},
	 SCHEMA_FAULT_VALUE,
	 1,
	 "one of: rr"},
	{{DOCUMENT_METHOD_PATCH, "/pool=web", "{\"pool\":[{\"name\":\"web\"}]}", "first", NULL},
	 SCHEMA_FAULT_FORM,
	 0,
	 "insert and point"},
	{{DOCUMENT_METHOD_PATCH, "", "{\"pool[name='web']/real-server\":[]}", NULL, NULL},
	 SCHEMA_FAULT_UNKNOWN,
	 0,
	 "members that have"},
	{{DOCUMENT_METHOD_DELETE, "", NULL, NULL, NULL}, SCHEMA_FAULT_METHOD, 0, "a part of"},
	{{DOCUMENT_METHOD_DELETE, "/system/dns/search=a/b", NULL, NULL, NULL},
	 SCHEMA_FAULT_TARGET,
	 0,
	 "a path that ends with search"},
	{{DOCUMENT_METHOD_DELETE, "/pool=none", NULL, NULL, NULL},
	 SCHEMA_FAULT_TARGET,
	 1,
	 "something that is there"},
	{{DOCUMENT_METHOD_DELETE, "/pool=web/name", NULL, NULL, NULL},
	 SCHEMA_FAULT_METHOD,
	 1,
	 "the whole entry"},
	{{DOCUMENT_METHOD_DELETE, "/pool=web", NULL, NULL, NULL}, SCHEMA_FAULT_VALUE, 0, ""},
	{{DOCUMENT_METHOD_YANG_PATCH, "", "{}", NULL, NULL}, SCHEMA_FAULT_FORM, 0, "a YANG Patch"},
	{{DOCUMENT_METHOD_YANG_PATCH, "/pool=web",
	  "{\"ietf-yang-patch:yang-patch\":{\"edit\":[{\"operation\":\"remove\","
	  "\"target\":\"/real-server=x\"},{\"operation\":\"delete\",\"target\":\"/"
	  "real-server=x\"}]}}",
	  NULL, NULL},
	 SCHEMA_FAULT_MISSING,
	 2,
	 "something that is there"},
};

static void check_refused(struct document *base, const struct refused_case *c)
{
	_cleanup_(document_freep) struct document *made = NULL;
	struct document_written written = {0};
	struct schema_error error;
	int r = document_write(base, &c->write, &made, &written, &error);

	if (r != -EBADMSG || error.fault != c->fault || error.edit != c->edit ||
	    strncmp(error.allowed, c->allowed, strlen(c->allowed)) != 0 || !error.allowed[0])
		fail_msg("%s %s: %d: fault %d, edit %u, %s: %s: %s", c->write.target,
			 c->write.value, r, error.fault, error.edit, error.path, error.value,
			 error.allowed);
	assert_null(written.location);
}

static void what_is_refused_says_why_and_changes_nothing(void **state)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO);
	_cleanup_free_ char *before = strdup(document_text(base, NULL));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		check_refused(base, &refused[i]);
	assert_string_equal(document_text(base, NULL), before);
}

/* All of it, as a GET has given it. */
static void the_whole_can_be_put_back(void **state)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO), *made = NULL;
	_cleanup_(document_written_clear) struct document_written written = {0};
	_cleanup_free_ char *text = NULL;
	struct document_write write = {.method = DOCUMENT_METHOD_PUT, .target = "/"};
	struct schema_error error;

	(void)state;
	assert_int_equal(document_print(base, DOCUMENT_REDACTED, &text), 0);
	write.value = text;
	assert_int_equal(document_write(base, &write, &made, &written, &error), 0);
	assert_string_equal(document_text(made, NULL), document_text(base, NULL));
	assert_false(written.created);
}

static void targets_are_printed(void **state)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO);
	_cleanup_free_ char *one = NULL, *all = NULL, *none = NULL;
	struct schema_error error;

	(void)state;
	assert_int_equal(document_print_target(base, "/trireme:virtual-service=web/scheduler",
					       DOCUMENT_REDACTED, &one, &error),
			 0);
	assert_string_equal(one, "{\"trireme:scheduler\":\"wrr\"}");
	assert_int_equal(document_print_target(base, "", DOCUMENT_REDACTED, &all, &error), 0);
	assert_string_equal(all, document_text(base, NULL));
	assert_int_equal(
		document_print_target(base, "/pool=none", DOCUMENT_REDACTED, &none, &error),
		-EBADMSG);
	assert_int_equal(error.fault, SCHEMA_FAULT_TARGET);
	/* Its parent is there. */
	assert_int_equal(document_print_target(base, "/pool=web/real-server=none",
					       DOCUMENT_REDACTED, &none, &error),
			 -EBADMSG);
	assert_int_equal(error.fault, SCHEMA_FAULT_TARGET);
	assert_null(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_do_what_they_say),
		cmocka_unit_test(what_is_refused_says_why_and_changes_nothing),
		cmocka_unit_test(the_whole_can_be_put_back),
		cmocka_unit_test(targets_are_printed),
	};

	return cmocka_run_group_tests(tests, open_schema, close_schema);
}
