// SPDX-License-Identifier: GPL-2.0-or-later
/* The canonical text, and what edits do and refuse. */
#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "schema/tests/document_test.h"
#include "schema/tree.h"

/* libyang's own printer says the same, and the text read again gives the same text. */
static void check_canonical(const char *path)
{
	_cleanup_(document_freep) struct document *document = load_document(path), *again = NULL;
	struct schema_error error;
	char *printed = NULL;
	size_t size;
	const char *text = document_text(document, &size);

	assert_int_equal(lyd_print_mem(&printed, document->tree, LYD_JSON,
				       LYD_PRINT_SHRINK | LYD_PRINT_WITHSIBLINGS),
			 LY_SUCCESS);
	assert_string_equal(text, printed);
	free(printed);
	assert_int_equal(strlen(text), size);
	assert_int_equal(document_parse(schema, NULL, text, size, &again, &error), 0);
	assert_string_equal(document_text(again, NULL), text);
}

static void text_is_canonical(void **state)
{
	glob_t found;
	size_t n = 0;

	(void)state;
	check_canonical(DEMO);
	assert_int_equal(glob(GOLDEN "ok-*.json", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		if (strstr(found.gl_pathv[i], "hidden"))
			continue;
		check_canonical(found.gl_pathv[i]);
		n++;
	}
	globfree(&found);
	assert_true(n >= 20);
}

struct edit_case {
	enum document_operation operation;
	const char *path, *value;
	const char *has, *has_not; /* of the new text; NULL: nothing is looked for */
};

static const struct edit_case accepted[] = {
	{DOCUMENT_MERGE, "/trireme:virtual-service[name='web']/scheduler", "rr",
	 "\"scheduler\":\"rr\"", "\"scheduler\":\"wrr\""},
	{DOCUMENT_MERGE, "virtual-service[name=\"web\"]/scheduler", "\"rr\"",
	 "\"scheduler\":\"rr\"", "\"scheduler\":\"wrr\""},
	{DOCUMENT_DELETE, "virtual-service[name='web']/scheduler", NULL, NULL,
	 "\"scheduler\":\"wrr\""},
	{DOCUMENT_REMOVE, "virtual-service[name='none']", NULL, "\"web\"", NULL},
	{DOCUMENT_DELETE, "virtual-service", NULL, NULL, "virtual-service"},
	{DOCUMENT_CREATE, "virtual-service[name='web']/persistence", NULL, "\"persistence\":{}",
	 NULL},
	{DOCUMENT_CREATE, "virtual-service[name='web']/persistence", "{\"timeout\": 60}",
	 "\"persistence\":{\"timeout\":60}", NULL},
	{DOCUMENT_CREATE, "virtual-service[name='mail']",
	 "{\"address\": \"203.0.113.20\", \"port\": 25, \"pool\": \"web\"}",
	 "{\"name\":\"mail\",\"address\":\"203.0.113.20\",\"port\":25,\"pool\":\"web\"}]", NULL},
	{DOCUMENT_REPLACE, "pool[name='web']/real-server[name='web1']",
	 "{\"name\": \"web1\", \"address\": \"10.77.0.109\"}",
	 "{\"name\":\"web1\",\"address\":\"10.77.0.109\"},{\"name\":\"web2\"",
	 "{\"name\":\"web1\",\"address\":\"10.77.0.101\",\"weight\":3}"},
	{DOCUMENT_REPLACE, "pool[name='web']/real-server",
	 "[{\"name\": \"b\", \"address\": \"10.77.0.109\"}, {\"name\": \"a\", "
	 "\"address\": \"10.77.0.108\"}]",
	 "[{\"name\":\"b\",\"address\":\"10.77.0.109\"},{\"name\":\"a\",", NULL},
	/* The other case of the choice goes. */
	{DOCUMENT_MERGE, "virtual-service[name='web']/ports", "[\"80\", \"8000-8099\"]",
	 "\"ports\":[\"80\",\"8000-8099\"]", NULL},
	{DOCUMENT_MERGE, "system/dns/search", "[\"a.example\", \"b.example\"]",
	 "\"search\":[\"a.example\",\"b.example\"]", NULL},
	{DOCUMENT_MERGE, "system/dns/search[.='a.example']", NULL, "\"search\":[\"a.example\"]",
	 NULL},
};

static void check_accepted(const struct edit_case *c)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO), *edited = NULL;
	_cleanup_free_ char *before = strdup(document_text(base, NULL));
	const struct document_edit edit = {
		.operation = c->operation, .path = c->path, .value = c->value};
	struct schema_error error;
	const char *text;

	if (document_edit(base, &edit, 1, &edited, &error) < 0)
		fail_msg("%s: %s: %s: %s", c->path, error.path, error.value, error.allowed);
	text = document_text(edited, NULL);
	if ((c->has && !strstr(text, c->has)) || (c->has_not && strstr(text, c->has_not)))
		fail_msg("%s: %s", c->path, text);
	assert_string_equal(document_text(base, NULL), before);
}

/* Few siblings have no hash table in libyang: a default beside the new value must still be found.
 */
