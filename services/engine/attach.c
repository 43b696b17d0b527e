// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/attach.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

const char *attach_mode_name(enum attach_mode mode)
{
	static const char *const names[] = {
		[ATTACH_NONE] = "not at all",
		[ATTACH_GENERIC] = "generic",
		[ATTACH_NATIVE] = "native",
	};

	return names[mode];
}

static void decide(struct attach_port *port, enum attach_mode mode, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void decide(struct attach_port *port, enum attach_mode mode, const char *format, ...)
{
	char why[ATTACH_REASON_MAX];
	struct text reason = TEXT_ON(port->reason);
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	port->mode = mode;
	text_add(&reason, "%s", attach_mode_name(mode));
	text_add(&reason, "%s%s", why[0] ? ": " : "", why);
}

/* Whether the port gets no program; it is decided then. */
static bool not_at_all(struct attach_port *port)
{
	if (port->kind == CONFIG_PORT_VLAN)
		decide(port, ATTACH_NONE, "a VLAN, served by the program on %s, the port below",
		       port->parent);
	else if (!port->index)
		decide(port, ATTACH_NONE, "the port is not there");
	else if (!port->ethernet)
		decide(port, ATTACH_NONE, "no Ethernet");
	else if (port->master[0])
		decide(port, ATTACH_NONE, "a member of %s, which has its frames", port->master);
	else if (port->refused[ATTACH_GENERIC] < 0)
		decide(port, ATTACH_NONE, "the kernel has refused: %s",
		       port->words[ATTACH_GENERIC]);
	else
		return false;
	return true;
}

static bool card_forbids(struct attach_port *port, const struct attach_card *card)
{
	if (card->merges)
		decide(port, ATTACH_NONE, "%s merges packets (LRO), the driver %s does not stop it",
		       card->name, card->driver);
	else if (card->strips_tags && port->has_vlans)
		decide(port, ATTACH_NONE, "%s takes VLAN tags off, the driver %s does not stop it",
		       card->name, card->driver);
	else
		return false;
	return true;
}

/* A driver that the table does not have is tried: the kernel refuses what it cannot do. */
static bool card_needs_generic(const struct nic_table *table, uint32_t n_cpus,
			       struct attach_port *port, const struct attach_card *card)
{
	const struct nic_driver *driver = nic_table_find(table, card->driver);

	if (!driver)
		return false;
	if (!driver->native_xdp)
		decide(port, ATTACH_GENERIC, "the driver %s of %s has no native XDP", card->driver,
		       card->name);
	else if (driver->xdp_mtu && port->mtu > driver->xdp_mtu && !driver->xdp_frags)
		decide(port, ATTACH_GENERIC, "MTU %u is above %u, the limit of the driver %s",
		       port->mtu, driver->xdp_mtu, card->driver);
	else if (driver->queue_per_cpu && card->queues && card->queues < n_cpus)
		decide(port, ATTACH_GENERIC,
		       "%u transmit queues of %s for %u CPUs, the driver %s wants one for each",
		       card->queues, card->name, n_cpus, card->driver);
	else
		return false;
	return true;
}

static bool needs_generic(const struct nic_table *table, uint32_t n_cpus, struct attach_port *port)
{
	/* The kernel runs a bond's native program in its members, as if frames had come to them. */
	if (port->kind == CONFIG_PORT_BOND) {
		decide(port, ATTACH_GENERIC,
		       "on a bond, of which a native program sees members only");
		return true;
	}
	for (size_t i = 0; i < port->n_cards; i++)
		if (card_needs_generic(table, n_cpus, port, &port->cards[i]))
			return true;
	if (port->refused[ATTACH_NATIVE] == 0)
		return false;
	if (port->refused[ATTACH_NATIVE] == -EALREADY)
		decide(port, ATTACH_GENERIC, "it was when the engine began");
	else
		decide(port, ATTACH_GENERIC, "the driver %s has refused: %s",
		       port->n_cards ? port->cards[0].driver : "", port->words[ATTACH_NATIVE]);
	return true;
}

/* A generic program would forward frames with wrong checksums. */
static void forbid_generic(const struct nic_table *table, struct attach_port *port)
{
	char why[ATTACH_REASON_MAX];

	for (size_t i = 0; port->mode == ATTACH_GENERIC && i < port->n_cards; i++) {
		const struct nic_driver *driver = nic_table_find(table, port->cards[i].driver);

		if (!driver || !driver->partial_checksums)
			continue;
		copy_text(why, sizeof(why), port->reason + strlen("generic: "));
		decide(port, ATTACH_NONE, "%s; frames of %s lack checksums unless native", why,
		       port->cards[i].driver);
	}
}

static void decide_one(const struct nic_table *table, uint32_t n_cpus, struct attach_port *port)
{
	if (not_at_all(port))
		return;
	for (size_t i = 0; i < port->n_cards; i++)
		if (card_forbids(port, &port->cards[i]))
			return;
	if (needs_generic(table, n_cpus, port))
		forbid_generic(table, port);
	else
		decide(port, ATTACH_NATIVE, "%s", "");
}

void attach_decide(const struct nic_table *table, uint32_t n_cpus, struct attach_port *ports,
		   size_t n_ports)
{
	const struct attach_port *generic = NULL;

	for (size_t i = 0; i < n_ports; i++) {
		decide_one(table, n_cpus, &ports[i]);
		if (!generic && ports[i].mode == ATTACH_GENERIC)
			generic = &ports[i];
	}
	for (size_t i = 0; generic && i < n_ports; i++) {
		if (ports[i].mode != ATTACH_NATIVE)
			continue;
		decide(&ports[i], ATTACH_GENERIC, "as %s, to which its frames go", generic->name);
		forbid_generic(table, &ports[i]);
	}
}
