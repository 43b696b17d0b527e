/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Networks that are reached through one port only, for protection against forged addresses: those
 * of all ports but the public one (eth0). Pure.
 */
#ifndef TRIREME_ENGINE_INSIDES_H
#define TRIREME_ENGINE_INSIDES_H

#include "engine/networks.h"

/*
 * Fills the data path's table (FWD_INSIDE_MAX), the narrowest network first, since the first that
 * has an address decides. While a port is not there nobody may use its addresses. Returns how many
 * networks had no room.
 */
size_t insides_publish(const struct own_networks *networks, const struct links *links,
		       struct fwd_inside *table);

#endif
