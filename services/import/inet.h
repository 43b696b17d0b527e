/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of either family, as the structs of config.h have them: in two members. */
#ifndef TRIREME_IMPORT_INET_H
#define TRIREME_IMPORT_INET_H

#include "schema/config_inet.h"

static inline void inet_put(const struct config_inet *inet, uint32_t *ret_address,
			    struct in6_addr *ret_ipv6)
{
	*ret_address = 0;
	memset(ret_ipv6, 0, sizeof(*ret_ipv6));
	if (inet->family == AF_INET)
		memcpy(ret_address, inet->bytes, sizeof(*ret_address));
	else if (inet->family == AF_INET6)
		memcpy(ret_ipv6, inet->bytes, sizeof(*ret_ipv6));
}

/* How rows name the family. */
static inline const char *inet_family_name(bool ipv6)
{
	return ipv6 ? "IPv6" : "IPv4";
}

#endif
