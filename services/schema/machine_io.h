/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a configuration needs of the machine itself, which neither model nor validate*.c can know:
 * for who accepts a configuration, and for who applies it.
 */
#ifndef TRIREME_SCHEMA_MACHINE_IO_H
#define TRIREME_SCHEMA_MACHINE_IO_H

#include <stdbool.h>

#include "schema/config.h"
#include "schema/schema.h"

/* The IANA time zone database, a file per zone (tzfile(5)). */
#define MACHINE_ZONES "/usr/share/zoneinfo"

/* Whether this firmware knows the time zone. */
bool machine_has_zone(const char *name);

/*
 * Whether this machine can do what the configuration says: 0, or -EBADMSG and *error says what it
 * cannot. A network card that is missing is no reason: it may be broken, and the rest goes on.
 */
int machine_can(const struct config *config, struct schema_error *error);

#endif