static void defaults_give_way(void **state)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO), *present = NULL;
	_cleanup_(document_freep) struct document *edited = NULL;
	const struct document_edit first = {.operation = DOCUMENT_CREATE,
					    .path = "virtual-service[name='web']/persistence"};
	const struct document_edit second = {
		.operation = DOCUMENT_CREATE,
		.path = "virtual-service[name='web']/persistence/prefix-length",
		.value = "24"};
	struct schema_error error;

	(void)state;
	assert_int_equal(document_edit(base, &first, 1, &present, &error), 0);
	if (document_edit(present, &second, 1, &edited, &error) < 0)
		fail_msg("%s: %s", error.path, error.allowed);
	assert_int_equal(document_config(edited)->services[0].persistence_prefix, 24);
}

static bool is_beside(const char *path, enum document_operation operation, const char *value)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO), *edited = NULL;
	const struct document_edit edit = {.operation = operation, .path = path, .value = value};
	struct schema_error error;

	assert_int_equal(document_edit(base, &edit, 1, &edited, &error), -EBADMSG);
	return error.beside;
}

/* What is wrong with a change is at its own place, or where something else depends on it. */
static void a_change_may_not_go_with_what_is_beside_it(void **state)
{
	(void)state;
	assert_true(is_beside("pool[name='web']", DOCUMENT_DELETE, NULL));
	assert_false(is_beside("virtual-service[name='web']/pool", DOCUMENT_MERGE, "none"));
	assert_false(is_beside("virtual-service[name='web']/scheduler", DOCUMENT_MERGE, "none"));
	assert_false(
		is_beside("virtual-service[name='web']", DOCUMENT_MERGE, "{\"pool\": \"none\"}"));
}

static void edits_do_what_they_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++)
		check_accepted(&accepted[i]);
}

struct refused_case {
	enum document_operation operation;
	const char *path, *value;
	const char *error_path, *error_value, *allowed; /* of the last, the beginning */
};

#define WEB "/trireme:virtual-service[name='web']"

static const struct refused_case refused[] = {
	{DOCUMENT_MERGE, "virtual-service[name='web']/schedule", "rr", WEB "/schedule", "schedule",
	 "one of: name, "},
	{DOCUMENT_MERGE, "virtual-servic", "{}", "/virtual-servic", "virtual-servic",
	 "one of: trireme:"},
	{DOCUMENT_MERGE, "other:cluster", "{}", "/other", "other", "one of: trireme:"},
	{DOCUMENT_MERGE, "", NULL, "/", "", "one of: trireme:"},
	{DOCUMENT_MERGE, "virtual-service/scheduler", "rr", "/trireme:virtual-service", "",
	 "which entry: virtual-service[name='...']"},
	{DOCUMENT_MERGE, "virtual-service[name=web]/scheduler", "rr",
	 "virtual-service[name=web]/scheduler", "", "a path as in "},
	{DOCUMENT_MERGE, "virtual-service[nam='web']", "{}", "virtual-service[nam='web']", "",
	 "keys of the list"},
	{DOCUMENT_MERGE, "virtual-service[name='web']/scheduler", "none", WEB "/scheduler", "none",
	 "one of: rr, "},
	{DOCUMENT_MERGE, "virtual-service[name='web']/port", "70000", WEB "/port", "70000",
	 "1..65535"},
	{DOCUMENT_MERGE, "virtual-service[name='web']/port", NULL, WEB "/port", "", "1..65535"},
	{DOCUMENT_MERGE, "virtual-service[name='web']/name", "x", WEB "/name", "merge",
	 "the whole entry"},
	{DOCUMENT_MERGE, "virtual-service[name='web']", "{\"name\":\"x\"}", WEB, "name",
	 "the key as it is in the path"},
	{DOCUMENT_MERGE, "virtual-service[name='web']", "{\"port\":", WEB, "", "JSON as in "},
	{DOCUMENT_MERGE, "virtual-service[name='web']", "[]", WEB, "", "an object"},
	{DOCUMENT_MERGE, "virtual-service[name='web']", "{\"colour\":1}", WEB "/colour", "colour",
	 "one of: name, "},
	{DOCUMENT_MERGE, "virtual-service[name='web']/health-check", "{\"interval\":1}",
	 WEB "/health-check/interval", "1", "100..600000 milliseconds"},
	{DOCUMENT_DELETE, "virtual-service[name='none']", NULL,
	 "/trireme:virtual-service[name='none']", "delete", "something that is there"},
	{DOCUMENT_DELETE, "virtual-service[name='web']/protocol", NULL, WEB "/protocol", "delete",
	 "something that is there"},
	{DOCUMENT_CREATE, "virtual-service[name='web']", "{}", WEB, "create",
	 "something that is not there yet"},
	{DOCUMENT_MOVE, "cluster", NULL, "/trireme:cluster", "move", "an entry of a list"},
	/* Valid at its place, but not the whole. */
	{DOCUMENT_DELETE, "pool[name='web']", NULL, WEB "/pool", "web", NULL},
	{DOCUMENT_DELETE, "virtual-service[name='web']/address", NULL, WEB "/address", "", NULL},
};

