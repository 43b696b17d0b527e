// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Errors with line and column, the samples of Debian's keepalived, names and addresses that the
 * document has, bounds, and that README.md has every key.
 */
#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file_io.h"
#include "import/keepalived_keys.h"
#include "import/lvs_keys.h"
#include "import/tests/import_test.h"

#define SAMPLES "/usr/share/doc/keepalived/samples/keepalived.conf."
#define SAMPLES_MIN 25
#define README "services/import/README.md"

static struct document *demo;

static int open_demo(void **state)
{
	(void)state;
	demo = import_test_base(IMPORT_DEMO);
	return 0;
}

static int close_demo(void **state)
{
	(void)state;
	document_free(demo);
	return 0;
}

struct syntax_case {
	enum import_format format;
	const char *text;
	unsigned int line, column;
	const char *words; /* a part of what is said */
};

static const struct syntax_case syntax_cases[] = {
	{IMPORT_DETECT, "", 0, 0, "nothing in the text tells"},
	{IMPORT_DETECT, "# only\n\n# comments\n", 0, 0, "nothing in the text tells"},
	{IMPORT_LVS, "service = lvs\nport=80\n", 2, 1, "a blank on each side of '='"},
	{IMPORT_LVS, "service = lvs\n  port 80\n", 2, 8, "a blank on each side of '='"},
	{IMPORT_LVS, "service =\n", 1, 9, "no value behind '='"},
	{IMPORT_LVS, "service = lvs fos\n", 1, 15, "here is one more: 'fos'"},
	{IMPORT_LVS, "service = ha\n", 1, 11, "lvs or fos"},
	{IMPORT_LVS, "network = masq\n", 1, 11, "nat, direct or tunnel"},
	{IMPORT_LVS, "nat_router = 10.77.0.1\n", 1, 14, "needs two values"},
	{IMPORT_LVS, "nat_router = 10.77.0.300 eth1:1\n", 1, 14, "an IPv4 address as in"},
	{IMPORT_LVS, "tcp_timeout = 1h\n", 1, 15, "a whole number from 0 to 86400"},
	{IMPORT_LVS, "tcp_timeout = 08\n", 1, 15, "a whole number from 0 to 86400"},
	{IMPORT_LVS, "tcp_timeout = 86401\n", 1, 15, "a whole number from 0 to 86400"},
	{IMPORT_LVS, "virtual a {\n", 1, 1, "opened here and never closed"},
	{IMPORT_LVS, "virtual a {\n server b {\n }\n", 1, 1, "opened here and never closed"},
	{IMPORT_LVS, "}\n", 1, 1, "without a block that it closes"},
	{IMPORT_LVS, "virtual a {\n} }\n", 2, 3, "a line of its own"},
	{IMPORT_LVS, "virtual {\n}\n", 1, 1, "opened here by 'virtual NAME"},
	{IMPORT_LVS, "group a {\n}\n", 1, 1, "opened here by 'virtual NAME"},
	{IMPORT_LVS, "server a {\n}\n", 1, 1, "opened here by 'virtual NAME"},
	{IMPORT_LVS, "virtual a {\n virtual b {\n }\n}\n", 2, 2, "opened here by 'server NAME"},
	{IMPORT_LVS, "virtual a {\nserver b {\nserver c {\n}\n}\n}\n", 3, 10, "in a server"},
	{IMPORT_LVS, "dirs = [ a b\n", 1, 8, "not closed by ']'"},
	{IMPORT_LVS, "rsh_command = \"ssh\n", 1, 15, "a quote is opened here"},
	{IMPORT_LVS, "a = b\nvirtual a {\nactive = yes\n}\n", 3, 10, "a whole number from 0 to 1"},
	{IMPORT_LVS, "virtual a {\nactive = 1\naddress = 203.0.113.30 eth0:3\nport = 65536\n}\n", 4,
	 8, "a whole number from 0 to 65535"},
	{IMPORT_LVS, "virtual a {\nactive = 1\naddress = 203.0.113.30 eth0:3\nport = gopher\n}\n",
	 4, 8, "a port from 0 to 65535, or a well-known name"},
	{IMPORT_LVS, "virtual a {\nactive = 1\nprotocol = icmp\n}\n", 3, 12, "tcp or udp"},
	{IMPORT_LVS, "virtual a {\nactive = 1\naddress = 203.0.113.30 eth0\nscheduler = rnd\n}\n",
	 4, 13, "one of lc, rr, wlc"},
	{IMPORT_KEEPALIVED, "virtual_server 203.0.113.30 80 {\n", 1, 1, "never closed"},
	{IMPORT_KEEPALIVED, "global_defs {\n}\n}\n", 3, 1, "without a block that it closes"},
	{IMPORT_KEEPALIVED, "global_defs {\n  { \n", 2, 3, "'{' without a key before it"},
	{IMPORT_KEEPALIVED, "global_defs {\n router_id \"a\n}\n", 2, 12, "a quote is opened here"},
	{IMPORT_KEEPALIVED, "global_defs {\n router_id 'a\n}\n", 2, 12, "a quote is opened here"},
	{IMPORT_KEEPALIVED, "global_defs {\n router_id a \\\n}\n", 2, 14,
	 "only the lines of a def"},
	{IMPORT_KEEPALIVED, "global_defs {\nlvs_timeouts tcp\n}\n", 2, 14, "needs two values"},
	{IMPORT_KEEPALIVED, "global_defs {\nlvs_timeouts tcp x\n}\n", 2, 18, "a whole number"},
	{IMPORT_KEEPALIVED, "global_defs {\nlvs_timeouts ip 3\n}\n", 2, 14, "tcp, tcpfin or udp"},
	{IMPORT_KEEPALIVED, "$A=$A\nrouter_id $A\n", 2, 0, "deep in definitions"},
	{IMPORT_KEEPALIVED, "$A= \\\n a \\\n b\nrouter_id x $A\n", 4, 13, "has a line of its own"},
	{IMPORT_KEEPALIVED, "vrrp_instance {\n}\n", 1, 1, "needs one value"},
	{IMPORT_KEEPALIVED, "vrrp_instance V {\nvirtual_ipaddress {\n10.0.0 dev eth0\n}\n}\n", 3, 1,
	 "an IPv4 address as in"},
	{IMPORT_KEEPALIVED, "virtual_server 10.0.0.x 80 {\nreal_server 1.2.3.4 80 {\n}\n}\n", 1, 16,
	 "an IPv4 address as in"},
	{IMPORT_KEEPALIVED,
	 "virtual_server 203.0.113.30 80 {\nlb_kind MASQ\nreal_server 10.77.0.9 80 {\n}\n}\n", 2, 9,
	 "NAT, DR or TUN"},
	{IMPORT_KEEPALIVED,
	 "virtual_server 203.0.113.30 80 {\nprotocol GRE\nreal_server 10.77.0.9 80 {\n}\n}\n", 2,
	 10, "TCP, UDP or SCTP"},
	{IMPORT_KEEPALIVED,
	 "virtual_server 203.0.113.30 80 {\ndelay_loop 0\nreal_server 10.77.0.9 80 {\n}\n}\n", 2,
	 12, "a number of seconds from 0.001"},
	{IMPORT_KEEPALIVED,
	 "virtual_server 203.0.113.30 80 {\nreal_server 10.77.0.9 80 {\n weight 70000\n}\n}\n", 3,
	 9, "a whole number from 0 to 65535"},
	{IMPORT_KEEPALIVED,
	 "$W=heavy\nvirtual_server 203.0.113.30 80 {\nreal_server 10.77.0.9 80 {\n weight "
	 "$W\n}\n}\n",
	 4, 0, "'heavy' is not allowed here"},
	{IMPORT_KEEPALIVED, "static_routes {\n10.1.0.0/33 via 10.77.0.9\n}\n", 2, 1,
	 "a network as in"},
};

