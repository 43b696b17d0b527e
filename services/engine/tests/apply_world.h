/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An engine's tables, a configuration, and what becomes of the one by the other; for tests. */
#ifndef TRIREME_ENGINE_TESTS_APPLY_WORLD_H
#define TRIREME_ENGINE_TESTS_APPLY_WORLD_H

#include "engine/forward_apply.h"
#include "engine/forward_ends.h"
#include "engine/tests/tables.h"

#define STEP (2 * FORWARD_SETTLE_NS)
#define SERVICES 8
#define REALS 6
#define VIP 0x0a000100u /* 10.0.1.0 and the service's number */
#define RIP 0x0a000200u

extern struct forward_tables tables;
extern struct forward_place *place;
extern uint64_t now;

extern struct config config;
extern struct config_service services[SERVICES];
extern uint32_t marks[SERVICES];
extern bool served[SERVICES];
extern uint8_t groups[SERVICES];
extern enum forward_obstacle obstacles[SERVICES];

/* An engine with empty tables and an empty configuration. */
int apply_world_setup(void **state);
int apply_world_teardown(void **state);

/* The tables stay. */
void start_engine(void);
void stop_engine(void);

/* One of port 80 under NAT; real servers come by add_real(). */
struct config_service *add_service(const char *name, const char *scheduler);
void add_real(struct config_service *s, uint32_t number, uint16_t port, uint16_t weight);

/* forward_apply() of the configuration; apply() lets the tables settle then. */
int try_apply(void);
int apply(void);

struct forward_owner owner_of(uint32_t address, uint16_t port);
/* Of a service's port; NULL: none. */
const struct fwd_instance *instance_at(size_t service, uint16_t port);
int place_of(const struct config_service *s, size_t real);

#endif
