// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan as edits of a document (RFC 7951 values). What is not said is left to the model. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/parse.h"
#include "import/importer.h"

#define VALUE_MAX ((size_t)256 << 10) /* a pool of CONFIG_REALS_MAX is a fifth of it */

struct writer {
	struct arena *arena;
	struct document_edit *edits;
	size_t n, room;
	struct buffer value;
	char address[CONFIG_INET_TEXT_MAX];
};

static size_t count_edits(const struct plan *plan)
{
	size_t n = 3 + plan->n_groups + plan->n_pools + plan->n_services + plan->n_marks;

	for (const struct plan_alias *a = plan->aliases; a; a = a->next)
		n++;
	for (const struct plan_route *r = plan->routes; r; r = r->next)
		n += plan->base->n_nodes;
	return n;
}

/* The value that has been written becomes one edit. */
static void finish(struct writer *w, enum document_operation operation, const char *path)
{
	char *text = NULL;
	size_t size;

	if (buffer_take(&w->value, &text, &size) == 0 && w->n < w->room)
		w->edits[w->n++] = (struct document_edit){
			.operation = operation,
			.path = path,
			.value = arena_text(w->arena, text, size),
		};
	else
		w->arena->failed = true;
	free(text);
}

/* Good until the next one. */
static const char *ip(struct writer *w, uint32_t address)
{
	return format_ipv4(address, w->address, sizeof(w->address));
}

static const char *inet(struct writer *w, struct config_inet address)
{
	return config_inet_text(&address, w->address);
}

static void write_alias(struct writer *w, const struct plan_alias *alias)
{
	buffer_format(&w->value, "{\"%s\":\"%s\",\"address\":\"%s\"}",
		      plan_is_ipv6(alias) ? "port" : "label", plan_alias_name(alias),
		      inet(w, alias->inet));
}

/* The group's new addresses of the family, if there are any. */
static void write_aliases(struct writer *w, const struct plan *plan, struct plan_group *group,
			  bool ipv6)
{
	const char *separator = ipv6 ? ",\"ipv6-alias\":[" : ",\"alias\":[";
	bool any = false;

	for (const struct plan_alias *a = plan->aliases; a; a = a->next) {
		if (a->item.out || plan_is_ipv6(a) != ipv6 || plan_group_of(a->group) != group)
			continue;
		buffer_text(&w->value, separator);
		write_alias(w, a);
		separator = ",";
		any = true;
	}
	buffer_text(&w->value, any ? "]" : "");
}

static void write_group(struct writer *w, const struct plan *plan, struct plan_group *group)
{
	buffer_format(&w->value, "{\"name\":\"%s\"", group->name);
	write_aliases(w, plan, group, false);
	write_aliases(w, plan, group, true);
	buffer_text(&w->value, "}");
	finish(w, DOCUMENT_CREATE, plan_group_path(w->arena, group));
}

static void write_addresses(struct writer *w, struct plan *plan)
{
	for (size_t i = 0; i < plan->n_groups; i++) {
		struct plan_group *group = &plan->groups[i];

		if (!group->present && !group->into && !group->item.out)
			write_group(w, plan, group);
	}
	for (const struct plan_alias *a = plan->aliases; a; a = a->next) {
		if (a->item.out || a->present || !plan_group_of(a->group)->present)
			continue;
		write_alias(w, a);
		finish(w, DOCUMENT_CREATE, plan_alias_path(w->arena, a));
	}
}

static void write_timeouts(struct writer *w, const struct plan *plan)
{
	const struct {
		uint32_t seconds;
		const char *path;
	} timeouts[] = {{plan->tcp, "/trireme:forwarding/timeouts/tcp"},
			{plan->tcp_fin, "/trireme:forwarding/timeouts/tcp-fin"},
			{plan->udp, "/trireme:forwarding/timeouts/udp"}};

	for (size_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
		if (timeouts[i].seconds == 0)
			continue;
		buffer_format(&w->value, "%u", timeouts[i].seconds);
		finish(w, DOCUMENT_MERGE, timeouts[i].path);
	}
}

