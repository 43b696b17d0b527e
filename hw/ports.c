// SPDX-License-Identifier: GPL-2.0-or-later
#include "ports.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"

#define PORT_NUMBERS 100 /* eth0…eth99, as the model allows */
#define NO_NIC SIZE_MAX

const char *format_mac(const uint8_t mac[6], char *buf, size_t size)
{
	snprintf(buf, size, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
	return buf;
}

/* Exactly `digits` (or at least, when more is set) lower-case hexadecimal digits, then `end`. */
static const char *hex_field(const char *text, size_t digits, bool more, char end, uint64_t *value)
{
	size_t n = 0;
	uint64_t v = 0;

	for (; n < 8 && isxdigit((unsigned char)text[n]) && !isupper((unsigned char)text[n]); n++)
		v = v << 4 | (uint64_t)(isdigit((unsigned char)text[n]) ? text[n] - '0'
									: text[n] - 'a' + 10);
	if (n < digits || (n > digits && !more) || text[n] != end)
		return NULL;
	*value = v;
	return text + n + 1;
}

/* One number that orders PCI addresses: domain, bus, device, function. */
static bool pci_place(const char *path, uint64_t *ret_place)
{
	uint64_t domain, bus, device, function;

	path = hex_field(path, 4, true, ':', &domain);
	path = path ? hex_field(path, 2, false, ':', &bus) : NULL;
	path = path ? hex_field(path, 2, false, '.', &device) : NULL;
	if (!path || !hex_field(path, 1, false, '\0', &function) || device > 31 || function > 7)
		return false;
	*ret_place = domain << 16 | bus << 8 | device << 3 | function;
	return true;
}

bool port_path_is_pci(const char *path)
{
	uint64_t place;

	return pci_place(path, &place);
}

int nic_compare(const struct nic *a, const struct nic *b)
{
	uint64_t place_a, place_b;
	bool pci_a = pci_place(a->path, &place_a), pci_b = pci_place(b->path, &place_b);
	int order;

	if (pci_a != pci_b)
		return pci_a ? -1 : 1;
	if (pci_a && place_a != place_b)
		return place_a < place_b ? -1 : 1;
	order = pci_a ? 0 : strcmp(a->path, b->path);
	if (order)
		return order;
	if (a->dev_port != b->dev_port)
		return a->dev_port < b->dev_port ? -1 : 1;
	return memcmp(a->mac, b->mac, sizeof(a->mac));
}

static bool port_name_ok(const char *name)
{
	size_t digits = strncmp(name, "eth", 3) == 0 ? strspn(name + 3, "0123456789") : 0;

	const char *end = name + 3 + digits;
	/* A card of a bond. */
	bool letter = digits && *end >= 'a' && *end <= 'z';

	return digits >= 1 && digits <= 2 && end[letter] == '\0' && (digits == 1 || name[3] != '0');
}

static const struct port_rule *rule_of_port(const struct port_rules *rules, const char *port)
{
	for (size_t i = 0; i < rules->n; i++)
		if (strcmp(rules->rules[i].port, port) == 0)
			return &rules->rules[i];
	return NULL;
}

__attribute__((format(printf, 2, 3))) static int refuse(char *problem, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(problem, PORT_PROBLEM_SIZE, format, args);
	va_end(args);
	return -EINVAL;
}

static int parse_rule(unsigned int number, char *line, struct port_rules *rules, char *problem)
{
	struct port_rule *rule = &rules->rules[rules->n];
	char *rest = NULL;
	const char *port = strtok_r(line, " \t\r", &rest);
	const char *key = port ? strtok_r(NULL, " \t\r", &rest) : NULL;
	const char *value = key ? strtok_r(NULL, " \t\r", &rest) : NULL;
	bool is_virtual;

	if (!port)
		return 0;
	if (!port_name_ok(port))
		return refuse(
			problem,
			"line %u: port \"%.20s\": allowed are eth0 to eth99, and eth0a to eth99z",
			number, port);
	is_virtual = key && strcmp(key, "virtual") == 0;
	if (is_virtual == (value != NULL) || strtok_r(NULL, " \t\r", &rest))
		return refuse(problem,
			      "line %u: port %s: these words are needed: "
			      "PORT mac ADDRESS, PORT pci PLACE or PORT virtual",
			      number, port);
	if (rule_of_port(rules, port))
		return refuse(problem, "line %u: port %s: has a rule already", number, port);
	if (rules->n == PORT_RULES_MAX)
		return refuse(problem, "line %u: more than %d rules", number, PORT_RULES_MAX);
	memset(rule, 0, sizeof(*rule));
	if (is_virtual) {
		rule->match = PORT_VIRTUAL;
	} else if (strcmp(key, "mac") == 0) {
		rule->match = PORT_BY_MAC;
		if (parse_mac(value, rule->mac) < 0)
			return refuse(problem,
				      "line %u: port %s: mac \"%.40s\": "
				      "six hexadecimal bytes are allowed, as in 52:54:00:12:34:56",
				      number, port, value);
	} else if (strcmp(key, "pci") == 0) {
		rule->match = PORT_BY_PCI;
		if (!port_path_is_pci(value) ||
		    copy_text(rule->path, sizeof(rule->path), value) < 0)
			return refuse(problem,
				      "line %u: port %s: pci \"%.40s\": "
				      "a PCI address in lower case is allowed, as in 0000:03:00.0",
				      number, port, value);
	} else {
		return refuse(problem,
			      "line %u: port %s: \"%.20s\": mac, pci or virtual is allowed", number,
			      port, key);
	}
	snprintf(rule->port, sizeof(rule->port), "%s", port);
	rules->n++;
	return 0;
}

int port_rules_parse(const char *text, struct port_rules *ret_rules, char *ret_problem)
{
	struct port_rules rules = {};
	unsigned int number = 0;
	char line[128];

	while (*text) {
		size_t length = strcspn(text, "\n");
		int r;

		number++;
		if (length >= sizeof(line))
			return refuse(ret_problem, "line %u: longer than %zu characters", number,
				      sizeof(line) - 1);
		memcpy(line, text, length);
		line[length] = '\0';
		line[strcspn(line, "#")] = '\0';
		r = parse_rule(number, line, &rules, ret_problem);
		if (r < 0)
			return r;
		text += length + (text[length] == '\n');
	}
	*ret_rules = rules;
	return 0;
}

__attribute__((format(printf, 2, 3))) static void report(struct port_plan *plan, const char *format,
							 ...)
{
	va_list args;

	if (plan->n_problems == PORTS_MAX)
		return;
	va_start(args, format);
	vsnprintf(plan->problems[plan->n_problems++], PORT_PROBLEM_SIZE, format, args);
	va_end(args);
}

static bool rule_matches(const struct port_rule *rule, const struct nic *nic)
{
	if (rule->match == PORT_BY_MAC)
		return memcmp(rule->mac, nic->mac, sizeof(nic->mac)) == 0;
	return strcmp(rule->path, nic->path) == 0;
}

/* The one card a rule means, or NO_NIC with the reason in the plan. */
static size_t find_nic(const struct port_inventory *inv, const struct port_rule *rule,
		       struct port_plan *plan)
{
	bool by_mac = rule->match == PORT_BY_MAC;
	size_t found = NO_NIC;
	char mac[18];
	const char *value = by_mac ? format_mac(rule->mac, mac, sizeof(mac)) : rule->path;

	for (size_t i = 0; i < inv->n_nics; i++) {
		if (!rule_matches(rule, &inv->nics[i]))
			continue;
		if (found != NO_NIC) {
			report(plan, "port %s: %s %s: both %s (%s) and %s (%s) have it; %s",
			       rule->port, by_mac ? "mac" : "pci", value, inv->nics[found].name,
			       inv->nics[found].path, inv->nics[i].name, inv->nics[i].path,
			       by_mac ? "name the port by its PCI address"
				      : "name the port by its MAC address");
			return NO_NIC;
		}
		found = i;
	}
	if (found == NO_NIC)
		report(plan, "port %s: %s %s: no network card of this machine has it", rule->port,
		       by_mac ? "mac" : "pci", value);
	return found;
}

/* True, and said in the plan, when an interface that is no card sits on a port's name. */
static bool name_taken(const struct port_inventory *inv, const char *name, struct port_plan *plan)
{
	for (size_t i = 0; i < inv->n_others; i++) {
		if (inv->others[i].below || strcmp(inv->others[i].name, name) != 0)
			continue;
		report(plan, "port %s: an interface that is no network card has this name", name);
		return true;
	}
	return false;
}

static void assign_by_rules(const struct port_inventory *inv, const struct port_rules *rules,
			    struct port_plan *plan)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct port_rule *rule = &rules->rules[i];
		size_t n = rule->match == PORT_VIRTUAL ? NO_NIC : find_nic(inv, rule, plan);

		if (n == NO_NIC || name_taken(inv, rule->port, plan))
			continue;
		if (plan->ports[n][0]) {
			report(plan, "port %s: the card %s is port %s already", rule->port,
			       inv->nics[n].path, plan->ports[n]);
			continue;
		}
		memcpy(plan->ports[n], rule->port, PORT_NAME_SIZE);
	}
}

