/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The query parameters depth and fields (RFC 8040, sections 4.8.2 and 4.8.3) on JSON data. */
#ifndef TRIREME_WEB_RESTCONF_FILTER_H
#define TRIREME_WEB_RESTCONF_FILTER_H

#include "web/model.h"
#include "web/restconf_query.h"

#define FILTER_FIELDS_MAX 64 /* a bit each in uint64_t */
#define FILTER_NESTING_MAX 16

/* A name that `fields` has. */
struct filter_field {
	char module[64], name[64]; /* module empty: any */
	bool selects;		   /* itself, with all that is below; else only what `below` says */
	uint64_t below;		   /* the fields that are its children */
};

struct filter {
	unsigned int depth; /* 0: unbounded */
	struct filter_field fields[FILTER_FIELDS_MAX];
	size_t n_fields;
	uint64_t top; /* the fields that are the target's children; 0: everything is wanted */
};

/* The filter that a query asks for. 0, or -EINVAL and *problem. */
int filter_parse(const struct query *query, struct filter *ret_filter, struct problem *problem);

/*
 * Takes out of the target, an object with one member as model_walk() gives it, what the filter does
 * not let through; `path` is the target's, without steps for a datastore. Entries of lists keep
 * their keys.
 */
void filter_apply(const struct filter *filter, const struct model *model, json_t *target,
		  const struct api_path *path);

#endif
