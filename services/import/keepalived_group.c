// SPDX-License-Identifier: GPL-2.0-or-later
/* What a virtual_server is for: an address and port, a firewall mark, or a group of them. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "import/keepalived.h"
#include "import/service.h"
#include "import/value.h"

/* A service that is to be, and the line that says so. */
struct wanted {
	const struct statement *at;
	struct config_inet inet; /* AF_UNSPEC: a mark */
	uint16_t port;
	enum config_protocol protocol;
	uint32_t mark;
	bool more; /* of a range, with further addresses behind this one */
};

static const char *service_name(struct arena *arena, const struct wanted *wanted)
{
	char text[CONFIG_INET_TEXT_MAX];
	const char *name;

	if (wanted->inet.family == AF_UNSPEC)
		return arena_format(arena, "vs-mark-%u", wanted->mark);
	config_inet_text(&wanted->inet, text);
	name = wanted->port ? arena_format(arena, "vs-%s-%u", text, wanted->port)
			    : arena_format(arena, "vs-%s", text);
	return wanted->protocol == CONFIG_PROTOCOL_TCP
		       ? name
		       : arena_format(arena, "%s-%s", name, config_protocol_name(wanted->protocol));
}

/* One that no instance has. */
static void address_row(struct keepalived_server *v, const struct plan_service *service,
			const struct statement *at)
{
	struct report_entry *row;

	if (service->alias->present || service->alias->asked)
		return;
	row = ROW(v->im, at, &service->item, IMPORT_MAPPED, NULL,
		  "its address: a new floating address %s", plan_alias_name(service->alias));
	if (row)
		row->alias = service->alias;
}

static int set_address(struct keepalived_server *v, struct plan_service *service,
		       struct wanted *wanted)
{
	const struct item item = {.line = wanted->at->line,
				  .key = statement_key(v->im->arena, wanted->at)};
	struct plan_alias *alias;
	const char *why;
	char text[CONFIG_INET_TEXT_MAX];
	int r = plan_alias(&v->im->plan, &item, &wanted->inet, NULL, NULL, &alias, &why);

	if (r == 0) {
		service_set_address(service, alias, wanted->port);
		service->is.protocol = wanted->protocol;
		address_row(v, service, wanted->at);
		return 0;
	}
	if (r != -ENOENT)
		return r;
	service->item.out = true;
	ROW(v->im, wanted->at, NULL, IMPORT_ERROR, NULL,
	    "the service%s left out: %s cannot be its address: %s",
	    wanted->more ? " and those behind it are" : " is",
	    config_inet_text(&wanted->inet, text), why);
	wanted->more = false;
	return 0;
}

static int set_mark(struct keepalived_server *v, struct plan_service *service,
		    const struct wanted *wanted)
{
	const char *why = NULL;
	struct plan_mark *mark;
	int r = -ENOENT;

	if (wanted->mark == 0 || wanted->mark > UINT16_MAX ||
	    !config_mark_by_number(v->im->plan.base, (uint16_t)wanted->mark))
		why = "the file does not say which packets have the mark: make a firewall-mark of "
		      "this number in the document first";
	else
		r = plan_use_mark(&v->im->plan, service, wanted->mark, &mark, &why);
	if (r == 0)
		return 0;
	if (r != -ENOENT && r != -EEXIST)
		return r;
	service->item.out = true;
	ROW(v->im, wanted->at, NULL, IMPORT_ERROR, NULL, "the service is left out: %s",
	    r == -EEXIST ? "another virtual_server has the mark" : why);
	return 0;
}

static int add_service(struct keepalived_server *v, struct wanted *wanted)
{
	const struct item item = {.line = wanted->at->line,
				  .key = statement_key(v->im->arena, wanted->at)};
	struct plan_service *service =
		plan_add_service(&v->im->plan, &item, service_name(v->im->arena, wanted), v->pool);

	if (!service)
		return v->im->arena->failed ? -ENOMEM : -ENOENT;
	if (!v->first)
		v->first = service;
	service_row(v->im, wanted->at, &service->item, service, NULL);
	if (wanted->inet.family == AF_UNSPEC)
		return set_mark(v, service, wanted);
	service->is.ipv6 = wanted->inet.family == AF_INET6;
	return set_address(v, service, wanted);
}

/* Addresses one after the other: they differ in their last 32 bits. */
struct range {
	struct config_inet first;
	uint32_t more; /* than the first one */
};

/* The last 32 bits, in host byte order. */
static uint32_t get_last_bits(const struct config_inet *inet)
{
	uint32_t bits;

	memcpy(&bits, inet->bytes + (inet->family == AF_INET6 ? 12 : 0), sizeof(bits));
	return ntohl(bits);
}