static size_t first_unnamed(const struct port_inventory *inv, const struct port_plan *plan)
{
	size_t first = NO_NIC;

	for (size_t i = 0; i < inv->n_nics; i++)
		if (!plan->ports[i][0] &&
		    (first == NO_NIC || nic_compare(&inv->nics[i], &inv->nics[first]) < 0))
			first = i;
	return first;
}

/* The cards left over take the names no rule speaks of, in the order of their places. */
static int assign_by_place(const struct port_inventory *inv, const struct port_rules *rules,
			   struct port_plan *plan)
{
	unsigned int number = 0;
	size_t n;

	while ((n = first_unnamed(inv, plan)) != NO_NIC) {
		char name[PORT_NAME_SIZE];

		do {
			if (number == PORT_NUMBERS)
				return -ENOSPC;
			snprintf(name, sizeof(name), "eth%u", number++);
		} while (rule_of_port(rules, name) || name_taken(inv, name, plan));
		memcpy(plan->ports[n], name, sizeof(name));
	}
	return 0;
}

static void add_rename(struct port_plan *plan, uint32_t ifindex, bool up, const char *from,
		       const char *to)
{
	struct port_rename *step = &plan->renames[plan->n_renames++];

	step->ifindex = ifindex;
	step->up = up;
	snprintf(step->from, sizeof(step->from), "%s", from);
	snprintf(step->to, sizeof(step->to), "%s", to);
}

