// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/validate.h"

#include <arpa/inet.h>
#include <errno.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "schema/error.h"

int bad_at(struct schema_error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_textv(error->path, sizeof(error->path), format, args);
	va_end(args);
	return -EBADMSG;
}

void bad_value(struct schema_error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_textv(error->value, sizeof(error->value), format, args);
	va_end(args);
}

void bad_allowed(struct schema_error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_textv(error->allowed, sizeof(error->allowed), format, args);
	va_end(args);
}

void bad_address(struct schema_error *error, uint32_t address)
{
	format_ipv4(address, error->value, sizeof(error->value));
}

void bad_inet(struct schema_error *error, const struct config_inet *inet)
{
	char text[CONFIG_INET_TEXT_MAX];

	bad_value(error, "%s",
		  inet->family == AF_UNSPEC ? "0.0.0.0 or ::" : config_inet_text(inet, text));
}

bool same_subnet(uint32_t a, uint32_t b, uint8_t length)
{
	return ((a ^ b) & ipv4_netmask(length)) == 0;
}

const char *address_unusable(uint32_t address, uint8_t length)
{
	uint32_t host = ntohl(address), mask = ntohl(ipv4_netmask(length));

	if (host >> 24 == 0 || host >> 24 == 127)
		return "an address of a network card: 0.x.x.x and 127.x.x.x mean this machine "
		       "itself";
	if (host >> 24 >= 224)
		return "an address of one host: 224.0.0.0 and above are multicast or reserved";
	if (length < 31 && (host & ~mask) == 0)
		return "an address of a host: this is the address of the subnet itself";
	if (length < 31 && (host | mask) == UINT32_MAX)
		return "an address of a host: this is the broadcast address of the subnet";
	return NULL;
}

const char *ipv6_unusable(const struct in6_addr *address, uint8_t length)
{
	struct in6_addr network;

	if (IN6_IS_ADDR_UNSPECIFIED(address))
		return "an address of a host: :: means that there is none";
	if (IN6_IS_ADDR_LOOPBACK(address))
		return "an address of a network card: ::1 means this machine itself";
	if (IN6_IS_ADDR_V4MAPPED(address) || IN6_IS_ADDR_V4COMPAT(address))
		return "an IPv6 address: this is an IPv4 address in the form of IPv6 (RFC 4291)";
	if (IN6_IS_ADDR_LINKLOCAL(address))
		return "a global or unique local address: fe80::/10 is link-local, each port makes "
		       "its own";
	if (IN6_IS_ADDR_MULTICAST(address))
		return "an address of one host: ff00::/8 is multicast";
	ipv6_network(address, length, &network);
	if (length < 127 && IN6_ARE_ADDR_EQUAL(&network, address))
		return "an address of one host: this is that of all routers of the subnet (RFC "
		       "4291, 2.6.1)";
	return NULL;
}

bool ipv6_reaches(const struct config_port *port, const struct in6_addr *address)
{
	for (size_t i = 0; i < port->n_ipv6; i++) {
		const struct config_ipv6_address *own = &port->ipv6[i];

		if (ipv6_same_subnet(address, &own->address, own->prefix_length) &&
		    !ipv6_unusable(address, own->prefix_length))
			return true;
	}
	return false;
}

const struct config_node *first_router(const struct config *config)
{
	for (size_t i = 0; i < config->n_nodes; i++) {
		if (config->nodes[i].role == CONFIG_ROLE_ROUTER)
			return &config->nodes[i];
	}
	return NULL;
}

int config_validate(const struct config *config, struct schema_error *error)
{
	static int (*const parts[])(const struct validation *v) = {
		validate_nodes,	 validate_cards,    validate_system, validate_aliases,
		validate_ranges, validate_services, validate_pools,  validate_access,
	};
	struct validation v = {.config = config, .error = error};
	int r = validate_own_addresses(&v);

	for (size_t i = 0; i < ARRAY_SIZE(parts) && r == 0; i++) {
		/* One that has found no fault may have left the value that it looked at last. */
		error->value[0] = '\0';
		r = parts[i](&v);
	}
	free(v.own);
	return r;
}
