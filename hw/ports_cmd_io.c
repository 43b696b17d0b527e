// SPDX-License-Identifier: GPL-2.0-or-later
#include "ports_cmd_io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static int by_place(const void *a, const void *b)
{
	return nic_compare(a, b);
}

static int list_cards(struct ports_io *io, struct port_inventory *ret_inventory, FILE *err)
{
	int r = ports_io_list(io, ret_inventory);

	if (r < 0)
		fprintf(err, "trireme-ports: cannot list the network cards: %s\n", strerror(-r));
	return r;
}

static int rename_all(struct ports_io *io, const struct port_plan *plan, FILE *err)
{
	for (size_t i = 0; i < plan->n_renames; i++) {
		const struct port_rename *step = &plan->renames[i];
		int r = ports_io_rename(io, step);

		if (r < 0) {
			fprintf(err, "trireme-ports: cannot rename %s to %s: %s\n", step->from,
				step->to, strerror(-r));
			return r;
		}
	}
	return 0;
}

/* Number of the driver's firmware files that are not there; ret_first (may be NULL) is one of them.
 */
static size_t count_missing(struct ports_io *io, const struct nic_driver *driver,
			    const char **ret_first)
{
	size_t missing = 0;

	for (size_t i = driver->n_firmware; i-- > 0;) {
		if (ports_io_has_firmware(io, driver->firmware[i]))
			continue;
		missing++;
		if (ret_first)
			*ret_first = driver->firmware[i];
	}
	return missing;
}

static void tell_missing_firmware(struct ports_io *io, const struct nic *nic, const char *port,
				  const struct nic_table *table, FILE *err)
{
	const struct nic_driver *driver = table ? nic_table_find(table, nic->driver) : NULL;
	const char *first = NULL;
	size_t missing = driver ? count_missing(io, driver, &first) : 0;

	if (missing)
		fprintf(err,
			"trireme-ports: %s: firmware of %s is not in the image: %s%s (%zu of %zu "
			"files). Without it: %s\n",
			port, nic->driver, first, missing > 1 ? " and others" : "", missing,
			driver->n_firmware, driver->without_firmware);
}

int ports_cmd_apply(struct ports_io *io, const char *rules_text, const struct nic_table *table,
		    FILE *out, FILE *err)
{
	struct port_inventory inventory;
	struct port_rules rules;
	struct port_plan plan;
	char problem[PORT_PROBLEM_SIZE], mac[18];
	int r = port_rules_parse(rules_text, &rules, problem);

	if (r < 0) {
		fprintf(err, "trireme-ports: rules, %s\n", problem);
		return r;
	}
	r = list_cards(io, &inventory, err);
	if (r < 0)
		return r;
	r = ports_plan(&inventory, &rules, &plan);
	if (r < 0) {
		fprintf(err, "trireme-ports: no port names left: %s\n", strerror(-r));
		return r;
	}
	r = rename_all(io, &plan, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < inventory.n_nics; i++) {
		const struct nic *nic = &inventory.nics[i];

		fprintf(out, "trireme-ports: %s is %s at %s (%s)\n", plan.ports[i],
			format_mac(nic->mac, mac, sizeof(mac)), nic->path, nic->driver);
		tell_missing_firmware(io, nic, plan.ports[i], table, err);
	}
	if (inventory.n_nics == 0)
		fprintf(err, "trireme-ports: this machine has no network card that the image "
			     "has a driver for\n");
	for (size_t i = 0; i < plan.n_problems; i++)
		fprintf(err, "trireme-ports: %s\n", plan.problems[i]);
	return plan.n_problems ? -ENODEV : 0;
}

static const char *xdp_words(const struct nic_driver *driver, char *buf, size_t size)
{
	if (!driver)
		return "unknown";
	if (!driver->native_xdp)
		return "generic";
	if (driver->xdp_frags)
		return "native";
	snprintf(buf, size, "native to MTU %u", driver->xdp_mtu);
	return buf;
}

static const char *firmware_words(struct ports_io *io, const struct nic_driver *driver)
{
	if (!driver)
		return "unknown";
	if (driver->n_firmware == 0)
		return "none needed";
	return count_missing(io, driver, NULL) ? "missing" : "present";
}

static void print_row(FILE *out, const char *const cells[7])
{
	fprintf(out, "%-8s %-17s %-16s %-11s %-18s %-7s %s\n", cells[0], cells[1], cells[2],
		cells[3], cells[4], cells[5], cells[6]);
}

int ports_cmd_list(struct ports_io *io, const struct nic_table *table, FILE *out, FILE *err)
{
	static const char *const head[] = {"port", "mac",     "place",	 "driver",
					   "xdp",  "carrier", "firmware"};
	struct port_inventory inventory;
	int r = list_cards(io, &inventory, err);

	if (r < 0)
		return r;
	qsort(inventory.nics, inventory.n_nics, sizeof(inventory.nics[0]), by_place);
	print_row(out, head);
	for (size_t i = 0; i < inventory.n_nics; i++) {
		const struct nic *nic = &inventory.nics[i];
		const struct nic_driver *driver = table ? nic_table_find(table, nic->driver) : NULL;
		const char *carrier = !nic->up ? "down" : nic->carrier ? "yes" : "no";
		char mac[18], xdp[32];
		const char *const cells[] = {nic->name,
					     format_mac(nic->mac, mac, sizeof(mac)),
					     nic->path,
					     nic->driver,
					     xdp_words(driver, xdp, sizeof(xdp)),
					     carrier,
					     firmware_words(io, driver)};

		print_row(out, cells);
	}
	return 0;
}
