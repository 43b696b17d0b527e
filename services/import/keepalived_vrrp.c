// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VRRP instances as alias groups: those of a sync group are one, and every other is one of its own.
 * An instance that has an address of the document joins that address's group.
 */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "import/keepalived.h"
#include "import/value.h"

#define INSTANCES_MAX 1024 /* a network has room for 255 */

static const char *const address_keys[] = {"virtual_ipaddress", "virtual_ipaddress_excluded"};

static struct keepalived_instance *find_instance(struct keepalived *ka, const char *name)
{
	struct keepalived_instance *instance = ka->instances;

	while (instance && strcmp(instance->name, name) != 0)
		instance = instance->next;
	return instance;
}

static struct keepalived_unit *add_unit(struct importer *im, const struct statement *s)
{
	struct keepalived_unit *unit = arena_new(im->arena, sizeof(*unit));

	if (!unit)
		return NULL;
	unit->name = s->words[1].text;
	unit->item = (struct item){.line = s->line, .key = statement_key(im->arena, s)};
	return unit;
}

/* Instances of the file, in its order; each is a unit until a sync group takes it. */
static int add_instances(struct keepalived *ka)
{
	struct keepalived_instance **end = &ka->instances;
	unsigned int n = 0;

	for (const struct statement *s = keepalived_next(ka->first, "vrrp_instance"); s;
	     s = keepalived_next(s->next, "vrrp_instance")) {
		struct keepalived_instance *instance = arena_new(ka->im->arena, sizeof(*instance));
		int r = value_count(ka->im, s, 1);

		if (r < 0)
			return r;
		if (++n > INSTANCES_MAX)
			return report_fail(&ka->im->report, s->line, s->words[0].column,
					   s->words[0].text, "more than %u instances",
					   INSTANCES_MAX);
		if (!instance)
			return -ENOMEM;
		instance->at = s;
		instance->name = s->words[1].text;
		instance->unit = add_unit(ka->im, s);
		if (!instance->unit)
			return -ENOMEM;
		*end = instance;
		end = &instance->next;
	}
	return 0;
}

static void take_members(struct keepalived *ka, struct keepalived_unit *unit,
			 const struct statement *s)
{
	for (size_t i = 0; i < s->n_words; i++) {
		struct keepalived_instance *instance = find_instance(ka, s->words[i].text);

		if (instance)
			instance->unit = unit;
		else
			ROW(ka->im, s, NULL, IMPORT_WARNING, NULL,
			    "there is no vrrp_instance %.80s", s->words[i].text);
	}
}

/* Long ago the members stood in the block itself; what is left is a block of keys. */
static struct statement *without_members(struct keepalived *ka, struct keepalived_unit *unit,
					 const struct statement *block)
{
	struct statement *first = NULL, **end = &first;

	for (const struct statement *s = block->inner; s; s = s->next) {
		struct statement *copy;

		if (!s->condition && !s->block && s->n_words == 1 &&
		    !keyword_find(keepalived_sync_keys, s->words[0].text) &&
		    find_instance(ka, s->words[0].text)) {
			take_members(ka, unit, s);
			ROW(ka->im, s, NULL, IMPORT_MAPPED, NULL, "a member of the group");
			continue;
		}
		copy = arena_new(ka->im->arena, sizeof(*copy));
		if (!copy)
			return first;
		*copy = *s;
		copy->next = NULL;
		*end = copy;
		end = &copy->next;
	}
	return first;
}

static int map_sync_group(struct keepalived *ka, const struct statement *block)
{
	const struct statement *found[KEYWORDS_TAKEN_MAX], *keys;
	struct keepalived_unit *unit;
	int r = value_count(ka->im, block, 1);

	if (r < 0)
		return r;
	unit = add_unit(ka->im, block);
	if (!unit)
		return -ENOMEM;
	keys = without_members(ka, unit, block);
	r = keywords_collect(ka->im, NULL, keys, keepalived_sync_keys, found);
	if (r < 0)
		return r;
	for (const struct statement *s = found[KA_SYNC_GROUP] ? found[KA_SYNC_GROUP]->inner : NULL;
	     s; s = s->next) {
		if (!keyword_special(ka->im, s, NULL))
			take_members(ka, unit, s);
	}
	if (found[KA_SYNC_GROUP])
		ROW(ka->im, found[KA_SYNC_GROUP], NULL, IMPORT_MAPPED, NULL,
		    "their addresses move together");
	ROW(ka->im, block, NULL, IMPORT_MAPPED, NULL, "its instances are one alias group");
	return 0;
}

/* The first word of an entry without "/24"; false: it is no address. */
static bool entry_address(const struct statement *entry, struct config_inet *ret_inet)
{
	char text[CONFIG_INET_TEXT_MAX];
	size_t length = strcspn(entry->words[0].text, "/");

	if (length >= sizeof(text))
		return false;
	memcpy(text, entry->words[0].text, length);
	text[length] = '\0';
	return parse_inet(text, &ret_inet->family, ret_inet->bytes) == 0;
}

/* The group of the document that has one of the block's addresses already. */
static struct plan_group *present_group(struct importer *im, const struct statement *block)
{
	for (const struct statement *s = block->inner; s; s = s->next) {
		struct plan_alias *alias;
		struct config_inet inet;

		if (s->condition || !entry_address(s, &inet))
			continue;
		alias = plan_find_alias(&im->plan, &inet);
		if (alias && alias->present)
			return alias->group;
	}
	return NULL;
}

static struct plan_group *group_of(struct keepalived *ka, struct keepalived_unit *unit)
{
	struct plan_group *group = NULL;

