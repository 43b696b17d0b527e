// SPDX-License-Identifier: GPL-2.0-or-later
/* Differences for people, and that a patch makes exactly the other document: also of random pairs.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "schema/tests/document_test.h"
#include "schema/tree.h"

#define STEPS 400	 /* random edits by default; TRIREME_DIFF_STEPS gives another number */
#define ENTRIES_MAX 2000 /* nodes of a document that a random edit may take */

struct line_case {
	enum document_operation operation;
	const char *path, *value, *lines;
};

static const struct line_case lines[] = {
	{DOCUMENT_MERGE, "cluster/name", "demo", ""},
	{DOCUMENT_MERGE, "cluster/name", "other", "~ cluster/name: demo → other\n"},
	{DOCUMENT_MERGE, "virtual-service[name='web']/scheduler", "rr",
	 "~ virtual-service[name='web']/scheduler: wrr → rr\n"},
	{DOCUMENT_DELETE, "virtual-service[name='web']/scheduler", NULL,
	 "~ virtual-service[name='web']/scheduler: wrr → wlc (default)\n"},
	{DOCUMENT_MERGE, "cluster/timing/profile", "fast",
	 "~ cluster/timing/profile: standard (default) → fast\n"},
	{DOCUMENT_DELETE, "cluster/node[name='r1']/gateway", NULL,
	 "- cluster/node[name='r1']/gateway: 203.0.113.1\n"},
	{DOCUMENT_CREATE, "virtual-service[name='mail']",
	 "{\"address\": \"203.0.113.20\", \"port\": 25, \"pool\": \"web\"}",
	 "+ virtual-service[name='mail']  (address 203.0.113.20, port 25, pool web)\n"},
	{DOCUMENT_DELETE, "pool[name='web']/real-server[name='web2']", NULL,
	 "- pool[name='web']/real-server[name='web2']  (address 10.77.0.102, weight 2)\n"},
	{DOCUMENT_MERGE, "system/dns/search", "[\"a.example\"]",
	 "+ system/dns/search[.='a.example']\n"},
	{DOCUMENT_MOVE, "pool[name='web']/real-server[name='web1']", NULL,
	 "~ pool[name='web']/real-server[name='web1']: moved behind "
	 "pool[name='web']/real-server[name='web3']\n"},
	{DOCUMENT_CREATE, "virtual-service[name='web']/persistence", "{\"timeout\": 60}",
	 "+ virtual-service[name='web']/persistence  (timeout 60)\n"},
	{DOCUMENT_MERGE, "cluster/ring/key", "$1$AAAA", "+ cluster/ring/key: (secret)\n"},
};

static void lines_say_what_changes(void **state)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_(document_freep) struct document *edited = NULL;
		_cleanup_free_ char *text = NULL;
		const struct document_edit edit = {.operation = lines[i].operation,
						   .path = lines[i].path,
						   .value = lines[i].value};
		struct schema_error error;

		if (document_edit(base, &edit, 1, &edited, &error) < 0)
			fail_msg("%s: %s: %s", lines[i].path, error.path, error.allowed);
		assert_int_equal(
			document_diff(base, edited, DOCUMENT_LINES, DOCUMENT_REDACTED, &text), 0);
		assert_string_equal(text, lines[i].lines);
	}
}

static void lines_are_sorted_by_path(void **state)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO), *edited = NULL;
	_cleanup_free_ char *text = NULL;
	const struct document_edit edits[] = {
		{.operation = DOCUMENT_DELETE, .path = "virtual-service[name='web-direct']"},
		{.operation = DOCUMENT_MERGE, .path = "cluster/node[name='w']/id", .value = "4"},
		{.operation = DOCUMENT_MERGE,
		 .path = "cluster/node[name='r1']/priority",
		 .value = "200"},
	};
	struct schema_error error;

	(void)state;
	assert_int_equal(document_edit(base, edits, ARRAY_SIZE(edits), &edited, &error), 0);
	assert_int_equal(document_diff(base, edited, DOCUMENT_LINES, DOCUMENT_REDACTED, &text), 0);
	assert_string_equal(text, "~ cluster/node[name='r1']/priority: 100 (default) → 200\n"
				  "~ cluster/node[name='w']/id: 3 → 4\n"
				  "- virtual-service[name='web-direct']  (address 203.0.113.20, "
				  "port 80, method direct, scheduler wlc, pool web-direct)\n");
}

