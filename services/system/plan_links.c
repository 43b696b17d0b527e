// SPDX-License-Identifier: GPL-2.0-or-later
/* Links of the plan: VLANs and bonds go, come and change, then MTU and up. */
#include <errno.h>
#include <linux/if_bonding.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "system/plan_parts.h"

static const struct plan_link *link_by_name(const struct plan_state *state, const char *name)
{
	for (size_t i = 0; i < state->n_links; i++) {
		if (strcmp(state->links[i].name, name) == 0)
			return &state->links[i];
	}
	return NULL;
}

static struct planned_port *port_by_name(struct planning *p, const char *name)
{
	for (size_t i = 0; i < p->node->n_ports; i++) {
		if (strcmp(p->ports[i].port->name, name) == 0)
			return &p->ports[i];
	}
	return NULL;
}

static bool has_name_of_port(const struct plan_link *link)
{
	size_t digits =
		strncmp(link->name, "eth", 3) == 0 ? strspn(link->name + 3, "0123456789") : 0;

	return digits >= 1 && digits <= 2 && link->name[3 + digits] == '\0';
}

static struct plan_bond wanted_bond(const struct config_bond *bond)
{
	static const uint8_t modes[] = {[CONFIG_BOND_ACTIVE_BACKUP] = BOND_MODE_ACTIVEBACKUP,
					[CONFIG_BOND_802_3AD] = BOND_MODE_8023AD,
					[CONFIG_BOND_BALANCE_XOR] = BOND_MODE_XOR};
	static const uint8_t policies[] = {[CONFIG_HASH_LAYER2] = BOND_XMIT_POLICY_LAYER2,
					   [CONFIG_HASH_LAYER2_3] = BOND_XMIT_POLICY_LAYER23,
					   [CONFIG_HASH_LAYER3_4] = BOND_XMIT_POLICY_LAYER34};
	struct plan_bond wanted = {.mode = modes[bond->mode], .monitor_ms = bond->monitor_ms};

	if (bond->mode == CONFIG_BOND_802_3AD)
		wanted.lacp_rate = bond->lacp_fast;
	if (bond->mode != CONFIG_BOND_ACTIVE_BACKUP)
		wanted.hash_policy = policies[bond->hash_policy];
	return wanted;
}

/* Why a bond that is there cannot stay; NULL: it can. */
static const char *bond_must_go(const struct plan_link *link, const struct planned_port *planned)
{
	if (!planned)
		return "it is not configured";
	if (planned->port->kind != CONFIG_PORT_BOND)
		return "the port is configured as something else";
	return link->bond.mode == wanted_bond(&planned->port->bond).mode
		       ? NULL
		       : "its mode is another one";
}

static const char *vlan_must_go(const struct planning *p, const struct plan_link *link,
				const struct planned_port *planned)
{
	const struct plan_link *parent;

	if (!planned)
		return "it is not configured";
	if (planned->port->kind != CONFIG_PORT_VLAN)
		return "the port is configured as something else";
	if (link->vlan_id != planned->port->vlan_id)
		return "its number is another one";
	parent = link_by_name(p->state, planned->port->parent);
	/* Without the port that it belongs on it could not be made anew. */
	if (!parent)
		return NULL;
	if (parent->ifindex != link->parent)
		return "it is on another port";
	return p->goes[parent - p->state->links] ? "the bond that it is on goes" : NULL;
}

/* What is on a bond needs to know of the bond: bonds are judged first, and removed last. */
static void find_what_goes(struct planning *p, enum plan_link_kind kind, const char **why)
{
	for (size_t i = 0; i < p->state->n_links; i++) {
		const struct plan_link *link = &p->state->links[i];

		if (link->kind != kind || !has_name_of_port(link))
			continue;
		why[i] = kind == PLAN_LINK_BOND
				 ? bond_must_go(link, port_by_name(p, link->name))
				 : vlan_must_go(p, link, port_by_name(p, link->name));
		p->goes[i] = why[i] != NULL;
	}
}

