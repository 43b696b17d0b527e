// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plan on top of the document, as validate.h sees it. What it finds fault with goes out, with
 * its own words, and it is asked again: no rule of the model stands here a second time.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "import/importer.h"
#include "schema/validate.h"

/* More objects than these that the document cannot have: it is not the one for this text. */
#define REFUSED_MAX 200

/* The document with the plan. Arrays that it does not share with the base are freed. */
struct draft {
	struct config *config;
	struct config_real *reals; /* of all new pools */
	size_t n_old_services;
};

static void draft_clear(struct draft *draft)
{
	if (draft->config) {
		for (size_t i = draft->n_old_services; i < draft->config->n_services; i++)
			free(draft->config->services[i].reals);
		free(draft->config->services);
		free(draft->config->pools);
		free(draft->config->marks);
	}
	free(draft->config);
	free(draft->reals);
}

static int draft_allocate(struct draft *draft, const struct plan *plan)
{
	const struct config *base = plan->base;
	struct config *config = malloc(sizeof(*config));

	draft->config = config;
	draft->n_old_services = base->n_services;
	draft->reals = calloc(plan->n_reals + 1, sizeof(*draft->reals));
	if (!config || !draft->reals)
		return -ENOMEM;
	*config = *base;
	config->services =
		calloc(base->n_services + plan->n_services + 1, sizeof(*config->services));
	config->pools = calloc(base->n_pools + plan->n_pools + 1, sizeof(*config->pools));
	config->marks = calloc(base->n_marks + plan->n_marks + 1, sizeof(*config->marks));
	if (!config->services || !config->pools || !config->marks) {
		config->n_services = base->n_services;
		return -ENOMEM;
	}
	if (base->n_services)
		memcpy(config->services, base->services,
		       base->n_services * sizeof(*config->services));
	if (base->n_pools)
		memcpy(config->pools, base->pools, base->n_pools * sizeof(*config->pools));
	if (base->n_marks)
		memcpy(config->marks, base->marks, base->n_marks * sizeof(*config->marks));
	return 0;
}

static void add_alias(struct config_group *group, const struct plan_alias *alias)
{
	struct config_ipv6_alias *ipv6 = &group->ipv6_aliases[group->n_ipv6_aliases];
	struct config_alias *ipv4 = &group->aliases[group->n_aliases];

	if (plan_is_ipv6(alias)) {
		memcpy(ipv6->port, alias->port, sizeof(ipv6->port));
		memcpy(&ipv6->address, alias->inet.bytes, sizeof(ipv6->address));
		group->n_ipv6_aliases++;
	} else {
		memcpy(ipv4->port, alias->port, sizeof(ipv4->port));
		memcpy(ipv4->label, alias->label, sizeof(ipv4->label));
		memcpy(&ipv4->address, alias->inet.bytes, sizeof(ipv4->address));
		group->n_aliases++;
	}
}

static void add_aliases(struct config *config, struct plan *plan)
{
	size_t index[2 * CONFIG_GROUPS_MAX];

	for (size_t i = 0; i < plan->n_groups; i++)
		index[i] = plan->groups[i].present ? i : SIZE_MAX;
	for (const struct plan_alias *a = plan->aliases; a; a = a->next) {
		struct plan_group *group = plan_group_of(a->group);
		size_t *at = &index[group - plan->groups];

		if (a->present || a->item.out)
			continue;
		if (*at == SIZE_MAX) {
			*at = config->n_groups++;
			config->groups[*at] = (struct config_group){.n_aliases = 0};
			memcpy(config->groups[*at].name, group->name, sizeof(group->name));
		}
		add_alias(&config->groups[*at], a);
	}
}

static void add_pools(struct draft *draft, const struct plan *plan)
{
	struct config_real *real = draft->reals;

	for (const struct plan_pool *p = plan->pools; p; p = p->next) {
		struct config_pool *pool = &draft->config->pools[draft->config->n_pools];

		if (p->item.out)
			continue;
		memcpy(pool->name, p->name, sizeof(p->name));
		pool->reals = real;
		for (const struct plan_real *r = p->first; r; r = r->next) {
			if (!r->item.out)
				*real++ = r->is;
		}
		pool->n_reals = (size_t)(real - pool->reals);
		draft->config->n_pools++;
	}
}

static int add_services(struct config *config, const struct plan *plan)
{
	int r = 0;

	for (const struct plan_mark *m = plan->marks; m; m = m->next) {
		if (m->used && !m->present)
			config->marks[config->n_marks++] = m->is;
	}
	for (const struct plan_service *s = plan->services; s && r == 0; s = s->next) {
		if (item_out(&s->item))
			continue;
		config->services[config->n_services] = s->is;
		if (s->is.quorum == 0)
			config->services[config->n_services].quorum = 1;
		r = config_resolve_service(config, &config->services[config->n_services]);
		config->n_services += r == 0;
	}
	return r;
}