static void check_syntax(const struct syntax_case *c)
{
	_cleanup_(import_result_clear) struct import_result result = {.n_edits = 0};
	const struct import_row *row;
	int r = import_text(c->text, strlen(c->text), c->format, document_config(demo), &result);

	if (r != -EBADMSG)
		fail_msg("%s: it is taken", c->text);
	assert_int_equal(result.n_edits, 0);
	assert_int_equal(result.n_rows, 1);
	assert_int_equal(result.counts[IMPORT_ERROR], 1);
	row = &result.rows[0];
	if (row->line != c->line || row->column != c->column || !strstr(row->text, c->words))
		fail_msg("%s\n%u:%u: %s", c->text, row->line, row->column, row->text);
}

static void broken_syntax_is_refused_with_line_and_column(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(syntax_cases); i++)
		check_syntax(&syntax_cases[i]);
}

/* A text of n times what is given, between head and tail. */
static char *repeat(const char *head, const char *text, size_t n, const char *tail)
{
	struct buffer buffer = buffer_of(2 * IMPORT_TEXT_MAX);
	char *all = NULL;

	buffer_text(&buffer, head);
	for (size_t i = 0; i < n; i++)
		buffer_text(&buffer, text);
	buffer_text(&buffer, tail);
	assert_int_equal(buffer_take(&buffer, &all, NULL), 0);
	return all;
}