static void remove_links(struct planning *p)
{
	static const enum plan_link_kind order[] = {PLAN_LINK_VLAN, PLAN_LINK_BOND};
	const char *why[PLAN_LINKS_MAX] = {NULL};

	find_what_goes(p, PLAN_LINK_BOND, why);
	find_what_goes(p, PLAN_LINK_VLAN, why);
	for (size_t k = 0; k < ARRAY_SIZE(order); k++) {
		for (size_t i = 0; i < p->state->n_links; i++) {
			const struct plan_link *link = &p->state->links[i];
			struct plan_action *action;

			if (!p->goes[i] || link->kind != order[k])
				continue;
			action = plan_add(p->plan, PLAN_LINK_REMOVE, link->name);
			action->ifindex = link->ifindex;
			action->link = link->kind;
			action->why = why[i];
			action->again = port_by_name(p, link->name) != NULL;
		}
	}
}

static void problem(struct planning *p, const char *name, int error, const char *why)
{
	struct plan_action *action = plan_add(p->plan, PLAN_PROBLEM, name);

	action->why = why;
	action->error = error;
}

/* The action about a link, by number if it is there and stays. */
static struct plan_action *about(struct planning *p, enum plan_kind kind,
				 const struct planned_port *planned)
{
	struct plan_action *action = plan_add(p->plan, kind, planned->port->name);

	action->ifindex = planned->link ? planned->link->ifindex : 0;
	action->mtu = planned->port->mtu;
	return action;
}

static void plan_up(struct planning *p, const struct plan_link *link)
{
	if (!link->up)
		plan_add(p->plan, PLAN_LINK_UP, link->name)->ifindex = link->ifindex;
}

static void plan_port_up(struct planning *p, const struct planned_port *planned)
{
	if (planned->link)
		plan_up(p, planned->link);
	else if (planned->comes)
		about(p, PLAN_LINK_UP, planned);
}

enum direction { GROW = 1, SHRINK = 2 };

static void plan_mtu(struct planning *p, const struct planned_port *planned, unsigned int which)
{
	enum direction direction;

	if (!planned->link || planned->link->mtu == planned->port->mtu)
		return;
	direction = planned->link->mtu < planned->port->mtu ? GROW : SHRINK;
	if (direction & which)
		about(p, PLAN_LINK_MTU, planned)->mtu_before = planned->link->mtu;
}

/* A bond hands its MTU to its members when it changes; what differs else has drifted. */
static void plan_member(struct planning *p, const struct planned_port *bond, const char *name)
{
	const struct plan_link *card = link_by_name(p->state, name);
	struct plan_action *action;

	if (!card) {
		problem(p, name, -ENODEV, "this machine has no such network card");
		return;
	}
	if (!bond->link || card->master != bond->link->ifindex) {
		action = about(p, PLAN_MEMBER_ADD, bond);
		copy_text(action->other, sizeof(action->other), name);
		return;
	}
	plan_up(p, card);
	if (bond->link->mtu == bond->port->mtu && card->mtu != bond->port->mtu) {
		action = plan_add(p->plan, PLAN_LINK_MTU, name);
		action->ifindex = card->ifindex;
		action->mtu = bond->port->mtu;
		action->mtu_before = card->mtu;
	}
}

static bool is_member(const struct config_bond *bond, const char *name)
{
	for (size_t i = 0; i < bond->n_members; i++) {
		if (strcmp(bond->members[i].name, name) == 0)
			return true;
	}
	return false;
}

static void plan_members(struct planning *p, const struct planned_port *planned)
{
	const struct config_bond *bond = &planned->port->bond;

	for (size_t i = 0; planned->link && i < p->state->n_links; i++) {
		const struct plan_link *card = &p->state->links[i];
		struct plan_action *action;

		if (card->master != planned->link->ifindex || is_member(bond, card->name))
			continue;
		action = about(p, PLAN_MEMBER_REMOVE, planned);
		copy_text(action->other, sizeof(action->other), card->name);
	}
	for (size_t i = 0; i < bond->n_members; i++)
		plan_member(p, planned, bond->members[i].name);
}

