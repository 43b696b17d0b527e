/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a document to the files that corosync and the services follow. */
#ifndef TRIREME_CONFIG_PUBLISH_IO_H
#define TRIREME_CONFIG_PUBLISH_IO_H

#include "config/core_io.h"
#include "config/ring.h"

/* A document as this machine uses it. */
struct publication {
	struct config *config; /* without the ring's key */
	const struct config_node *node;
	void *key; /* corosync's; NULL in what was read back */
	size_t key_size;
};

/*
 * Fills publication, which the caller clears. -ENOENT, -ENOTUNIQ: the document does not say which
 * node this machine is; -EBADMSG: a secret cannot be opened. What is wrong is appended to report.
 */
int publication_make(struct core *core, struct document *document,
		     struct publication *ret_publication, struct text *report);

/*
 * Reads back what publish_services() has written, without the model: a service that starts needs no
 * more. -ENOENT, -EPROTO, -EBADMSG: it is not there, or not of this build.
 */
int publication_read(struct core *core, struct publication *ret_publication,
		     struct config_meta *ret_meta);

/* Wipes the secrets. Accepts what is empty. */
void publication_clear(struct publication *publication);

/* The ring that a machine starts with, which has this document and no ring yet. */
void publication_ring(const struct publication *publication, struct ring *ret_ring);

/*
 * Writes the rules by which the ports are named, the node's name, the image for the services, the
 * one that has users, tokens and fence devices too and that root alone reads, and, last, the
 * document for people (NULL: that stays), whose presence starts the services. No secret is in any
 * of the others.
 */
int publish_services(struct core *core, const struct publication *publication,
		     struct document *document, const struct config_meta *meta,
		     struct text *report);

#endif