static void set_last_bits(struct config_inet *inet, uint32_t bits)
{
	bits = htonl(bits);
	memcpy(inet->bytes + (inet->family == AF_INET6 ? 12 : 0), &bits, sizeof(bits));
}

/* "/29": bits of the address behind the prefix are taken off, as nobody means them. */
static int parse_mask(const char *text, struct range *range)
{
	uint32_t bits = range->first.family == AF_INET6 ? 128 : 32, length;

	if (parse_u32(text, 1, bits, &length) < 0)
		return -EINVAL;
	range->more = UINT32_MAX;
	if (length + 32 > bits)
		range->more = ~ntohl(ipv4_netmask((uint8_t)(length + 32 - bits)));
	set_last_bits(&range->first, get_last_bits(&range->first) & ~range->more);
	return 0;
}

/* "-9", "-192.0.3.9"; of IPv6 "-ff", the last 16 bits. */
static int parse_last(const char *text, struct range *range)
{
	uint32_t first = get_last_bits(&range->first), last, number;
	char *end;

	if (range->first.family == AF_INET6) {
		if (!isxdigit((unsigned char)text[0]) || strlen(text) > 4)
			return -EINVAL;
		last = (first & ~0xffffu) | (uint32_t)strtoul(text, &end, 16);
		if (*end)
			return -EINVAL;
	} else if (strchr(text, '.')) {
		if (parse_ipv4(text, &last) < 0)
			return -EINVAL;
		last = ntohl(last);
	} else {
		if (parse_u32(text, 0, 255, &number) < 0)
			return -EINVAL;
		last = (first & ~0xffu) | number;
	}
	range->more = last - first;
	return last < first ? -EINVAL : 0;
}

/* "192.0.2.1", "192.0.2.1-9", "192.0.2.1-192.0.3.9", "192.0.2.8/29", "2001:db8::1-ff", ... */
static int parse_range(const char *text, struct range *ret_range)
{
	size_t n = strcspn(text, "-/");
	char first[CONFIG_INET_TEXT_MAX];

	if (n >= sizeof(first))
		return -EINVAL;
	memcpy(first, text, n);
	first[n] = '\0';
	ret_range->more = 0;
	if (parse_inet(first, &ret_range->first.family, ret_range->first.bytes) < 0)
		return -EINVAL;
	if (text[n] == '/')
		return parse_mask(text + n + 1, ret_range);
	return text[n] ? parse_last(text + n + 1, ret_range) : 0;
}

static int add_range(struct keepalived_server *v, struct wanted *wanted, const struct statement *s)
{
	struct range range;
	uint32_t bits;
	int r = 0;

	if (parse_range(s->words[0].text, &range) < 0)
		return value_bad(v->im, s, 0,
				 "addresses as in 192.0.2.1, 192.0.2.1-9 or 192.0.2.8/29, or "
				 "2001:db8::1, 2001:db8::1-f or 2001:db8::8/125");
	if (s->n_words > 1)
		r = value_port(v->im, s, 1, &wanted->port);
	if (r < 0)
		return r;
	if (range.more >= CONFIG_SERVICES_MAX) {
		ROW(v->im, s, NULL, IMPORT_ERROR, NULL,
		    "left out: %s%u addresses would be as many services, and there are at most %u",
		    range.more == UINT32_MAX ? "more than " : "",
		    range.more + (range.more < UINT32_MAX), CONFIG_SERVICES_MAX);
		return 0;
	}
	bits = get_last_bits(&range.first);
	wanted->inet = range.first;
	for (uint32_t i = 0;; i++) {
		bool more = i < range.more;

		set_last_bits(&wanted->inet, bits + i);
		wanted->more = more;
		r = add_service(v, wanted);
		if (r != 0 || !more || !wanted->more)
			return r;
	}
}

/* The services of a group have one pool. */
static bool is_of_other_family(struct keepalived_server *v, const struct statement *s)
{
	bool ipv6 = is_ipv6(s->words[0].text);

	if (!v->first || v->first->is.ipv6 == ipv6)
		return false;
	ROW(v->im, s, NULL, IMPORT_WARNING, NULL,
	    "left out: it is of %s, and service %s of this group is of %s: the real servers of "
	    "both cannot be the same",
	    inet_family_name(ipv6), v->first->is.name, inet_family_name(v->first->is.ipv6));
	return true;
}

static int add_entry(struct keepalived_server *v, const struct statement *s,
		     enum config_protocol protocol)
{
	struct wanted wanted = {.at = s, .protocol = protocol};
	int r;

