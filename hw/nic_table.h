/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hw/nics.tsv says of a driver, for programs in the image (/usr/share/trireme/nics.tsv).
 * Columns are found by the names in the table's first line.
 */
#ifndef TRIREME_HW_NIC_TABLE_H
#define TRIREME_HW_NIC_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NIC_DRIVERS_MAX 64
#define NIC_FIRMWARE_MAX 32

/* Texts point into the table handed to nic_table_parse(). */
struct nic_driver {
	const char *name;
	bool native_xdp;
	uint32_t xdp_mtu; /* bytes; 0: no limit of its own */
	bool xdp_frags;	  /* multi-buffer programs may go above xdp_mtu */
	/* Redirection into the port drops packets of CPUs that have no transmit queue of their own.
	 */
	bool queue_per_cpu;
	/* Frames of machines on the same host come without checksums, but for native programs. */
	bool partial_checksums;
	const char *firmware[NIC_FIRMWARE_MAX]; /* relative to /lib/firmware */
	size_t n_firmware;
	const char *without_firmware;
};

struct nic_table {
	struct nic_driver drivers[NIC_DRIVERS_MAX];
	size_t n;
};

/*
 * Parses the table in place: text is cut into words and must outlive the result. -EINVAL: a column
 * is missing, a row is of another length or a value is not allowed; *ret_line says where. -ENOSPC:
 * a bound above is passed.
 */
int nic_table_parse(char *text, struct nic_table *ret_table, unsigned int *ret_line);

/* The row of a driver by its name in sysfs, or NULL. */
const struct nic_driver *nic_table_find(const struct nic_table *table, const char *driver);

#endif
