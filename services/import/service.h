/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of a service that both formats have, with their rows. */
#ifndef TRIREME_IMPORT_SERVICE_H
#define TRIREME_IMPORT_SERVICE_H

#include "import/importer.h"

/* Those of the model; ends with NULL. */
extern const char *const service_schedulers[];

/* A timeout of all services, at path; the document has old. *ret_seconds is that of the plan. */
void service_set_timeout(struct importer *im, const struct statement *s, const char *path,
			 uint32_t seconds, uint32_t old, uint32_t *ret_seconds);

/* The row of a block that became a service; wanted is its name in the text, or NULL. */
void service_row(struct importer *im, const struct statement *s, const struct item *owner,
		 const struct plan_service *service, const char *wanted);

/* Port 0: all that nothing else at the address has. */
void service_set_address(struct plan_service *service, struct plan_alias *alias, uint16_t port);

/* s says so many seconds, more than 0. */
void service_set_persistence(struct importer *im, struct plan_service *service,
			     const struct statement *s, uint32_t seconds);

/* The address is of the service's family; else a row says that it is left out. */
bool service_same_family(struct importer *im, const struct plan_service *service,
			 const struct statement *s, const struct config_inet *inet);

/* The netmask, or of IPv6 the prefix length, in words[1]: clients that count as one. */
int service_set_mask(struct importer *im, struct plan_service *service, const struct statement *s);

/* s says that the real server answers at this port; that of the service is service_port. */
int service_set_real_port(struct importer *im, struct plan_service *service, struct plan_real *real,
			  const struct statement *s, uint16_t port, uint16_t service_port);

/*
 * Milliseconds between the starts of two checks and until one has failed; failures that mean down.
 * 0: not said. What is said is made to fit the model; false: something was cut to it.
 */
bool service_set_pace(struct plan_service *service, uint32_t interval, uint32_t timeout,
		      uint32_t fall);

/* There is no port to which a TCP connection could be a check: it is UDP, or all ports. */
bool service_without_check(const struct plan_service *service);

#endif
