// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/identity.h"

#include <errno.h>
#include <string.h>

static void add_mac(struct text *text, const uint8_t mac[6])
{
	text_add(text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
}

static bool has_mac(const struct identity_macs *macs, const uint8_t mac[6])
{
	for (size_t i = 0; i < macs->n; i++) {
		if (memcmp(macs->macs[i], mac, 6) == 0)
			return true;
	}
	return false;
}

/* One card is enough: another one may have been replaced. */
static bool is_here(const struct config_node *node, const struct identity_macs *macs)
{
	for (size_t i = 0; i < node->n_ports; i++) {
		const struct config_port *port = &node->ports[i];
		bool here = port->hardware == CONFIG_HARDWARE_MAC && has_mac(macs, port->mac);

		for (size_t j = 0; j < port->bond.n_members; j++)
			here |= port->bond.members[j].hardware == CONFIG_HARDWARE_MAC &&
				has_mac(macs, port->bond.members[j].mac);
		if (here)
			return true;
	}
	return false;
}

static void add_found(const struct identity_macs *macs, struct text *text)
{
	text_add(text, "found in this machine:");
	for (size_t i = 0; i < macs->n; i++) {
		text_add(text, " ");
		add_mac(text, macs->macs[i]);
	}
	text_add(text, "%s\n", macs->n ? "" : " no network card");
}

static void add_card(const char *name, enum config_hardware hardware, const uint8_t mac[6],
		     struct text *text)
{
	text_add(text, " %s ", name);
	if (hardware == CONFIG_HARDWARE_MAC)
		add_mac(text, mac);
	else
		text_add(text, "(no mac given)");
}

static void add_expected(const struct config *config, struct text *text)
{
	for (size_t i = 0; i < config->n_nodes; i++) {
		const struct config_node *node = &config->nodes[i];

		text_add(text, "expected for %s:", node->name);
		for (size_t j = 0; j < node->n_ports; j++) {
			const struct config_port *port = &node->ports[j];

			if (port->kind == CONFIG_PORT_HARDWARE)
				add_card(port->name, port->hardware, port->mac, text);
			for (size_t k = 0; k < port->bond.n_members; k++)
				add_card(port->bond.members[k].name, port->bond.members[k].hardware,
					 port->bond.members[k].mac, text);
		}
		text_add(text, "\n");
	}
}

static int not_found(const struct config *config, const struct identity_macs *macs, bool several,
		     struct text *problem)
{
	text_add(problem,
		 "which node this machine is cannot be told: %s; set /trireme:machine/node, "
		 "or a port's mac\n",
		 several ? "it has network cards of more than one node"
			 : "it has no network card of any node");
	add_found(macs, problem);
	add_expected(config, problem);
	return several ? -ENOTUNIQ : -ENOENT;
}

int identity_find(const struct config *config, const struct identity_macs *macs,
		  const struct config_node **ret_node, struct text *problem)
{
	const struct config_node *found = NULL;

	if (config->this_node[0]) {
		/* The model's reference says that it exists. */
		found = config_node_by_name(config, config->this_node);
		if (!found)
			return not_found(config, macs, false, problem);
		*ret_node = found;
		return 0;
	}
	for (size_t i = 0; i < config->n_nodes; i++) {
		if (!is_here(&config->nodes[i], macs))
			continue;
		if (found)
			return not_found(config, macs, true, problem);
		found = &config->nodes[i];
	}
	if (!found && config->n_nodes == 1)
		found = &config->nodes[0];
	if (!found)
		return not_found(config, macs, false, problem);
	*ret_node = found;
	return 0;
}

static void add_rule(const char *name, enum config_hardware hardware, const uint8_t mac[6],
		     const char *pci_path, struct text *text)
{
	if (hardware == CONFIG_HARDWARE_MAC) {
		text_add(text, "%s mac ", name);
		add_mac(text, mac);
		text_add(text, "\n");
	} else if (hardware == CONFIG_HARDWARE_PCI) {
		text_add(text, "%s pci %s\n", name, pci_path);
	}
}

void identity_port_rules(const struct config_node *node, struct text *text)
{
	for (size_t i = 0; i < node->n_ports; i++) {
		const struct config_port *port = &node->ports[i];

		if (port->kind == CONFIG_PORT_HARDWARE)
			add_rule(port->name, port->hardware, port->mac, port->pci_path, text);
		else
			text_add(text, "%s virtual\n", port->name);
		for (size_t j = 0; j < port->bond.n_members; j++) {
			const struct config_member *card = &port->bond.members[j];

			add_rule(card->name, card->hardware, card->mac, card->pci_path, text);
		}
	}
}