static void check_bound(enum import_format format, char *text, const char *words)
{
	_cleanup_free_ char *freed = text;
	_cleanup_(import_result_clear) struct import_result result = {.n_edits = 0};

	assert_int_equal(import_text(freed, strlen(freed), format, document_config(demo), &result),
			 -EBADMSG);
	assert_int_equal(result.n_edits, 0);
	if (!strstr(result.rows[0].text, words))
		fail_msg("%s: %s", words, result.rows[0].text);
}

static void everything_has_a_bound(void **state)
{
	_cleanup_(import_result_clear) struct import_result result = {.n_edits = 0};

	(void)state;
	check_bound(IMPORT_LVS, repeat("", "#", IMPORT_TEXT_MAX + 1, ""), "at most 1048576");
	check_bound(IMPORT_LVS, repeat("sync = ", "x", 256, "\n"), "at most 255");
	check_bound(IMPORT_LVS, repeat("sync = ", "x ", 600, "\n"), "more than 512 words");
	check_bound(IMPORT_LVS, repeat("sync = ", "x ", 2100, "\n"), "more than 4096 bytes");
	check_bound(IMPORT_LVS, repeat("", "a = b\n", 65537, ""), "more than 65536 lines");
	check_bound(IMPORT_LVS, repeat("", "a = b\n", 50001, ""), "50001 lines of mapping");
	check_bound(IMPORT_KEEPALIVED, repeat("router_id ", "x", 4096, "\n"), "4096 bytes");
	check_bound(IMPORT_KEEPALIVED, repeat("", "a {\n", 17, ""), "more than 16 deep");
	check_bound(IMPORT_KEEPALIVED, repeat("", "a\n", 65537, ""), "more than 65536 lines");
	check_bound(IMPORT_KEEPALIVED, repeat("$A=", "x", 3000, "\nb $A$A $A \n"), "4096 bytes");
	check_bound(IMPORT_KEEPALIVED,
		    repeat("$A= \\\n x \\\n x\n$B= \\\n $A \\\n $A\n", "$B\n", 20000, ""),
		    "more than 65536 lines");
	assert_int_equal(
		import_text("a = b\n\0c = d\n", 13, IMPORT_LVS, document_config(demo), &result),
		-EBADMSG);
	assert_int_equal(result.rows[0].line, 2);
}

