/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks across the whole configuration that the model alone cannot state well: subnets, addresses
 * used twice, what the forwarding methods need. Pure; stops at the first finding.
 */
#ifndef TRIREME_SCHEMA_VALIDATE_H
#define TRIREME_SCHEMA_VALIDATE_H

#include "schema/config.h"
#include "schema/schema.h"

/* 0, or -EBADMSG and *error says where and why. config comes from config_build(). */
int config_validate(const struct config *config, struct schema_error *error);

/* Its parts, in the order in which they run. */
int validate_nodes(const struct config *config, struct schema_error *error);
int validate_aliases(const struct config *config, struct schema_error *error);
int validate_services(const struct config *config, struct schema_error *error);

/* Writes the path and returns -EBADMSG, for `return bad_at(…)`. */
int bad_at(struct schema_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* a and b lie in the same subnet of that prefix length (0..32). */
bool same_subnet(uint32_t a, uint32_t b, uint8_t length);

/*
 * The path of the port or alias other than `except` (its struct) that has the address, into
 * ret_path; false: none has.
 */
bool address_holder(const struct config *config, uint32_t address, const void *except,
		    char *ret_path, size_t size);

/*
 * Why a host in a subnet of that prefix length cannot have this address (multicast, network
 * address, …), as a sentence, or NULL: it can.
 */
const char *address_unusable(uint32_t address, uint8_t length);

/* The first router of the configuration or NULL. */
const struct config_node *first_router(const struct config *config);

#endif
