/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts that map keepalived.conf share. */
#ifndef TRIREME_IMPORT_KEEPALIVED_H
#define TRIREME_IMPORT_KEEPALIVED_H

#include "import/keepalived_keys.h"

/* What moves as one: a sync group with its instances, or an instance alone. */
struct keepalived_unit {
	const char *name;
	struct item item;
	struct plan_group *group; /* NULL: none yet */
	bool full;		  /* there was no room for it */
};

struct keepalived_instance {
	struct keepalived_instance *next;
	const struct statement *at;
	const char *name;
	const char *interface; /* NULL: not said */
	struct keepalived_unit *unit;
};

struct keepalived {
	struct importer *im;
	const struct statement *first;
	struct keepalived_instance *instances;
};

/* The next statement with the key from s on that is not conditional, or NULL. */
const struct statement *keepalived_next(const struct statement *s, const char *key);

/* vrrp_sync_group and vrrp_instance. */
int keepalived_map_vrrp(struct keepalived *ka);

/* The routes in a block, which are of every router from then on. */
int keepalived_map_routes(struct importer *im, const struct statement *block, bool moves);

/* virtual_server, with the virtual_server_group that it names. */
int keepalived_map_server(struct keepalived *ka, const struct statement *s);

/* A virtual_server while it is mapped. */
struct keepalived_server {
	struct importer *im;
	const struct statement *at;
	const struct statement *found[KEYWORDS_TAKEN_MAX];
	struct plan_pool *pool;
	struct plan_service *first; /* one service, or several for one pool */
	const struct item *owner;   /* of its rows: the pool's */
	struct {
		bool any, missing;		  /* real servers with a check, and without one */
		bool set;			  /* the rest is that of the first check */
		uint32_t interval, timeout, fall; /* 0: not said */
	} pace;
};

/* Its services: of an address, of a mark, or of a group. false: it has none. */
int keepalived_add_services(struct keepalived *ka, struct keepalived_server *v);

/* Its real servers. */
int keepalived_map_reals(struct keepalived_server *v);

/* The checks of a real server. found is what its block says. */
int keepalived_map_checks(struct keepalived_server *v, struct plan_real *real,
			  const struct statement *s, const struct statement *const *found);

/* What the checks of all real servers are, in its first service. */
void keepalived_finish_checks(struct keepalived_server *v);

/* NAT, DR or TUN, with options that get a row if it is to say so. */
int keepalived_method(struct importer *im, const struct statement *s, bool say,
		      enum config_method *ret_method);

#endif
