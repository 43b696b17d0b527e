/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a service has that the data path of XDP has not, by its configuration alone: firewall marks
 * (they are set by the firewall, after XDP), SCTP, FTP (port 21: the kernel's helper reads what it
 * carries), a scheduler or a limit of connections that only IPVS has, too many ports. Ports and the
 * kernel may speak against XDP as well (engine/steer.h). Pure.
 */
#ifndef TRIREME_SCHEMA_DATAPATH_H
#define TRIREME_SCHEMA_DATAPATH_H

#include "base/text.h"
#include "schema/config.h"

#define DATAPATH_PORTS_MAX 256 /* of one service that XDP serves */

/* The first such thing, in words, to the end of why; nothing if there is none. */
void datapath_obstacle(const struct config_service *service, struct text *why);

#endif