static void write_routes(struct writer *w, const struct plan *plan)
{
	for (const struct plan_route *r = plan->routes; r; r = r->next) {
		for (size_t i = 0; i < plan->base->n_nodes && !r->item.out; i++) {
			const struct config_node *node = &plan->base->nodes[i];
			const char *path = arena_format(
				w->arena,
				"/trireme:cluster/node[name='%s']/route[destination='%s/%u']",
				node->name, ip(w, r->is.destination), r->is.prefix_length);

			if (node->role != CONFIG_ROLE_ROUTER)
				continue;
			buffer_format(&w->value, "{\"via\":\"%s\"}", ip(w, r->is.via));
			finish(w, DOCUMENT_CREATE, path);
		}
	}
}

static void write_mark(struct writer *w, const struct config_mark *mark)
{
	buffer_format(&w->value, "{\"mark\":%u,\"match\":[", mark->mark);
	for (size_t i = 0; i < mark->n_matches; i++) {
		const struct config_match *m = &mark->matches[i];

		buffer_format(&w->value,
			      "%s{\"name\":\"%s\",\"address\":\"%s\",\"protocol\":\"%s\","
			      "\"port-first\":%u",
			      i ? "," : "", m->name, inet(w, config_match_inet(m)),
			      config_protocol_name(m->protocol), m->range.first);
		if (m->range.last != m->range.first)
			buffer_format(&w->value, ",\"port-last\":%u", m->range.last);
		buffer_text(&w->value, "}");
	}
	buffer_text(&w->value, "]}");
	finish(w, DOCUMENT_CREATE,
	       arena_format(w->arena, "/trireme:firewall-mark[mark='%u']", mark->mark));
}

static void write_real(struct writer *w, const struct config_real *real)
{
	buffer_format(&w->value, "{\"name\":\"%s\",\"address\":\"%s\"", real->name,
		      inet(w, config_real_inet(real)));
	if (real->port)
		buffer_format(&w->value, ",\"port\":%u", real->port);
	buffer_format(&w->value, ",\"weight\":%u", real->weight);
	if (real->admin_state == CONFIG_ADMIN_DISABLED)
		buffer_text(&w->value, ",\"admin-state\":\"disabled\"");
	if (real->upper)
		buffer_format(&w->value, ",\"upper-threshold\":%u", real->upper);
	if (real->lower)
		buffer_format(&w->value, ",\"lower-threshold\":%u", real->lower);
	buffer_text(&w->value, "}");
}

static void write_pool(struct writer *w, const struct plan_pool *pool)
{
	const char *separator = "";

	buffer_format(&w->value, "{\"name\":\"%s\",\"real-server\":[", pool->name);
	for (const struct plan_real *r = pool->first; r; r = r->next) {
		if (r->item.out)
			continue;
		buffer_text(&w->value, separator);
		write_real(w, &r->is);
		separator = ",";
	}
	buffer_text(&w->value, "]}");
	finish(w, DOCUMENT_CREATE, arena_format(w->arena, "/trireme:pool[name='%s']", pool->name));
}

static void write_ranges(struct writer *w, const struct config_service *s)
{
	if (s->port) {
		buffer_format(&w->value, ",\"port\":%u", s->port);
		return;
	}
	for (size_t i = 0; i < s->n_ranges; i++) {
		const struct config_port_range *range = &s->ranges[i];

		buffer_format(&w->value, "%s\"%u", i ? "," : ",\"ports\":[", range->first);
		if (range->last != range->first)
			buffer_format(&w->value, "-%u", range->last);
		buffer_text(&w->value, "\"");
	}
	buffer_text(&w->value, "]");
}

/* A container whose members all are numbers that may be 0: not said. */
struct member {
	const char *name;
	uint32_t value;
};

