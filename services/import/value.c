// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/value.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"

#define MS_MAX 86400000u

static const char *const ordinals[] = {"no value", "one value", "two values"};

int value_count(struct importer *im, const struct statement *s, size_t n)
{
	const struct word *word = &s->words[s->n_words - 1];

	if (n == 0)
		return 0;
	if (s->n_words < n + 1)
		return report_fail(&im->report, s->line, word->column, s->words[0].text,
				   "'%.80s' needs %s, and there is nothing behind '%.80s'",
				   s->words[0].text, ordinals[n], word->text);
	if (s->n_words == n + 1)
		return 0;
	word = &s->words[n + 1];
	if (im->format == IMPORT_KEEPALIVED) {
		ROW(im, s, NULL, IMPORT_WARNING, NULL,
		    "what stands behind the value is not looked at, as by keepalived");
		return 0;
	}
	if (word->text[0] != '#')
		return report_fail(&im->report, s->line, word->column, s->words[0].text,
				   "'%.80s' has %s, and here is one more: '%.80s'; a value with "
				   "blanks stands in quotes",
				   s->words[0].text, ordinals[n], word->text);
	ROW(im, s, NULL, IMPORT_WARNING, NULL,
	    "what stands behind the value is taken for a comment");
	return 0;
}

int value_bad(struct importer *im, const struct statement *s, size_t i, const char *allowed)
{
	return report_fail(&im->report, s->line, s->words[i].column, s->words[0].text,
			   "'%.80s' is not allowed here; allowed is %s", s->words[i].text, allowed);
}

int value_number(struct importer *im, const struct statement *s, size_t i, int base, uint32_t min,
		 uint32_t max, uint32_t *ret_value)
{
	const char *text = s->words[i].text;
	unsigned long long value;
	char *end = NULL;

	if (text[0] >= '0' && text[0] <= '9') {
		errno = 0;
		value = strtoull(text, &end, base);
		if (*end == '\0' && errno == 0 && value >= min && value <= max) {
			*ret_value = (uint32_t)value;
			return 0;
		}
	}
	return value_bad(im, s, i,
			 arena_format(im->arena, "a whole number from %u to %u", min, max));
}

/* "12", "0.5", "2.71828": what is below a millisecond is cut off. */
static int parse_ms(const char *text, uint32_t *ret_ms)
{
	size_t whole = strspn(text, "0123456789"), rest;
	uint64_t ms = 0;

	if (whole == 0 || whole > 6)
		return -EINVAL;
	for (size_t i = 0; i < whole; i++)
		ms = ms * 10 + (uint64_t)(text[i] - '0');
	text += whole;
	if (*text == '.')
		text++;
	rest = strspn(text, "0123456789");
	if (text[rest] != '\0')
		return -EINVAL;
	for (size_t i = 0; i < 3; i++)
		ms = ms * 10 + (i < rest ? (uint64_t)(text[i] - '0') : 0);
	if (ms == 0 || ms > MS_MAX)
		return -ERANGE;
	*ret_ms = (uint32_t)ms;
	return 0;
}

int value_seconds(struct importer *im, const struct statement *s, size_t i, uint32_t *ret_ms)
{
	if (parse_ms(s->words[i].text, ret_ms) == 0)
		return 0;
	return value_bad(im, s, i, "a number of seconds from 0.001 to 86400");
}

int value_inet(struct importer *im, const struct statement *s, size_t i,
	       struct config_inet *ret_inet)
{
	if (parse_inet(s->words[i].text, &ret_inet->family, ret_inet->bytes) == 0)
		return 0;
	return value_bad(im, s, i,
			 "an IPv4 address as in 192.0.2.1, or an IPv6 one as in "
			 "2001:db8::1");
}

int value_netmask(struct importer *im, const struct statement *s, size_t i, uint32_t *ret_length)
{
	uint32_t mask;

	if (parse_ipv4(s->words[i].text, &mask) < 0)
		return value_bad(im, s, i, "an IPv4 netmask as in 255.255.255.0");
	*ret_length = 32;
	while (*ret_length && ipv4_netmask((uint8_t)*ret_length) != mask)
		--*ret_length;
	return 0;
}

/* The names that services(5) of every distribution has. */
static const struct {
	const char *name;
	uint16_t port;
} port_names[] = {
	{"ftp", 21},
	{"ssh", 22},
	{"telnet", 23},
	{"smtp", 25},
	{"domain", 53},
	{"http", 80},
	{"www", 80},
	{"pop3", 110},
	{"ntp", 123},
	{"imap", 143},
	{"imap2", 143},
	{"ldap", 389},
	{"https", 443},
	{"submissions", 465},
	{"submission", 587},
	{"ldaps", 636},
	{"imaps", 993},
	{"pop3s", 995},
	{"ms-sql-s", 1433},
	{"nfs", 2049},
	{"squid", 3128},
	{"mysql", 3306},
	{"ms-wbt-server", 3389},
	{"sip", 5060},
	{"postgresql", 5432},
	{"http-alt", 8080},
	{"webcache", 8080},
};

int value_port(struct importer *im, const struct statement *s, size_t i, uint16_t *ret_port)
{
	const char *text = s->words[i].text;
	uint32_t number;
	int r;

	for (size_t k = 0; k < ARRAY_SIZE(port_names); k++) {
		if (strcmp(port_names[k].name, text) == 0) {
			*ret_port = port_names[k].port;
			return 0;
		}
	}
	if (text[0] < '0' || text[0] > '9')
		return value_bad(im, s, i,
				 "a port from 0 to 65535, or a well-known name as in http");
	r = value_number(im, s, i, 0, 0, UINT16_MAX, &number);
	if (r == 0)
		*ret_port = (uint16_t)number;
	return r;
}

int value_choice(const char *text, const char *const *names)
{
	for (int i = 0; names[i]; i++) {
		if (strcmp(names[i], text) == 0)
			return i;
	}
	return -ENOENT;
}

bool is_ipv6(const char *text)
{
	return strchr(text, ':') != NULL;
}