/* LACP's rate is changed only while the bond is down (drivers/net/bonding/bond_options.c). */
static void plan_bond_settings(struct planning *p, struct planned_port *planned)
{
	struct plan_bond wanted = wanted_bond(&planned->port->bond);
	const struct plan_bond *is = planned->link ? &planned->link->bond : NULL;
	struct plan_action *action;

	if (is) {
		planned->restarts =
			wanted.mode == BOND_MODE_8023AD && is->lacp_rate != wanted.lacp_rate;
		if (!planned->restarts && is->monitor_ms == wanted.monitor_ms &&
		    (wanted.mode == BOND_MODE_ACTIVEBACKUP ||
		     is->hash_policy == wanted.hash_policy))
			return;
	}
	action = about(p, is ? PLAN_BOND_CHANGE : PLAN_LINK_ADD, planned);
	action->link = PLAN_LINK_BOND;
	action->bond = wanted;
	action->restart = planned->restarts;
}

static void plan_vlan(struct planning *p, struct planned_port *planned)
{
	const struct planned_port *parent = port_by_name(p, planned->port->parent);
	struct plan_action *action;

	if (planned->link) {
		plan_mtu(p, planned, GROW | SHRINK);
		planned->restarts = parent && parent->restarts;
		return;
	}
	if (!parent || (!parent->link && !parent->comes)) {
		problem(p, planned->port->name, -ENODEV,
			"the port that carries the VLAN is missing");
		return;
	}
	planned->comes = true;
	action = about(p, PLAN_LINK_ADD, planned);
	action->link = PLAN_LINK_VLAN;
	action->vlan_id = planned->port->vlan_id;
	copy_text(action->other, sizeof(action->other), planned->port->parent);
}

static void plan_card_or_bond(struct planning *p, struct planned_port *planned)
{
	bool bond = planned->port->kind == CONFIG_PORT_BOND;

	if (!planned->link && !bond) {
		problem(p, planned->port->name, -ENODEV, "this machine has no such port");
		return;
	}
	if (bond && (!planned->link || planned->link->kind == PLAN_LINK_BOND)) {
		planned->comes = !planned->link;
		plan_bond_settings(p, planned);
		plan_members(p, planned);
	}
	plan_mtu(p, planned, GROW);
	plan_port_up(p, planned);
}

/* What is served goes on through the card; it makes room when the cards get their names. */
static void check_kind(struct planning *p, const struct planned_port *planned)
{
	if (planned->port->kind != CONFIG_PORT_HARDWARE && planned->link &&
	    planned->link->kind == PLAN_LINK_CARD)
		problem(p, planned->port->name, -EEXIST,
			"a network card has this name; cards are named when the machine starts");
}

static void look_at_ports(struct planning *p)
{
	for (size_t i = 0; i < p->node->n_ports; i++) {
		struct planned_port *planned = &p->ports[i];
		const struct plan_link *link = link_by_name(p->state, planned->port->name);

		planned->link = link && !p->goes[link - p->state->links] ? link : NULL;
		check_kind(p, planned);
	}
}

/* A VLAN's MTU is never above that of its port, and it is up only while that is. */
void plan_links(struct planning *p)
{
	const struct plan_link *loopback = link_by_name(p->state, "lo");

	for (size_t i = 0; i < p->node->n_ports; i++)
		p->ports[i] = (struct planned_port){.port = &p->node->ports[i]};
	if (loopback)
		plan_up(p, loopback);
	remove_links(p);
	look_at_ports(p);
	for (size_t i = 0; i < p->node->n_ports; i++) {
		if (p->ports[i].port->kind != CONFIG_PORT_VLAN)
			plan_card_or_bond(p, &p->ports[i]);
	}
	for (size_t i = 0; i < p->node->n_ports; i++) {
		if (p->ports[i].port->kind == CONFIG_PORT_VLAN) {
			plan_vlan(p, &p->ports[i]);
			plan_port_up(p, &p->ports[i]);
		}
	}
	for (size_t i = 0; i < p->node->n_ports; i++) {
		if (p->ports[i].port->kind != CONFIG_PORT_VLAN)
			plan_mtu(p, &p->ports[i], SHRINK);
	}
}