static void a_patch_has_the_form_of_rfc_8072(void **state)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO), *edited = NULL;
	_cleanup_free_ char *text = NULL;
	const struct document_edit edits[] = {
		{.operation = DOCUMENT_MERGE,
		 .path = "virtual-service[name='web']/scheduler",
		 .value = "rr"},
		{.operation = DOCUMENT_CREATE,
		 .path = "alias-group[name='main']/alias[label='eth0:3']",
		 .value = "{\"address\": \"203.0.113.21\"}"},
	};
	struct schema_error error;

	(void)state;
	assert_int_equal(document_edit(base, edits, ARRAY_SIZE(edits), &edited, &error), 0);
	assert_int_equal(document_diff(base, edited, DOCUMENT_PATCH, DOCUMENT_REDACTED, &text), 0);
	assert_string_equal(
		text, "{\"ietf-yang-patch:yang-patch\":{\"patch-id\":\"trireme\",\"edit\":["
		      "{\"edit-id\":\"1\",\"operation\":\"create\","
		      "\"target\":\"/trireme:alias-group=main/alias=eth0:3\",\"value\":"
		      "{\"trireme:alias\":[{\"label\":\"eth0:3\",\"address\":\"203.0.113.21\"}]}},"
		      "{\"edit-id\":\"2\",\"operation\":\"replace\","
		      "\"target\":\"/trireme:virtual-service=web/scheduler\",\"value\":"
		      "{\"trireme:scheduler\":\"rr\"}}]}}");
}

struct patch_case {
	const char *patch, *path, *allowed; /* beginnings */
};

#define EDIT_1 "/ietf-yang-patch:yang-patch/edit[1]"
#define EDIT(members) "{\"ietf-yang-patch:yang-patch\":{\"edit\":[{" members "}]}}"

static const struct patch_case bad_patches[] = {
	{"", "", "a YANG Patch"},
	{"{}", "", "a YANG Patch"},
	{"{\"ietf-yang-patch:yang-patch\":{\"edit\":{}}}", "", "a YANG Patch"},
	{EDIT(""), EDIT_1, "operation is one of"},
	{EDIT("\"operation\":\"merg\""), EDIT_1, "operation is one of"},
	{EDIT("\"operation\":\"merge\""), EDIT_1, "with target"},
	{EDIT("\"operation\":\"merge\",\"target\":\"/trireme:pools=a\""), "/pools", "one of"},
	{EDIT("\"operation\":\"merge\",\"target\":\"/trireme:pool=%zz\""), "/trireme:pool=%zz",
	 "keys with percent"},
	{EDIT("\"operation\":\"merge\",\"target\":\"/trireme:pool=%00\""), "/trireme:pool=%00",
	 "keys with percent"},
	{EDIT("\"operation\":\"merge\",\"target\":\"/trireme:pool=a,b\""), "/trireme:pool=a,b",
	 "as many values"},
	{EDIT("\"operation\":\"merge\",\"target\":\"/trireme:pool=a\",\"value\":{}"), EDIT_1,
	 "a value with one member"},
	{EDIT("\"operation\":\"move\",\"target\":\"/trireme:pool=web\",\"where\":\"up\""), EDIT_1,
	 "where is one of"},
	{EDIT("\"operation\":\"move\",\"target\":\"/trireme:pool=web\",\"where\":\"after\""),
	 EDIT_1, "with target and"},
	{EDIT("\"operation\":\"move\",\"target\":\"/trireme:pool=web\",\"where\":\"after\","
	      "\"point\":\"/trireme:pool=none\""),
	 "/trireme:pool[name='web']", "beside another entry"},
};

static void bad_patches_are_refused(void **state)
{
	_cleanup_(document_freep) struct document *base = load_document(DEMO);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_patches); i++) {
		const struct patch_case *c = &bad_patches[i];
		struct document *patched = NULL;
		struct schema_error error;

		assert_int_equal(document_apply_patch(base, "", c->patch, strlen(c->patch),
						      &patched, &error),
				 -EBADMSG);
		if (strncmp(error.path, c->path, strlen(c->path)) != 0 ||
		    strncmp(error.allowed, c->allowed, strlen(c->allowed)) != 0)
			fail_msg("%s: %s: %s", c->patch, error.path, error.allowed);
	}
}

/* a → b by the patch between them, and back. */
static void check_pair(struct document *a, struct document *b)
{
	_cleanup_(document_freep) struct document *patched = NULL;
	_cleanup_free_ char *patch = NULL;
	struct schema_error error;

	assert_int_equal(document_diff(a, b, DOCUMENT_PATCH, DOCUMENT_REDACTED, &patch), 0);
	if (document_apply_patch(a, "", patch, strlen(patch), &patched, &error) < 0)
		fail_msg("%s: %s: %s\n%s", error.path, error.value, error.allowed, patch);
	if (strcmp(document_text(patched, NULL), document_text(b, NULL)) != 0)
		fail_msg("%s\n%s\n%s\n%s", document_text(a, NULL), patch,
			 document_text(patched, NULL), document_text(b, NULL));
}

/* Knuth's MMIX generator: the same everywhere. */
static uint64_t random_state = 1;

static size_t random_below(size_t n)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (size_t)(random_state >> 33) % n;
}

static struct lyd_node *random_node(struct document *document)
{
	static struct lyd_node *nodes[ENTRIES_MAX];
	struct lyd_node *tree, *node;
	size_t n = 0;