	if (unit->group || unit->full)
		return unit->group;
	for (struct keepalived_instance *i = ka->instances; i; i = i->next) {
		for (size_t k = 0; k < 2 && i->unit == unit && !group; k++) {
			const struct statement *block =
				keepalived_next(i->at->inner, address_keys[k]);

			for (; block && !group;
			     block = keepalived_next(block->next, address_keys[k]))
				group = present_group(ka->im, block);
		}
	}
	unit->group = group ? group : plan_add_group(&ka->im->plan, &unit->item, unit->name);
	unit->full = !unit->group;
	return unit->group;
}

/* Where the entry says that the address is: its label, its device, or the instance's interface. */
static const char *entry_device(const struct statement *entry, const char *interface)
{
	const char *device = interface;

	for (size_t i = 1; i + 1 < entry->n_words; i++) {
		if (strcmp(entry->words[i].text, "label") == 0)
			return entry->words[i + 1].text;
		if (strcmp(entry->words[i].text, "dev") == 0)
			device = entry->words[i + 1].text;
	}
	return device;
}

static void entry_row(struct importer *im, const struct statement *entry, const char *device,
		      const struct plan_alias *alias, bool again)
{
	bool other = device && !plan_is_on(alias, device);
	struct report_entry *row;

	row = ROW(im, entry, alias->present ? NULL : &alias->item,
		  again || (other && !alias->present) ? IMPORT_WARNING : IMPORT_MAPPED, NULL,
		  "%s floating address %s%s%.40s%s", alias->present ? "the" : "a new",
		  plan_alias_name(alias), other ? ", by its subnet; the file has the device " : "",
		  other ? device : "", again ? ", which is given twice" : "");
	if (row)
		row->alias = alias;
}

static int map_entry(struct keepalived *ka, struct keepalived_instance *instance,
		     const struct statement *entry)
{
	const char *device = entry_device(entry, instance->interface), *why;
	struct plan_alias *alias;
	struct config_inet inet;
	bool again;
	int r;

	if (!entry_address(entry, &inet))
		return value_bad(ka->im, entry, 0,
				 "an IPv4 address as in 192.0.2.1/24, or an IPv6 one as in "
				 "2001:db8::1/64");
	alias = plan_find_alias(&ka->im->plan, &inet);
	again = alias && alias->asked;
	if (!alias && !group_of(ka, instance->unit)) {
		ROW(ka->im, entry, NULL, IMPORT_ERROR, NULL,
		    "left out: there is no room for one more alias group");
		return ka->im->arena->failed ? -ENOMEM : 0;
	}
	r = plan_alias(
		&ka->im->plan,
		&(struct item){.line = entry->line, .key = statement_key(ka->im->arena, entry)},
		&inet, device, instance->unit->group, &alias, &why);
	if (r == -ENOENT) {
		ROW(ka->im, entry, NULL, IMPORT_ERROR, NULL,
		    "left out: it cannot be a floating address: %s", why);
		return 0;
	}
	if (r < 0)
		return r;
	alias->asked = true;
	entry_row(ka->im, entry, device, alias, again);
	return 0;
}

static int map_addresses(struct keepalived *ka, struct keepalived_instance *instance,
			 const struct statement *block)
{
	int r = 0;

	for (const struct statement *s = block->inner; s && r == 0; s = s->next) {
		if (!keyword_special(ka->im, s, NULL))
			r = map_entry(ka, instance, s);
	}
	ROW(ka->im, block, instance->unit->group ? &instance->unit->group->item : NULL,
	    IMPORT_MAPPED, NULL, "floating addresses");
	return r;
}

static void instance_row(struct keepalived *ka, struct keepalived_instance *instance)
{
	struct plan_group *group = instance->unit->group;
	struct report_entry *row;

	if (!group) {
		ROW(ka->im, instance->at, NULL, IMPORT_DROPPED, NULL,
		    "it has no new floating addresses");
		return;
	}
	row = ROW(ka->im, instance->at, &group->item, IMPORT_MAPPED, NULL,
		  "its addresses are in an alias group");
	if (row)
		row->group = group;
}

static int map_instance(struct keepalived *ka, struct keepalived_instance *instance)
{
	const struct statement *found[KEYWORDS_TAKEN_MAX], *keys = instance->at->inner, *s;
	int r = keywords_collect(ka->im, NULL, keys, keepalived_instance_keys, found);

	if (r == 0 && found[KA_INTERFACE]) {
		instance->interface = found[KA_INTERFACE]->words[1].text;
		ROW(ka->im, found[KA_INTERFACE], NULL, IMPORT_DROPPED, NULL,
		    "not needed: an address is on the port in whose subnet it is");
	}
	for (size_t i = 0; i < 2 && r == 0; i++) {
		for (s = keepalived_next(keys, address_keys[i]); s && r == 0;
		     s = keepalived_next(s->next, address_keys[i]))
			r = map_addresses(ka, instance, s);
	}
	for (s = keepalived_next(keys, "virtual_routes"); s && r == 0;
	     s = keepalived_next(s->next, "virtual_routes"))
		r = keepalived_map_routes(ka->im, s, true);
	if (r == 0)
		instance_row(ka, instance);
	return r;
}

int keepalived_map_vrrp(struct keepalived *ka)
{
	int r = add_instances(ka);

	for (const struct statement *s = keepalived_next(ka->first, "vrrp_sync_group"); s && r == 0;
	     s = keepalived_next(s->next, "vrrp_sync_group"))
		r = map_sync_group(ka, s);
	for (struct keepalived_instance *i = ka->instances; i && r == 0; i = i->next)
		r = map_instance(ka, i);
	return r;
}
