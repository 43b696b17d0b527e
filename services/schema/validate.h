/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks across the whole configuration that the model alone cannot state well: subnets, addresses
 * used twice, what the forwarding methods need. Pure; stops at the first finding. Nothing here
 * takes more than n log n in the number of real servers, ranges, cards and addresses.
 */
#ifndef TRIREME_SCHEMA_VALIDATE_H
#define TRIREME_SCHEMA_VALIDATE_H

#include "schema/config.h"
#include "schema/schema.h"

/* 0, or -EBADMSG and *error says where and why. config comes from config_build(). -ENOMEM. */
int config_validate(const struct config *config, struct schema_error *error);

/* An address of the cluster's own: a port's, a further one of it, or an alias. */
struct own_address {
	struct config_inet inet;
	const void *is;			/* the struct that has it */
	const struct config_node *node; /* of a port; else NULL */
	const struct config_port *port;
	const struct config_group *group; /* of an alias; else NULL */
	const char *alias_port;		  /* on which it is, and */
	const char *label;		  /* its label; NULL: of IPv6 */
};

/* What the parts share. */
struct validation {
	const struct config *config;
	struct schema_error *error;
	struct own_address *own; /* n_own of them in the order of the addresses */
	size_t n_own;
};

/* Fills own and n_own; the caller frees own. -ENOMEM. */
int validate_own_addresses(struct validation *v);

/* The parts, in the order in which they run. */
int validate_nodes(const struct validation *v);
int validate_cards(const struct validation *v);
int validate_system(const struct validation *v);
int validate_aliases(const struct validation *v);
int validate_ranges(const struct validation *v);
int validate_services(const struct validation *v);
int validate_pools(const struct validation *v);
int validate_access(const struct validation *v);

/* Parts of validate_nodes() and validate_services(). */
int validate_port(const struct validation *v, const struct config_node *node,
		  const struct config_port *port);
int validate_real(const struct validation *v, const struct config_service *service,
		  const struct config_real *real);
int validate_sorry(const struct validation *v, const struct config_service *service);

/* Writes the path and returns -EBADMSG, for `return bad_at(…)`. */
int bad_at(struct schema_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Writes the value or what is allowed. */
void bad_value(struct schema_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void bad_address(struct schema_error *error, uint32_t address);

/* Of what can have both families; which of the two that mean none it was is not known. */
void bad_inet(struct schema_error *error, const struct config_inet *inet);
void bad_allowed(struct schema_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* a and b lie in the same subnet of that prefix length (0..32). */
bool same_subnet(uint32_t a, uint32_t b, uint8_t length);

/*
 * The path of a port, additional address or alias other than `except` (its struct) that has the
 * address, into ret_path; false: none has.
 */
bool address_holder(const struct validation *v, uint32_t address, const void *except,
		    char *ret_path, size_t size);
bool inet_holder(const struct validation *v, const struct config_inet *inet, const void *except,
		 char *ret_path, size_t size);

/*
 * Why a host in a subnet of that prefix length cannot have this address (multicast, network
 * address, …), as a sentence, or NULL: it can.
 */
const char *address_unusable(uint32_t address, uint8_t length);

/* The same of IPv6; length: 128 where no subnet is known. */
const char *ipv6_unusable(const struct in6_addr *address, uint8_t length);

/* Some IPv6 address of the port has it in its subnet, and a host there can have it. */
bool ipv6_reaches(const struct config_port *port, const struct in6_addr *address);

/* The alias of that address and its group, which is NULL when there is none. */
struct own_address alias_of(const struct validation *v, const struct config_inet *inet);

/*
 * 0, or the address is no floating one: value and allowed have been written, where it stands is for
 * bad_at().
 */
int check_floating(const struct validation *v, const struct config_inet *inet);

/* The first router of the configuration or NULL. */
const struct config_node *first_router(const struct config *config);

#endif
