/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `open` works with, from the beginning to its end. */
#ifndef TRIREME_JOIN_OPENING_H
#define TRIREME_JOIN_OPENING_H

#include "join/link_io.h"
#include "join/member.h"
#include "join/open_io.h"
#include "join/source_io.h"
#include "schema/config.h"

struct opening {
	const struct open_options *options;
	struct config *config;
	const struct config_node *self, *target; /* of the configuration */
	uint8_t new_id;				 /* of the target; 0: it keeps its own */
	uint64_t revision, committed; /* the newest; what a commit has made of it, or 0 */
	struct tls_identity *identity;
	struct code code;
	struct member member;
	int listener;
	struct qb_ipcc_connection *engine;
	struct source source;
	struct bundle_writer writer;
	struct link link;
	char words[CLUSTER_WORDS_MAX]; /* why a step failed */
};

/*
 * open_look_io.c: reads the configuration and sees whether a machine can be let in now. Again when
 * one is there: others may have committed since the code was shown.
 */
int opening_look(struct opening *opening);

/* Whether the nodes that must be there are, and the one that is to come is not. */
int opening_check_members(struct opening *opening);

/* open_serve_io.c: one connection, which is taken over. */
void opening_serve(struct opening *opening, int fd);

#endif