static void add_routes(struct config *config, const struct plan *plan)
{
	for (const struct plan_route *r = plan->routes; r; r = r->next) {
		for (size_t i = 0; i < config->n_nodes && !r->item.out; i++) {
			struct config_node *node = &config->nodes[i];

			if (node->role == CONFIG_ROLE_ROUTER)
				node->routes[node->n_routes++] = r->is;
		}
	}
}

static int check(struct plan *plan, struct schema_error *error)
{
	_cleanup_(draft_clear) struct draft draft = {NULL};
	int r = draft_allocate(&draft, plan);

	memset(error, 0, sizeof(*error));
	if (r < 0)
		return r;
	add_aliases(draft.config, plan);
	add_pools(&draft, plan);
	add_routes(draft.config, plan);
	r = add_services(draft.config, plan);
	return r < 0 ? r : config_validate(draft.config, error);
}

static void refuse(struct plan *plan, struct item *item, const struct schema_error *error)
{
	item->out = true;
	report_item(plan->report, item, IMPORT_ERROR, "left out: '%s' is not allowed: %s",
		    error->value, error->allowed);
}

/* The rest of the path behind a beginning, as by printf(3); NULL: it does not begin so. */
static __attribute__((format(printf, 2, 3))) const char *behind(const char *path,
								const char *format, ...)
{
	char begin[sizeof(((struct schema_error *)NULL)->path)];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(begin, sizeof(begin), format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(begin) || strncmp(path, begin, (size_t)n) != 0)
		return NULL;
	return path + n;
}

static bool refuse_service(struct plan *plan, const struct schema_error *error)
{
	for (struct plan_service *s = plan->services; s; s = s->next) {
		const char *rest =
			behind(error->path, "/trireme:virtual-service[name='%s']/", s->is.name);

		if (!rest || item_out(&s->item))
			continue;
		if (behind(rest, "sorry-server/")) {
			s->is.sorry_address = 0;
			s->is.sorry_ipv6_address = in6addr_any;
			refuse(plan, &s->sorry, error);
		} else {
			refuse(plan, &s->item, error);
		}
		return true;
	}
	return false;
}

static bool refuse_real(struct plan *plan, const struct schema_error *error)
{
	for (struct plan_pool *p = plan->pools; p; p = p->next) {
		const char *rest =
			behind(error->path, "/trireme:pool[name='%s']/real-server", p->name);

		for (struct plan_real *r = rest ? p->first : NULL; r; r = r->next) {
			if (item_out(&r->item) || !behind(rest, "[name='%s']/", r->is.name))
				continue;
			refuse(plan, &r->item, error);
			return true;
		}
	}
	return false;
}

static bool refuse_alias(struct plan *plan, const struct schema_error *error)
{
	for (struct plan_alias *a = plan->aliases; a; a = a->next) {
		if (a->present || a->item.out ||
		    !behind(error->path, "%s/", plan_alias_path(plan->arena, a)))
			continue;
		refuse(plan, &a->item, error);
		return true;
	}
	return false;
}

/* A mark that lacks one of its matches would be another service: it goes out with it. */
static bool refuse_mark(struct plan *plan, const struct schema_error *error)
{
	for (struct plan_service *s = plan->services; s; s = s->next) {
		if (item_out(&s->item) || !s->mark || s->mark->present ||
		    !behind(error->path, "/trireme:firewall-mark[mark='%u']/", s->mark->is.mark))
			continue;
		refuse(plan, &s->item, error);
		return true;
	}
	return false;
}

static bool refuse_route(struct plan *plan, const struct schema_error *error)
{
	const char *rest = strstr(error->path, "/route[destination='");
	char text[16];

	for (struct plan_route *r = rest ? plan->routes : NULL; r; r = r->next) {
		if (r->item.out || !behind(rest, "/route[destination='%s/%u']/",
					   format_ipv4(r->is.destination, text, sizeof(text)),
					   r->is.prefix_length))
			continue;
		refuse(plan, &r->item, error);
		return true;
	}
	return false;
}

/* The object that the error is about; false: none of the plan's. */
static bool refuse_object(struct plan *plan, const struct schema_error *error)
{
	return refuse_service(plan, error) || refuse_real(plan, error) ||
	       refuse_alias(plan, error) || refuse_mark(plan, error) || refuse_route(plan, error);
}

int judge(struct importer *im)
{
	struct schema_error error;

	for (unsigned int n = 0; n <= REFUSED_MAX; n++) {
		int r;

		plan_settle(&im->plan);
		r = check(&im->plan, &error);
		if (r != -EBADMSG || im->arena->failed)
			return r;
		if (!refuse_object(&im->plan, &error))
			return report_fail(&im->report, 0, 0, "",
					   "the document would not be valid at %s: '%s' is not "
					   "allowed: %s",
					   error.path, error.value, error.allowed);
	}
	return report_fail(&im->report, 0, 0, "",
			   "more than %u objects do not fit this document, the last one at %s: "
			   "'%s' is not allowed: %s",
			   REFUSED_MAX, error.path, error.value, error.allowed);
}