static void check_refused(struct document *base, const struct refused_case *c)
{
	/* An edit that is good goes first: it must not stay. */
	const struct document_edit edits[] = {
		{.operation = DOCUMENT_MERGE, .path = "cluster/name", .value = "other"},
		{.operation = c->operation, .path = c->path, .value = c->value},
	};
	struct document *edited = NULL;
	struct schema_error error;

	assert_int_equal(document_edit(base, edits, 2, &edited, &error), -EBADMSG);
	assert_null(edited);
	if (strcmp(error.path, c->error_path) != 0 || strcmp(error.value, c->error_value) != 0 ||
	    !error.allowed[0] ||
	    (c->allowed && strncmp(error.allowed, c->allowed, strlen(c->allowed)) != 0))
		fail_msg("%s: path %s, value %s, allowed %s", c->path, error.path, error.value,
			 error.allowed);
}

static void what_is_refused_says_why_and_changes_nothing(void **state)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO), *edited = NULL;
	_cleanup_free_ char *before = strdup(document_text(base, NULL));
	const struct document_edit edit = {
		.operation = DOCUMENT_MERGE, .path = "cluster/name", .value = "demo"};
	struct schema_error error;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		check_refused(base, &refused[i]);
	assert_int_equal(document_edit(base, &edit, 1, &edited, &error), 0);
	assert_string_equal(document_text(edited, NULL), before);
	assert_string_equal(document_text(base, NULL), before);
}

/* The names of the example's real servers of pool web, in their order. */
static void check_order(struct document *document, const char *first, const char *second,
			const char *third)
{
	const struct config_pool *pool = &document_config(document)->pools[0];

	assert_int_equal(pool->n_reals, 3);
	assert_string_equal(pool->reals[0].name, first);
	assert_string_equal(pool->reals[1].name, second);
	assert_string_equal(pool->reals[2].name, third);
}

static struct document *move(struct document *base, const char *name, enum document_where where,
			     const char *point)
{
	struct document_edit edit = {.operation = DOCUMENT_MOVE, .where = where};
	char path[64], point_path[64] = "";
	struct document *moved = NULL;
	struct schema_error error;

	snprintf(path, sizeof(path), "pool[name='web']/real-server[name='%s']", name);
	if (point)
		snprintf(point_path, sizeof(point_path), "pool[name='web']/real-server[name='%s']",
			 point);
	edit.path = path;
	edit.point = point_path;
	if (document_edit(base, &edit, 1, &moved, &error) < 0)
		fail_msg("%s: %s", error.path, error.allowed);
	document_free(base);
	return moved;
}

static void entries_move(void **state)
{
	_cleanup_(document_freep) struct document *document = load_document(DEMO);

	(void)state;
	check_order(document, "web1", "web2", "web3");
	document = move(document, "web1", DOCUMENT_LAST, NULL);
	check_order(document, "web2", "web3", "web1");
	document = move(document, "web1", DOCUMENT_FIRST, NULL);
	check_order(document, "web1", "web2", "web3");
	document = move(document, "web3", DOCUMENT_BEFORE, "web1");
	check_order(document, "web3", "web1", "web2");
	document = move(document, "web3", DOCUMENT_AFTER, "web1");
	check_order(document, "web1", "web3", "web2");
	document = move(document, "web2", DOCUMENT_BEFORE, "web3");
	check_order(document, "web1", "web2", "web3");
	document = move(document, "web3", DOCUMENT_LAST, NULL);
	check_order(document, "web1", "web2", "web3");
	document = move(document, "web2", DOCUMENT_AFTER, "web1");
	check_order(document, "web1", "web2", "web3");
}

static void the_machine_is_taken_out(void **state)
{
	_cleanup_(document_freep) struct document *document = load_document(DEMO), *edited = NULL;
	const struct document_edit edit = {
		.operation = DOCUMENT_MERGE, .path = "machine/node", .value = "r2"};
	char node[CONFIG_NAME_MAX];
	struct schema_error error;

	(void)state;
	assert_int_equal(document_edit(document, &edit, 1, &edited, &error), 0);
	assert_string_equal(document_config(edited)->this_node, "r2");
	assert_int_equal(document_take_machine(edited, node), 0);
	assert_string_equal(node, "r2");
	assert_string_equal(document_config(edited)->this_node, "");
	assert_string_equal(document_text(edited, NULL), document_text(document, NULL));
	assert_int_equal(document_take_machine(edited, node), 0);
	assert_string_equal(node, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_canonical),
		cmocka_unit_test(edits_do_what_they_say),
		cmocka_unit_test(a_change_may_not_go_with_what_is_beside_it),
		cmocka_unit_test(defaults_give_way),
		cmocka_unit_test(what_is_refused_says_why_and_changes_nothing),
		cmocka_unit_test(entries_move),
		cmocka_unit_test(the_machine_is_taken_out),
	};

	return cmocka_run_group_tests(tests, open_schema, close_schema);
}
