/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects of the new document that come from the text, with what they have been made of. They
 * are the structs of config.h, so that validate.h can judge them. Of checks, quorum and
 * persistence, 0 means: not said, the model's default.
 */
#ifndef TRIREME_IMPORT_PLAN_H
#define TRIREME_IMPORT_PLAN_H

#include "import/inet.h"
#include "import/report.h"
#include "schema/config.h"

#define PLAN_PORTS_MAX 100 /* eth0 to eth99 */

struct plan_group {
	struct item item;
	char name[CONFIG_NAME_MAX];
	const struct config_group *present; /* it is in the document; NULL: it is new */
	struct plan_group *into;	    /* its addresses have gone to this one */
	size_t n_aliases, n_ipv6_aliases;   /* with those that the document has */
};

struct plan_alias {
	struct plan_alias *next;
	struct item item;
	struct config_inet inet;
	char port[CONFIG_PORT_NAME_MAX];
	char label[CONFIG_PORT_NAME_MAX]; /* "": of IPv6 */
	struct plan_group *group;
	bool present; /* it is in the document */
	bool asked;   /* by the text itself, not for the sake of a service */
	bool used;    /* by a service that is not out */
};

struct plan_real {
	struct plan_real *next;
	struct item item; /* its parent is the pool's */
	struct config_real is;
};

/* The rows of the block that it comes from are its own too. */
struct plan_pool {
	struct plan_pool *next;
	struct item item;
	char name[CONFIG_NAME_MAX];
	struct plan_real *first, *last;
	size_t n_reals; /* those that are out counted */
	bool used;	/* by a service that is not out */
};

struct plan_mark {
	struct plan_mark *next;
	struct config_mark is;
	struct plan_alias *aliases[CONFIG_MATCHES_MAX]; /* of its matches; none if it is present */
	struct plan_service *service;			/* of the text, that has the mark */
	bool present;
	bool used; /* by a service that is not out */
};

struct plan_service {
	struct plan_service *next;
	struct item item;
	struct config_service is;
	struct plan_pool *pool;
	struct plan_alias *alias; /* NULL: it has a mark */
	struct plan_mark *mark;
	bool all_ports;	  /* the ranges are what nobody else has: plan_all_ports() */
	bool check_given; /* is.check is not the model's default */
	const struct statement *quorum_at;
	struct item sorry; /* its sorry server; its parent is the pool's */
};

/* For every router. */
struct plan_route {
	struct plan_route *next;
	struct item item;
	struct config_route is;
};

struct plan {
	const struct config *base;
	struct arena *arena;
	struct report *report;
	struct plan_group groups[2 * CONFIG_GROUPS_MAX]; /* the document's first */
	size_t n_groups;
	struct plan_group *default_group; /* once it is known */
	struct plan_alias *aliases, *last_alias;
	struct plan_pool *pools, *last_pool;
	struct plan_mark *marks, *last_mark;
	struct plan_service *services, *last_service;
	struct plan_route *routes, *last_route;
	unsigned int last_label[PLAN_PORTS_MAX];      /* of each port, among those that were free */
	size_t n_pools, n_marks, n_services, n_reals; /* new ones */
	uint32_t tcp, tcp_fin, udp;		      /* timeouts in seconds; 0: not said */
};

void plan_init(struct plan *plan, const struct config *base, struct report *report);

/*
 * The name that is nearest to wanted and that the model allows, into name. taken says whether
 * another object has it: then a number goes behind it.
 */
typedef bool plan_taken_fn(const struct plan *plan, const void *scope, const char *name);
void plan_name(const struct plan *plan, const char *wanted, plan_taken_fn *taken, const void *scope,
	       char name[CONFIG_NAME_MAX]);

/* Whether one more than n is too many for the model; then the report says so. */
bool plan_is_full(struct plan *plan, const struct item *item, size_t n, size_t max,
		  const char *what);

/*
 * New objects. NULL: there is no room for one more in the document, and the report says so; or no
 * memory. item is copied.
 */
struct plan_group *plan_add_group(struct plan *plan, const struct item *item, const char *wanted);
struct plan_pool *plan_add_pool(struct plan *plan, const struct item *item, const char *wanted);
struct plan_real *plan_add_real(struct plan *plan, struct plan_pool *pool, const struct item *item,
				const char *wanted);
struct plan_service *plan_add_service(struct plan *plan, const struct item *item,
				      const char *wanted, struct plan_pool *pool);
struct plan_route *plan_add_route(struct plan *plan, const struct item *item);

/* A further match of a new mark; the report says if there is no room. */
bool plan_add_match(struct plan *plan, struct plan_mark *mark, const struct item *item,
		    const struct config_match *match, struct plan_alias *alias);

/*
 * The floating address, of the text or the document, or a new one. device is the port that the text
 * names, or its label ("eth0:1"), or NULL. group is that of a new one; NULL: plan_default_group().
 * -ENOENT: there can be none, and *ret_why says why. -ENOMEM.
 */
int plan_alias(struct plan *plan, const struct item *item, const struct config_inet *inet,
	       const char *device, struct plan_group *group, struct plan_alias **ret_alias,
	       const char **ret_why);

static inline bool plan_is_ipv6(const struct plan_alias *alias)
{
	return alias->inet.family == AF_INET6;
}

/* How rows name it: its label, or the port of one that has none. */
const char *plan_alias_name(const struct plan_alias *alias);

/* The device, "eth0" or "eth0:1", is the alias's port. */
bool plan_is_on(const struct plan_alias *alias, const char *device);

/* The alias of that address in text or document, if there is one; NULL: there is none yet. */
struct plan_alias *plan_find_alias(struct plan *plan, const struct config_inet *inet);

/* The one that has the group's addresses in the end. */
struct plan_group *plan_group_of(struct plan_group *group);

/* For addresses whose group the text does not say. NULL: no room, or no memory. */
struct plan_group *plan_default_group(struct plan *plan, const struct item *item);

/* Services under nat need a public and a private alias in their group: groups that have both. */
void plan_join_groups(struct plan *plan);

/*
 * Takes out what nothing that is left needs: services without address or real servers, pools,
 * addresses and marks without services. A quorum is at most the number of real servers.
 */
void plan_settle(struct plan *plan);

/* Ports of the services that have all. */
void plan_all_ports(struct plan *plan);

/*
 * The service is for packets that have the mark, of text or document. -ENOENT: it cannot be, and
 * *ret_why says why. -EEXIST: it is for those of another service of the text, mark->service.
 */
int plan_use_mark(struct plan *plan, struct plan_service *service, uint32_t number,
		  struct plan_mark **ret_mark, const char **ret_why);

/* The statement gives the service its sorry server, which is in service->is. */
void plan_set_sorry(struct plan *plan, struct plan_service *service, const struct statement *s);

/* Paths in the new document, of the arena; leaf may be "". */
const char *plan_group_path(struct arena *arena, struct plan_group *group);
const char *plan_alias_path(struct arena *arena, const struct plan_alias *alias);
const char *plan_service_path(struct arena *arena, const struct plan_service *service,
			      const char *leaf);
const char *plan_real_path(struct arena *arena, const struct plan_pool *pool,
			   const struct plan_real *real, const char *leaf);

#endif