static void move_nic(struct port_plan *plan, const struct nic *nic, char *current, const char *to)
{
	add_rename(plan, nic->ifindex, nic->up, current, to);
	snprintf(current, PORT_NAME_SIZE, "%s", to);
}

/* Interfaces that belong to a card may have been found before it and have a port's name. */
static void clear_names(const struct port_inventory *inv, struct port_plan *plan)
{
	for (size_t i = 0; i < inv->n_others; i++) {
		const struct port_other *other = &inv->others[i];
		char aside[PORT_NAME_SIZE];

		if (!other->below)
			continue;
		snprintf(aside, sizeof(aside), "below%u", other->ifindex);
		add_rename(plan, other->ifindex, other->up, other->name, aside);
	}
}

/*
 * Orders the renames: whoever's target is free goes first; when none is, the cards left form
 * circles, and one of them steps aside to a temporary name. Each card moves at most twice.
 */
static void order_renames(const struct port_inventory *inv, struct port_plan *plan)
{
	char current[PORTS_MAX][PORT_NAME_SIZE];

	for (size_t i = 0; i < inv->n_nics; i++)
		memcpy(current[i], inv->nics[i].name, PORT_NAME_SIZE);
	while (plan->n_renames < ARRAY_SIZE(plan->renames)) {
		size_t stuck = NO_NIC, moved = 0;
		char aside[PORT_NAME_SIZE];

		for (size_t i = 0; i < inv->n_nics; i++) {
			bool held = false;

			if (strcmp(current[i], plan->ports[i]) == 0)
				continue;
			for (size_t j = 0; j < inv->n_nics; j++)
				held |= strcmp(current[j], plan->ports[i]) == 0;
			if (held) {
				stuck = stuck == NO_NIC ? i : stuck;
				continue;
			}
			move_nic(plan, &inv->nics[i], current[i], plan->ports[i]);
			moved++;
		}
		if (stuck == NO_NIC)
			return;
		if (moved)
			continue;
		snprintf(aside, sizeof(aside), "port%u", inv->nics[stuck].ifindex);
		move_nic(plan, &inv->nics[stuck], current[stuck], aside);
	}
}

int ports_plan(const struct port_inventory *inventory, const struct port_rules *rules,
	       struct port_plan *ret_plan)
{
	struct port_plan plan = {};
	int r;

	assign_by_rules(inventory, rules, &plan);
	r = assign_by_place(inventory, rules, &plan);
	if (r < 0)
		return r;
	clear_names(inventory, &plan);
	order_renames(inventory, &plan);
	*ret_plan = plan;
	return 0;
}