	assert_int_equal(document_tree(document, &tree), 0);
	for (struct lyd_node *top = tree; top; top = top->next) {
		LYD_TREE_DFS_BEGIN(top, node)
		{
			if (tree_is_set(node) && !lysc_is_key(node->schema) && n < ENTRIES_MAX)
				nodes[n++] = node;
			LYD_TREE_DFS_END(top, node);
		}
	}
	return nodes[random_below(n)];
}

/* A neighbour of the node in its list, or NULL. */
static struct lyd_node *neighbour(struct lyd_node *node)
{
	struct lyd_node *entries[ENTRIES_MAX];
	size_t n = 0;

	for (struct lyd_node *c = lyd_first_sibling(node); c && n < ENTRIES_MAX; c = c->next) {
		if (c != node && c->schema == node->schema)
			entries[n++] = c;
	}
	return n ? entries[random_below(n)] : NULL;
}

static char *content_of(const struct lyd_node *node)
{
	struct buffer buffer = buffer_of(SCHEMA_DOCUMENT_MAX);
	char *text = NULL;

	tree_print(&buffer, lyd_child_no_keys(node), DOCUMENT_COMPLETE);
	(void)buffer_take(&buffer, &text, NULL);
	return text;
}

/* Numbers go up or down, a word becomes one that stands elsewhere in the document. */
static void random_value(struct document *document, const struct lyd_node *leaf, char value[64])
{
	const struct lyd_node *other = random_node(document);
	unsigned long number = strtoul(lyd_get_value(leaf), NULL, 10);

	if (random_below(2) && number)
		snprintf(value, 64, "%lu", (unsigned long)(number + random_below(3) - 1));
	else if (other->schema->nodetype & LYD_NODE_TERM)
		snprintf(value, 64, "%s", lyd_get_value(other));
	else
		snprintf(value, 64, "%s", lyd_get_value(leaf));
}

/* An edit that may or may not be accepted. The new document, or NULL. */
static struct document *random_edit(struct document *base)
{
	struct document_edit edit = {.where = (enum document_where)random_below(4)};
	struct lyd_node *node = random_node(base), *beside = neighbour(node);
	_cleanup_free_ char *path = lyd_path(node, LYD_PATH_STD, NULL, 0);
	_cleanup_free_ char *point = beside ? lyd_path(beside, LYD_PATH_STD, NULL, 0) : NULL;
	_cleanup_free_ char *content = NULL;
	struct document *edited = NULL;
	struct schema_error error;
	char value[64], fresh[300];

	edit.path = path;
	edit.point = point;
	if (point && random_below(2)) {
		edit.operation = DOCUMENT_MOVE;
	} else if (node->schema->nodetype == LYS_LIST) {
		/* The same content under another key: refused where something must be unique. */
		snprintf(fresh, sizeof(fresh), "%.*s%zu']", (int)strlen(path) - 2, path,
			 random_below(100));
		content = content_of(node);
		edit.operation = random_below(3) ? DOCUMENT_INSERT : DOCUMENT_DELETE;
		edit.path = edit.operation == DOCUMENT_INSERT ? fresh : path;
		edit.value = content;
	} else if (node->schema->nodetype & LYD_NODE_TERM && random_below(4)) {
		random_value(base, node, value);
		edit.operation = DOCUMENT_MERGE;
		edit.value = value;
	} else {
		edit.operation = DOCUMENT_REMOVE;
	}
	return document_edit(base, &edit, 1, &edited, &error) < 0 ? NULL : edited;
}

static void random_pairs(const char *path)
{
	const char *asked = getenv("TRIREME_DIFF_STEPS");
	unsigned long steps = asked ? strtoul(asked, NULL, 10) : STEPS;
	_cleanup_(document_freep) struct document *from = load_document(path);
	_cleanup_(document_freep) struct document *to = load_document(path);
	size_t accepted = 0, different = 0;

	for (unsigned long i = 0; i < steps; i++) {
		struct document *next = random_edit(to);

		if (!next)
			continue;
		different += strcmp(document_text(next, NULL), document_text(to, NULL)) != 0;
		document_free(to);
		to = next;
		/* Pairs of one change up to a dozen. */
		if (++accepted % (1 + random_below(12)) != 0)
			continue;
		check_pair(from, to);
		check_pair(to, from);
		document_free(from);
		from = load_document(path);
		next = from;
		from = to;
		to = next;
	}
	assert_true(accepted > steps / 10);
	assert_true(different > steps / 20);
}

static void patches_of_random_pairs_are_exact(void **state)
{
	(void)state;
	random_pairs(DEMO);
	random_pairs(GOLDEN "ok-everything-set.json");
	random_pairs(GOLDEN "ok-bond.json");
	random_pairs(GOLDEN "ok-system.json");
	random_pairs(GOLDEN "ok-mark.json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_say_what_changes),
		cmocka_unit_test(lines_are_sorted_by_path),
		cmocka_unit_test(a_patch_has_the_form_of_rfc_8072),
		cmocka_unit_test(bad_patches_are_refused),
		cmocka_unit_test(patches_of_random_pairs_are_exact),
	};

	return cmocka_run_group_tests(tests, open_schema, close_schema);
}