static void a_mark_of_utf8_is_not_of_the_text(void **state)
{
	static const char text[] = "\xef\xbb\xbfservice = fos\nnetwork 7\n";
	_cleanup_(import_result_clear) struct import_result result = {.n_edits = 0};

	(void)state;
	assert_int_equal(
		import_text(text, strlen(text), IMPORT_DETECT, document_config(demo), &result),
		-EBADMSG);
	assert_int_equal(result.format, IMPORT_LVS);
	assert_int_equal(result.rows[0].line, 2);
}

/* More definitions than the parser keeps. */
static void definitions_have_a_bound(void **state)
{
	struct buffer buffer = buffer_of(IMPORT_TEXT_MAX);
	char *text = NULL;

	(void)state;
	for (unsigned int i = 0; i <= 1024; i++)
		buffer_format(&buffer, "$A%u=x\n", i);
	assert_int_equal(buffer_take(&buffer, &text, NULL), 0);
	check_bound(IMPORT_KEEPALIVED, text, "more than 1024 definitions");
}

/* One line of a text that fills what the model has. */
static void fill(struct buffer *buffer, unsigned int services, unsigned int reals)
{
	buffer_text(buffer, "network = direct\n");
	for (unsigned int i = 0; i < services; i++) {
		buffer_format(buffer,
			      "virtual v%u {\nactive = 1\naddress = 203.0.113.30 eth0:3\n"
			      "port = %u\n",
			      i, i + 1);
		for (unsigned int k = 0; k < reals; k++)
			buffer_format(buffer, "server r%u {\naddress = 10.77.0.%u\nactive = 1\n}\n",
				      k, 100 + k);
		buffer_text(buffer, "}\n");
	}
}

static void check_full(unsigned int services, unsigned int reals, size_t errors, const char *words)
{
	_cleanup_(import_result_clear) struct import_result result = {.n_edits = 0};
	_cleanup_(document_freep) struct document *document = NULL;
	struct buffer buffer = buffer_of(IMPORT_TEXT_MAX);
	_cleanup_free_ char *text = NULL;
	struct schema_error error;
	size_t size, n = 0;

	fill(&buffer, services, reals);
	assert_int_equal(buffer_take(&buffer, &text, &size), 0);
	assert_int_equal(import_text(text, size, IMPORT_DETECT, document_config(demo), &result), 0);
	document = import_test_apply(demo, &result, &error);
	if (!document)
		fail_msg("%s: %s", error.path, error.allowed);
	for (size_t i = 0; i < result.n_rows; i++)
		n += result.rows[i].verdict == IMPORT_ERROR &&
		     strstr(result.rows[i].text, words) != NULL;
	assert_int_equal(n, errors);
	assert_int_equal(result.counts[IMPORT_ERROR], errors);
}

/* The demonstration has 2 services and 6 real servers. */
static void what_is_too_much_for_the_model_is_left_out(void **state)
{
	(void)state;
	check_full(513, 1, 3, "room for 512");
	check_full(200, 21, 110, "room for 4096 real servers");
}

struct sample {
	const char *name;
	const char *eth0, *eth1; /* networks of the document: three numbers */
	size_t errors;		 /* addresses that cannot be where they are */
	bool nothing;		 /* there is nothing to take in it */
};

