// SPDX-License-Identifier: GPL-2.0-or-later
/* Firewall marks: the files only have their numbers. */
#include <errno.h>
#include <string.h>

#include "import/plan.h"

/* The document's mark keeps its matches. */
static struct plan_mark *add_mark(struct plan *plan, uint16_t number,
				  const struct config_mark *present)
{
	struct plan_mark *mark = arena_new(plan->arena, sizeof(*mark));

	if (!mark)
		return NULL;
	mark->present = present != NULL;
	if (present)
		mark->is = *present;
	mark->is.mark = number;
	if (plan->last_mark)
		plan->last_mark->next = mark;
	else
		plan->marks = mark;
	plan->last_mark = mark;
	plan->n_marks += !mark->present;
	return mark;
}

static struct plan_mark *find_or_add(struct plan *plan, const struct item *item, uint16_t number)
{
	const struct config_mark *present = config_mark_by_number(plan->base, number);

	for (struct plan_mark *mark = plan->marks; mark; mark = mark->next) {
		if (mark->is.mark == number)
			return mark;
	}
	if (!present && plan_is_full(plan, item, plan->base->n_marks + plan->n_marks,
				     CONFIG_MARKS_MAX, "firewall marks"))
		return NULL;
	return add_mark(plan, number, present);
}

int plan_use_mark(struct plan *plan, struct plan_service *service, uint32_t number,
		  struct plan_mark **ret_mark, const char **ret_why)
{
	struct plan_mark *mark;

	if (number > UINT16_MAX) {
		*ret_why = "marks are from 1 to 65535";
		return -ENOENT;
	}
	for (size_t i = 0; i < plan->base->n_services; i++) {
		if (plan->base->services[i].mark != number)
			continue;
		*ret_why = arena_format(plan->arena, "the document has service %s for this mark",
					plan->base->services[i].name);
		return -ENOENT;
	}
	mark = find_or_add(plan, &service->item, (uint16_t)number);
	*ret_why = "there is no room for it";
	if (!mark)
		return plan->arena->failed ? -ENOMEM : -ENOENT;
	*ret_mark = mark;
	if (mark->service)
		return -EEXIST;
	mark->service = service;
	service->mark = mark;
	service->is.mark = mark->is.mark;
	if (mark->is.n_matches)
		service->is.ipv6 = config_match_inet(&mark->is.matches[0]).family == AF_INET6;
	return 0;
}

/*
 * Who of the document has a port of the match. validate.h would find fault with that service, not
 * with the match.
 */
static const char *port_holder(const struct config *base, const struct config_match *match)
{
	struct config_inet inet = config_match_inet(match);

	for (size_t i = 0; i < base->n_services; i++) {
		const struct config_service *s = &base->services[i];
		struct config_inet of = config_service_inet(s);

		for (size_t k = 0; k < s->n_ranges; k++) {
			if (config_inet_equal(&of, &inet) && s->protocol == match->protocol &&
			    s->ranges[k].first <= match->range.last &&
			    match->range.first <= s->ranges[k].last)
				return s->name;
		}
	}
	return NULL;
}

bool plan_add_match(struct plan *plan, struct plan_mark *mark, const struct item *item,
		    const struct config_match *match, struct plan_alias *alias)
{
	const char *holder = port_holder(plan->base, match);
	size_t n = mark->is.n_matches;

	if (holder) {
		report_item(plan->report, item, IMPORT_ERROR,
			    "left out: service %s of the document has the port at this address",
			    holder);
		return false;
	}
	if (plan_is_full(plan, item, n, CONFIG_MATCHES_MAX, "matches in a firewall mark"))
		return false;
	mark->is.matches[n] = *match;
	mark->aliases[n] = alias;
	mark->is.n_matches++;
	return true;
}
