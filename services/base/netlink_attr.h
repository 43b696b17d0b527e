/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What attributes of netlink(7) say. */
#ifndef TRIREME_BASE_NETLINK_ATTR_H
#define TRIREME_BASE_NETLINK_ATTR_H

#include <libmnl/libmnl.h>
#include <stdint.h>

/*
 * The number in an attribute of 1, 2 or 4 bytes, as it lies in memory; 0 of any other size: they
 * are the kernel's, but no reader trusts a length.
 */
static inline uint32_t netlink_number(const struct nlattr *attr)
{
	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(uint8_t):
		return mnl_attr_get_u8(attr);
	case sizeof(uint16_t):
		return mnl_attr_get_u16(attr);
	case sizeof(uint32_t):
		return mnl_attr_get_u32(attr);
	default:
		return 0;
	}
}

#endif
