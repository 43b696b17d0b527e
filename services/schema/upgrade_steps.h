/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One step of upgrade.c's table per revision of the model. Private to services/schema; pure. */
#ifndef TRIREME_SCHEMA_UPGRADE_STEPS_H
#define TRIREME_SCHEMA_UPGRADE_STEPS_H

#include <jansson.h>

/* Pools instead of real servers in services, timing profiles, ports for masquerading. */
int upgrade_to_2026_11_24(json_t *document);

#endif
