/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine made up by a test, behind the interface of ports_io.h. It refuses what the kernel
 * refuses. */
#ifndef TRIREME_HW_PORTS_FAKE_H
#define TRIREME_HW_PORTS_FAKE_H

#include "ports_io.h"

/* What the next ports_io_open() shows; kept by the caller, renames are done in it. */
void ports_fake_machine(struct port_inventory *machine);

/* Firmware files the machine has; NULL ends the list, which the caller keeps. */
void ports_fake_firmware(const char *const *files);

/* Renames done so far since ports_fake_machine(). */
size_t ports_fake_renames(void);

#endif
