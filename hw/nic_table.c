// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic_table.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"

#define CELLS_MAX 32

enum column { DRIVER, XDP, XDP_MTU, XDP_FRAGS, FIRMWARE, WITHOUT, COLUMNS };

static const char *const column_names[COLUMNS] = {
	[DRIVER] = "driver",	   [XDP] = "xdp",	    [XDP_MTU] = "xdp_mtu",
	[XDP_FRAGS] = "xdp_frags", [FIRMWARE] = "firmware", [WITHOUT] = "without_firmware",
};

/*
 * Their ndo_xdp_xmit() returns -ENXIO above the last queue (i40e_txrx.c: i40e_xdp_xmit(),
 * en/xdp.c: mlx5e_xdp_xmit()); all others share queues.
 */
static bool wants_queue_per_cpu(const char *driver)
{
	return strcmp(driver, "i40e") == 0 || strcmp(driver, "mlx5_core") == 0;
}

/*
 * virtio_net.c: receive_buf() takes over VIRTIO_NET_HDR_F_NEEDS_CSUM; virtnet_xdp_set() turns
 * GUEST_CSUM off.
 */
static bool leaves_out_checksums(const char *driver)
{
	return strcmp(driver, "virtio_net") == 0;
}

/* Cuts a line at its tabs; the number of cells, or 0 when there are too many. */
static size_t cut(char *line, char *cells[CELLS_MAX])
{
	size_t n = 0;

	for (char *cell = line; cell; n++) {
		char *tab = strchr(cell, '\t');

		if (n == CELLS_MAX)
			return 0;
		cells[n] = cell;
		if (tab)
			*tab++ = '\0';
		cell = tab;
	}
	return n;
}

static int read_header(char *line, size_t place[COLUMNS], size_t *ret_cells)
{
	char *cells[CELLS_MAX];
	size_t n = cut(line[0] == '#' ? line + 1 : line, cells);

	for (int c = 0; c < COLUMNS; c++) {
		size_t i = 0;

		while (i < n && strcmp(cells[i], column_names[c]) != 0)
			i++;
		if (i == n)
			return -EINVAL;
		place[c] = i;
	}
	*ret_cells = n;
	return 0;
}

static int read_firmware(char *cell, struct nic_driver *driver)
{
	char *rest = NULL;

	if (strcmp(cell, "-") == 0)
		return 0;
	for (char *file = strtok_r(cell, " ", &rest); file; file = strtok_r(NULL, " ", &rest)) {
		if (driver->n_firmware == NIC_FIRMWARE_MAX)
			return -ENOSPC;
		driver->firmware[driver->n_firmware++] = file;
	}
	return 0;
}

static int read_row(char *line, const size_t place[COLUMNS], size_t n_cells,
		    struct nic_driver *ret_driver)
{
	struct nic_driver driver = {};
	char *cells[CELLS_MAX];

	if (cut(line, cells) != n_cells)
		return -EINVAL;
	driver.name = cells[place[DRIVER]];
	driver.native_xdp = strcmp(cells[place[XDP]], "native") == 0;
	if (!driver.native_xdp && strcmp(cells[place[XDP]], "generic") != 0)
		return -EINVAL;
	if (driver.native_xdp && parse_u32(cells[place[XDP_MTU]], 68, 65535, &driver.xdp_mtu) < 0)
		return -EINVAL;
	driver.xdp_frags = strcmp(cells[place[XDP_FRAGS]], "yes") == 0;
	driver.queue_per_cpu = wants_queue_per_cpu(driver.name);
	driver.partial_checksums = leaves_out_checksums(driver.name);
	driver.without_firmware = cells[place[WITHOUT]];
	*ret_driver = driver;
	return read_firmware(cells[place[FIRMWARE]], ret_driver);
}

int nic_table_parse(char *text, struct nic_table *ret_table, unsigned int *ret_line)
{
	struct nic_table table = {};
	size_t place[COLUMNS], n_cells = 0;
	char *rest = NULL;
	unsigned int number = 0;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		int r;

		number++;
		if (number > 1 && table.n == NIC_DRIVERS_MAX)
			r = -ENOSPC;
		else if (number == 1)
			r = read_header(line, place, &n_cells);
		else
			r = read_row(line, place, n_cells, &table.drivers[table.n++]);
		if (r < 0) {
			*ret_line = number;
			return r;
		}
	}
	if (table.n == 0) {
		*ret_line = number;
		return -EINVAL;
	}
	*ret_table = table;
	return 0;
}

const struct nic_driver *nic_table_find(const struct nic_table *table, const char *driver)
{
	for (size_t i = 0; i < table->n; i++)
		if (strcmp(table->drivers[i].name, driver) == 0)
			return &table->drivers[i];
	return NULL;
}
