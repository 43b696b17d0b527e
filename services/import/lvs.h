/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts that map lvs.cf share. */
#ifndef TRIREME_IMPORT_LVS_H
#define TRIREME_IMPORT_LVS_H

#include "import/lvs_keys.h"

#define LVS_PORT_DEFAULT 80

struct lvs {
	struct importer *im;
	enum config_method method; /* network */
	bool failover_only;	   /* service = fos */
};

/* A block virtual while it is mapped. */
struct lvs_virtual {
	struct lvs *lvs;
	struct importer *im;
	const struct statement *at;
	const struct statement *found[KEYWORDS_TAKEN_MAX];
	struct plan_pool *pool;
	struct plan_service *service;
	const struct plan_mark *mark; /* NULL: none */
	const struct item *owner;     /* of its rows: the pool's */
	uint16_t port;		      /* 0: all */
};

/* A block virtual. */
int lvs_map_virtual(struct lvs *lvs, const struct statement *s);

/* Its servers. */
int lvs_map_servers(struct lvs_virtual *v);

/* How the real servers are checked: send, expect, send_program, timeout, reentry. */
int lvs_map_check(struct lvs_virtual *v);

/* The row of a line `key = IP DEV`; what it is for. */
void lvs_alias_row(struct lvs *lvs, const struct statement *s, const struct item *owner,
		   const struct plan_alias *alias, const char *what);

#endif