	if (strcmp(s->words[0].text, "fwmark") == 0) {
		r = s->n_words < 2 ? value_count(v->im, s, 1)
				   : value_number(v->im, s, 1, 10, 0, UINT32_MAX, &wanted.mark);
		return r < 0 ? r : add_service(v, &wanted);
	}
	if (is_of_other_family(v, s))
		return 0;
	return add_range(v, &wanted, s);
}

static int add_group(struct keepalived *ka, struct keepalived_server *v,
		     enum config_protocol protocol)
{
	const struct statement *group = keepalived_next(ka->first, "virtual_server_group");
	int r = 0;

	if (v->at->n_words < 3)
		return value_count(v->im, v->at, 2);
	while (group &&
	       (group->n_words < 2 || strcmp(group->words[1].text, v->at->words[2].text) != 0))
		group = keepalived_next(group->next, "virtual_server_group");
	if (!group) {
		ROW(v->im, v->at, NULL, IMPORT_ERROR, NULL,
		    "left out: there is no virtual_server_group of this name");
		return -ENOENT;
	}
	ROW(v->im, group, &v->pool->item, IMPORT_MAPPED, NULL, "a virtual service for each line");
	for (const struct statement *s = group->inner; s && r == 0; s = s->next) {
		if (!keyword_special(v->im, s, NULL))
			r = add_entry(v, s, protocol);
	}
	ROW(v->im, v->at, &v->pool->item, IMPORT_MAPPED, NULL, "virtual services with pool %s",
	    v->pool->name);
	return r == -ENOENT && v->first ? 0 : r;
}

/* Keepalived takes UDP when the file does not say it, and so does this. */
static int read_protocol(struct keepalived_server *v, enum config_protocol *ret_protocol)
{
	static const char *const names[] = {[CONFIG_PROTOCOL_TCP] = "TCP",
					    [CONFIG_PROTOCOL_UDP] = "UDP",
					    [CONFIG_PROTOCOL_SCTP] = "SCTP"};
	const struct statement *s = NULL;

	for (const struct statement *next = keepalived_next(v->at->inner, "protocol"); next;
	     next = keepalived_next(next->next, "protocol"))
		s = next;
	*ret_protocol = CONFIG_PROTOCOL_UDP;
	if (!s) {
		if (strcmp(v->at->words[1].text, "fwmark") != 0)
			ROW(v->im, v->at, &v->pool->item, IMPORT_WARNING, NULL,
			    "no protocol is given: UDP is taken, as by keepalived");
		return 0;
	}
	if (s->n_words < 2)
		return value_count(v->im, s, 1);
	for (size_t i = 0; i < 3; i++) {
		if (strcasecmp(names[i], s->words[1].text) != 0)
			continue;
		*ret_protocol = (enum config_protocol)i;
		return 0;
	}
	return value_bad(v->im, s, 1, "TCP, UDP or SCTP");
}

/* The block's own words. */
static int add_own(struct keepalived_server *v, enum config_protocol protocol)
{
	struct wanted wanted = {.at = v->at, .protocol = protocol};
	int r;

	if (strcmp(v->at->words[1].text, "fwmark") == 0) {
		r = v->at->n_words < 3
			    ? value_count(v->im, v->at, 2)
			    : value_number(v->im, v->at, 2, 10, 0, UINT32_MAX, &wanted.mark);
	} else {
		r = value_inet(v->im, v->at, 1, &wanted.inet);
		if (r == 0 && v->at->n_words > 2)
			r = value_port(v->im, v->at, 2, &wanted.port);
	}
	return r < 0 ? r : add_service(v, &wanted);
}

/* The pool has the name of the group, or that of its only service. */
static const char *pool_name(struct keepalived_server *v)
{
	const struct word *words = v->at->words;

	if (v->at->n_words < 3)
		return arena_format(v->im->arena, "vs-%s", words[1].text);
	if (strcmp(words[1].text, "group") == 0)
		return words[2].text;
	if (strcmp(words[1].text, "fwmark") == 0)
		return arena_format(v->im->arena, "vs-mark-%s", words[2].text);
	return arena_format(v->im->arena, "vs-%s-%s", words[1].text, words[2].text);
}

int keepalived_add_services(struct keepalived *ka, struct keepalived_server *v)
{
	const struct item item = {.line = v->at->line, .key = statement_key(v->im->arena, v->at)};
	enum config_protocol protocol;
	int r;

	v->pool = plan_add_pool(&v->im->plan, &item, pool_name(v));
	if (!v->pool)
		return v->im->arena->failed ? -ENOMEM : -ENOENT;
	r = read_protocol(v, &protocol);
	if (r < 0)
		return r;
	r = strcmp(v->at->words[1].text, "group") == 0 ? add_group(ka, v, protocol)
						       : add_own(v, protocol);
	return r < 0 ? r : v->first ? 0 : -ENOENT;
}