static void write_members(struct writer *w, const struct member *members, size_t n,
			  const char *separator)
{
	for (size_t i = 0; i < n; i++) {
		if (members[i].value == 0)
			continue;
		buffer_format(&w->value, "%s\"%s\":%u", separator, members[i].name,
			      members[i].value);
		separator = ",";
	}
	buffer_text(&w->value, "}");
}

static void write_check(struct writer *w, const struct plan_service *service)
{
	const struct config_service *s = &service->is;
	const struct member pace[] = {{"interval", s->check_interval},
				      {"timeout", s->check_timeout},
				      {"fall", s->check_fall},
				      {"rise", s->check_rise}};

	if (!service->check_given)
		return;
	if (s->check == CONFIG_CHECK_NONE) {
		buffer_text(&w->value, ",\"health-check\":{\"type\":\"none\"}");
		return;
	}
	buffer_text(&w->value, ",\"health-check\":{\"type\":\"tcp-connect\"");
	write_members(w, pace, sizeof(pace) / sizeof(pace[0]), ",");
}

static void write_persistence(struct writer *w, const struct config_service *s)
{
	const struct member members[] = {
		{"timeout", s->persistence_s},
		{s->ipv6 ? "ipv6-prefix-length" : "prefix-length", s->persistence_prefix}};

	if (!s->persistent)
		return;
	buffer_text(&w->value, ",\"persistence\":{");
	write_members(w, members, 2, "");
}

static void write_service(struct writer *w, const struct plan_service *service)
{
	const struct config_service *s = &service->is;

	buffer_format(&w->value, "{\"name\":\"%s\"", s->name);
	if (s->mark) {
		buffer_format(&w->value, ",\"firewall-mark\":%u", s->mark);
	} else {
		buffer_format(&w->value, ",\"address\":\"%s\",\"protocol\":\"%s\"",
			      inet(w, config_service_inet(s)), config_protocol_name(s->protocol));
		write_ranges(w, s);
	}
	buffer_format(&w->value, ",\"method\":\"%s\",\"scheduler\":\"%s\"",
		      config_method_name(s->method), s->scheduler);
	write_persistence(w, s);
	write_check(w, service);
	buffer_format(&w->value, ",\"pool\":\"%s\"", s->pool);
	if (s->quorum)
		buffer_format(&w->value, ",\"quorum\":%u", s->quorum);
	if (config_has_sorry(s))
		buffer_format(&w->value, ",\"sorry-server\":{\"address\":\"%s\"",
			      inet(w, config_sorry_inet(s)));
	if (config_has_sorry(s) && s->sorry_port)
		buffer_format(&w->value, ",\"port\":%u", s->sorry_port);
	buffer_text(&w->value, config_has_sorry(s) ? "}}" : "}");
	finish(w, DOCUMENT_CREATE, plan_service_path(w->arena, service, ""));
}

int edits_make(struct importer *im, struct import_result *result)
{
	struct writer w = {.arena = im->arena, .room = count_edits(&im->plan)};

	w.edits = arena_new(im->arena, w.room * sizeof(*w.edits));
	if (!w.edits)
		return -ENOMEM;
	w.value = buffer_of(VALUE_MAX);
	write_addresses(&w, &im->plan);
	write_timeouts(&w, &im->plan);
	write_routes(&w, &im->plan);
	for (const struct plan_mark *m = im->plan.marks; m; m = m->next) {
		if (m->used && !m->present)
			write_mark(&w, &m->is);
	}
	for (const struct plan_pool *p = im->plan.pools; p; p = p->next) {
		if (!p->item.out)
			write_pool(&w, p);
	}
	for (const struct plan_service *s = im->plan.services; s; s = s->next) {
		if (!item_out(&s->item))
			write_service(&w, s);
	}
	buffer_free(&w.value);
	if (im->arena->failed)
		return -ENOMEM;
	result->edits = w.edits;
	result->n_edits = w.n;
	return 0;
}
