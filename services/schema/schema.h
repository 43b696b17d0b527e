/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading and checking a configuration document (JSON, RFC 7951) against the YANG model with
 * libyang. The one way for every daemon and tool to read the configuration.
 */
#ifndef TRIREME_SCHEMA_SCHEMA_H
#define TRIREME_SCHEMA_SCHEMA_H

#include "schema/config.h"

/* A larger document is refused unread: 512 services with 4096 real servers fit, however written. */
#define SCHEMA_DOCUMENT_MAX (2u << 20)

#define SCHEMA_YANG_DIR "/usr/share/trireme/yang"
/* What the config service publishes: an image (image.h), and the document for people and tools. */
#define SCHEMA_RUNNING "/run/trireme/config.image"
#define SCHEMA_RUNNING_DOCUMENT "/run/trireme/config.json"
/* The image with users and tokens, which root alone reads. */
#define SCHEMA_RUNNING_ACCESS "/run/trireme/access.image"

/* The kind of an error, for programs (error-tag of RFC 8040); the words are for people. */
enum schema_fault {
	SCHEMA_FAULT_VALUE,   /* a value, or a rule between values */
	SCHEMA_FAULT_UNKNOWN, /* the model has no such node */
	SCHEMA_FAULT_TARGET,  /* what a request is about is not there */
	SCHEMA_FAULT_MISSING, /* something else that must be there is not */
	SCHEMA_FAULT_EXISTS,  /* it is there already */
	SCHEMA_FAULT_FORM,    /* no JSON, or not of the form that was asked for */
	SCHEMA_FAULT_SIZE,    /* too large */
	SCHEMA_FAULT_METHOD,  /* this cannot be done there, whatever the values */
	SCHEMA_FAULT_DENIED,  /* only administrators may */
};

/* One sentence per part; ready to be shown to a person. Parts that are unknown are empty. */
struct schema_error {
	enum schema_fault fault;
	unsigned int edit; /* which edit of a YANG Patch it is, counted from 1; 0: none */
	bool beside;	 /* the edit itself is fine; what is wrong with it then is somewhere else */
	char path[256];	 /* instance path of the node: /trireme:cluster/node[name='r1']/id */
	char value[128]; /* the value as given */
	char allowed[384]; /* what is allowed there, or what is wrong */
};

/*
 * Reads the image at path, or loads yang_dir's model, parses and validates the document there, and
 * fills the structs. What the file is, its first bytes say.
 * 0: *ret_config is the caller's, freed by config_free(). -EBADMSG: the file is invalid and
 * *error says where and why; any other -errno: the file could not be read (*error says so too).
 */
int schema_load(const char *yang_dir, const char *path, struct config **ret_config,
		struct schema_error *error);

struct config_meta;

/*
 * The same, with what the image says of itself. A document is of revision 0, current, and has the
 * digest 0.
 */
int schema_load_meta(const char *yang_dir, const char *path, struct config **ret_config,
		     struct config_meta *ret_meta, uint64_t *ret_digest,
		     struct schema_error *error);

/* The same for a document in memory of size bytes. */
int schema_parse(const char *yang_dir, const char *data, size_t size, struct config **ret_config,
		 struct schema_error *error);

#endif