/* In virtual_server_group, a real server has an address of the services. */
static const struct sample samples[] = {
	{"HTTP_GET.port", "192.168.200", "192.168.201", 0, false},
	{"IPv6", "192.168.200", "192.168.201", 1, true},
	{"PING_CHECK", "10.10.10", "192.168.200", 0, false},
	{"SMTP_CHECK", "192.168.200", "172.16.1", 0, false},
	{"SSL_GET", "192.168.200", "192.168.201", 0, false},
	{"UDP_CHECK", "10.10.10", "192.168.200", 0, false},
	{"conditional_conf", "10.1.0", "192.168.201", 0, false},
	{"fwmark", "192.168.200", "192.168.201", 0, false},
	{"inhibit", "10.10.10", "192.168.200", 0, false},
	{"misc_check", "10.10.10", "192.168.200", 0, false},
	{"misc_check_arg", "10.10.10", "192.168.200", 0, false},
	{"quorum", "10.0.1", "10.0.0", 0, false},
	{"sample", "10.10.10", "192.168.200", 0, false},
	{"status_code", "192.168.200", "192.168.201", 0, false},
	{"track_interface", "192.168.200", "192.168.100", 0, false},
	{"virtual_server_group", "10.0.0", "192.168.200", 1, false},
	{"virtualhost", "192.168.200", "192.168.201", 0, false},
	{"vrrp", "192.168.200", "192.168.201", 0, false},
	{"vrrp.localcheck", "192.168.200", "192.168.201", 0, false},
	{"vrrp.lvs_syncd", "192.168.200", "192.168.201", 0, false},
	{"vrrp.routes", "192.168.200", "192.168.100", 0, false},
	{"vrrp.rules", "192.168.200", "192.168.201", 0, false},
	{"vrrp.scripts", "192.168.200", "192.168.201", 0, false},
	{"vrrp.static_ipaddress", "192.168.200", "192.168.100", 0, false},
	{"vrrp.sync", "192.168.200", "192.168.201", 0, false},
};

/* The demonstration in the sample's networks, with two firewall marks. */
static struct document *document_for(const struct sample *sample)
{
	char path[] = "/tmp/trireme-import-XXXXXX";
	struct buffer buffer = buffer_of(SCHEMA_DOCUMENT_MAX);
	_cleanup_free_ char *text = NULL;
	struct document *document;
	size_t size;
	int fd;

	buffer_text(&buffer, "{\"trireme:cluster\":{\"node\":[");
	for (unsigned int i = 1; i <= 3; i++)
		buffer_format(&buffer,
			      "%s{\"name\":\"r%u\",\"id\":%u,\"role\":\"%s\",\"port\":["
			      "{\"name\":\"eth0\",\"address\":\"%s.24%u\"},"
			      "{\"name\":\"eth1\",\"address\":\"%s.24%u\"}]}",
			      i > 1 ? "," : "", i, i, i < 3 ? "router" : "witness", sample->eth0, i,
			      sample->eth1, i);
	buffer_format(&buffer,
		      "]},\"trireme:alias-group\":[{\"name\":\"main\",\"alias\":["
		      "{\"label\":\"eth0:1\",\"address\":\"%s.240\"},"
		      "{\"label\":\"eth1:1\",\"address\":\"%s.240\"}]}],",
		      sample->eth0, sample->eth1);
	buffer_text(&buffer, "\"trireme:firewall-mark\":[");
	for (unsigned int i = 1; i <= 2; i++)
		buffer_format(&buffer,
			      "%s{\"mark\":%u,\"match\":[{\"name\":\"a\",\"address\":\"%s.240\","
			      "\"port-first\":%u}]}",
			      i > 1 ? "," : "", i, sample->eth0, 79 + i);
	buffer_text(&buffer, "]}");
	assert_int_equal(buffer_take(&buffer, &text, &size), 0);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
	close(fd);
	document = import_test_base(path);
	unlink(path);
	return document;
}

static const struct sample *sample_of(const char *path)
{
	const char *name = path + strlen(SAMPLES);

	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		if (strcmp(samples[i].name, name) == 0)
			return &samples[i];
	}
	fail_msg("%s: this test does not know the sample", path);
	return NULL;
}

