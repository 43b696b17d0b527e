// SPDX-License-Identifier: GPL-2.0-or-later
/* What a virtual_server is for: an address and port, a firewall mark, or a group of them. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "import/keepalived.h"
#include "import/service.h"
#include "import/value.h"

/* A service that is to be, and the line that says so. */
struct wanted {
	const struct statement *at;
	uint32_t address; /* 0: a mark */
	uint16_t port;
	enum config_protocol protocol;
	uint32_t mark;
	bool more; /* of a range, with further addresses behind this one */
};

static const char *service_name(struct arena *arena, const struct wanted *wanted)
{
	char text[16];
	const char *name;

	if (wanted->address == 0)
		return arena_format(arena, "vs-mark-%u", wanted->mark);
	format_ipv4(wanted->address, text, sizeof(text));
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
		  "its address: a new floating address %s", service->alias->is.label);
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
	char text[16];
	int r = plan_alias(&v->im->plan, &item, wanted->address, NULL, NULL, &alias, &why);

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
	    format_ipv4(wanted->address, text, sizeof(text)), why);
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
	return wanted->address ? set_address(v, service, wanted) : set_mark(v, service, wanted);
}

/*
 * "192.0.2.1", "192.0.2.1-9", "192.0.2.1-192.0.3.9" or "192.0.2.8/29": the first and the last
 * address in host byte order. Mask bits that are set are taken off, as nobody means them.
 */
static int parse_range(const char *text, uint32_t *ret_first, uint32_t *ret_last)
{
	size_t n = strcspn(text, "-/");
	uint32_t address, last, number;
	char first[16];

	if (n >= sizeof(first))
		return -EINVAL;
	memcpy(first, text, n);
	first[n] = '\0';
	if (parse_ipv4(first, &address) < 0)
		return -EINVAL;
	address = ntohl(address);
	last = address;
	if (text[n] == '/') {
		if (parse_u32(text + n + 1, 1, 32, &number) < 0)
			return -EINVAL;
		address &= ntohl(ipv4_netmask((uint8_t)number));
		last = address | ~ntohl(ipv4_netmask((uint8_t)number));
	} else if (text[n] == '-' && strchr(text + n, '.')) {
		if (parse_ipv4(text + n + 1, &last) < 0)
			return -EINVAL;
		last = ntohl(last);
	} else if (text[n] == '-') {
		if (parse_u32(text + n + 1, 0, 255, &number) < 0)
			return -EINVAL;
		last = (address & ~0xffu) | number;
	}
	if (address == 0 || last < address)
		return -EINVAL;
	*ret_first = address;
	*ret_last = last;
	return 0;
}

static int add_range(struct keepalived_server *v, struct wanted *wanted, const struct statement *s)
{
	uint32_t first, last;
	int r = 0;

	if (parse_range(s->words[0].text, &first, &last) < 0)
		return value_bad(v->im, s, 0,
				 "addresses as in 192.0.2.1, 192.0.2.1-9 or 192.0.2.8/29");
	if (s->n_words > 1)
		r = value_port(v->im, s, 1, &wanted->port);
	if (r < 0)
		return r;
	if (last - first >= CONFIG_SERVICES_MAX) {
		ROW(v->im, s, NULL, IMPORT_ERROR, NULL,
		    "left out: %llu addresses would be as many services, and there are at most %u",
		    (unsigned long long)last - first + 1, CONFIG_SERVICES_MAX);
		return 0;
	}
	for (;; first++) {
		bool more = first < last;

		wanted->address = htonl(first);
		wanted->more = more;
		r = add_service(v, wanted);
		if (r != 0 || !more || !wanted->more)
			return r;
	}
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
	if (is_ipv6(s->words[0].text)) {
		ROW(v->im, s, NULL, IMPORT_WARNING, NULL, "left out: services have IPv4 addresses");
		return 0;
	}
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
		r = value_address(v->im, v->at, 1, &wanted.address);
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