static void check_sample(const char *path)
{
	const struct sample *sample = sample_of(path);
	_cleanup_(document_freep) struct document *base = document_for(sample), *document = NULL;
	_cleanup_(import_result_clear) struct import_result result = {.n_edits = 0};
	_cleanup_free_ char *text = NULL;
	struct schema_error error;
	size_t size;
	int r;

	assert_int_equal(file_read(path, IMPORT_TEXT_MAX, &text, &size), 0);
	r = import_text(text, size, IMPORT_DETECT, document_config(base), &result);
	if (r != 0)
		fail_msg("%s:%u: %s", path, result.rows[0].line, result.rows[0].text);
	assert_int_equal(result.format, IMPORT_KEEPALIVED);
	for (size_t i = 0; i < result.n_rows; i++) {
		const struct import_row *row = &result.rows[i];

		if (strstr(row->text, "unknown key") ||
		    (row->verdict == IMPORT_ERROR && sample->errors == 0))
			fail_msg("%s:%u: %s: %s", path, row->line, row->key, row->text);
	}
	assert_int_equal(result.counts[IMPORT_ERROR], sample->errors);
	assert_int_equal(result.n_edits == 0, sample->nothing);
	document = import_test_apply(base, &result, &error);
	if (!document && !sample->nothing)
		fail_msg("%s: %s: '%s': %s", path, error.path, error.value, error.allowed);
}

static void samples_of_debian_are_taken(void **state)
{
	glob_t found;

	(void)state;
	if (glob(SAMPLES "*", 0, NULL, &found) != 0 || found.gl_pathc < SAMPLES_MIN)
		fail_msg("%s*: install Debian's package keepalived with its documentation",
			 SAMPLES);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_sample(found.gl_pathv[i]);
	globfree(&found);
}

/* A line with the key, and at its end what is said of it. */
static bool readme_says(const char *readme, const char *key, const char *end)
{
	char quoted[64], line[4096];

	snprintf(quoted, sizeof(quoted), "`%s`", key);
	for (const char *p = readme; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t length = strcspn(p, "\n"), tail = strlen(end);

		if (length >= sizeof(line) || length < tail)
			continue;
		memcpy(line, p, length);
		line[length] = '\0';
		if (strstr(line, quoted) && strcmp(line + length - tail, end) == 0)
			return true;
	}
	return false;
}

static void check_keys(const char *readme, const struct keyword *table)
{
	for (; table && table->key; table++) {
		char end[512] = "";

		if (table->why)
			snprintf(end, sizeof(end), "| %s | %s |",
				 table->warn ? "warning" : "dropped", table->why);
		if (!readme_says(readme, table->key, end))
			fail_msg(README " does not say of %s: %s", table->key, end);
		check_keys(readme, table->inner);
	}
}

static void readme_has_every_key(void **state)
{
	_cleanup_free_ char *readme = NULL;

	(void)state;
	assert_int_equal(file_read(README, IMPORT_TEXT_MAX, &readme, NULL), 0);
	check_keys(readme, lvs_global_keys);
	check_keys(readme, keepalived_root_keys);
}

static void formats_have_names(void **state)
{
	static const enum import_format formats[] = {IMPORT_DETECT, IMPORT_LVS, IMPORT_KEEPALIVED};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		enum import_format format = IMPORT_DETECT;

		assert_int_equal(import_format_parse(import_format_name(formats[i]), &format), 0);
		assert_int_equal(format, formats[i]);
	}
	assert_int_equal(import_format_parse("ldirectord", &(enum import_format){0}), -EINVAL);
	assert_string_equal(import_verdict_name(IMPORT_WARNING), "warning");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broken_syntax_is_refused_with_line_and_column),
		cmocka_unit_test(everything_has_a_bound),
		cmocka_unit_test(a_mark_of_utf8_is_not_of_the_text),
		cmocka_unit_test(definitions_have_a_bound),
		cmocka_unit_test(what_is_too_much_for_the_model_is_left_out),
		cmocka_unit_test(samples_of_debian_are_taken),
		cmocka_unit_test(readme_has_every_key),
		cmocka_unit_test(formats_have_names),
	};

	return cmocka_run_group_tests(tests, open_demo, close_demo);
}
