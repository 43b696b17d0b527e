// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/first_io.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "config/publish_io.h"
#include "config/revision.h"
#include "config/tree_io.h"

#define SEED_DOCUMENT "/trireme.json"
#define SEED_KEY "/authkey"

/* Reads and checks root/path; says in report why it cannot be used. */
static int read_document(struct core *core, const char *root, const char *path,
			 struct document **ret_document, struct text *report)
{
	_cleanup_free_ char *data = NULL;
	struct schema_error error = {0};
	char what[PATH_MAX + 64];
	size_t size;
	int r = tree_read(root, path, SCHEMA_DOCUMENT_MAX, &data, &size);

	if (r < 0) {
		text_add(report, "%s%s cannot be read: %s\n", root, path, strerror(-r));
		return r;
	}
	r = core_parse_any(core, data, size, ret_document, &error);
	if (r < 0) {
		snprintf(what, sizeof(what), "the configuration %s%s is not valid", root, path);
		core_report(report, what, &error);
	}
	return r;
}

/* The cluster's key from the medium, or one made here when the medium has none. */
static int store_seed_key(struct core *core, const char *seed_dir, struct text *report)
{
	_cleanup_free_ char *key = NULL;
	size_t size;
	int r = tree_read(seed_dir, SEED_KEY, TREE_KEY_MAX, &key, &size);

	if (r == -ENOENT) {
		text_add(report, "the medium has no authkey: a new random one was made; a cluster "
				 "whose other nodes have another key cannot be joined\n");
		return tree_make_key(core->root, TREE_AUTHKEY);
	}
	if (r < 0 || size < TREE_KEY_MIN) {
		text_add(report, "%s%s: a cluster key of %u to %u bytes is needed: %s\n", seed_dir,
			 SEED_KEY, TREE_KEY_MIN, TREE_KEY_MAX,
			 r < 0 ? strerror(-r) : "it is shorter");
		return r < 0 ? r : -EINVAL;
	}
	r = tree_write(core->root, TREE_AUTHKEY, key, size, 0400);
	explicit_bzero(key, size);
	return r;
}

/* Every node that was seeded with the same authkey has the same one. */
static int make_secret_key(struct core *core)
{
	_cleanup_(secret_key_clear) struct secret_key key = {0};
	_cleanup_free_ char *seed = NULL;
	size_t size;
	int r = tree_read(core->root, TREE_AUTHKEY, TREE_KEY_MAX, &seed, &size);

	if (r < 0)
		return r;
	r = secret_key_make_from(seed, size, &key);
	explicit_bzero(seed, size);
	if (r < 0)
		return r;
	return tree_write(core->root, TREE_SECRET_KEY, key.bytes, sizeof(key.bytes), 0400);
}

int first_keys(struct core *core, struct text *report)
{
	int r = 0;

	if (!tree_exists(core->root, TREE_AUTHKEY)) {
		text_add(report,
			 "%s was missing: a new random key was made; the other nodes need the same "
			 "one\n",
			 TREE_AUTHKEY);
		r = tree_make_key(core->root, TREE_AUTHKEY);
	}
	if (r == 0 && !tree_exists(core->root, TREE_SECRET_KEY))
		r = make_secret_key(core);
	if (r < 0)
		text_add(report, "the keys cannot be made: %s\n", strerror(-r));
	return r;
}

/* Which document is the first one; see the header. *ret_seeded: it is the medium's. */
static int choose_document(struct core *core, const char *seed_dir, struct document **ret_document,
			   bool *ret_seeded, struct text *report)
{
	static const char *const left[] = {TREE_DOCUMENT, TREE_PREVIOUS};
	int r = -ENOENT;

	*ret_seeded = false;
	for (size_t i = 0; i < ARRAY_SIZE(left); i++) {
		if (!tree_exists(core->root, left[i]))
			continue;
		r = read_document(core, core->root, left[i], ret_document, report);
		if (r == 0 && i > 0)
			text_add(report, "the previous configuration stays in use\n");
		if (r == 0)
			return 0;
	}
	if (r != -ENOENT)
		return r;
	if (!seed_dir) {
		text_add(report,
			 "there is no configuration: neither %s nor a medium labelled "
			 "TRIREME\n",
			 TREE_STORE);
		return -ENOENT;
	}
	*ret_seeded = true;
	return read_document(core, seed_dir, SEED_DOCUMENT, ret_document, report);
}

/* What belongs to this machine is kept apart, so that the revision is the same on every node. */
static int keep_machine(struct core *core, struct document *document)
{
	char name[CONFIG_NAME_MAX], line[CONFIG_NAME_MAX + 1];
	int r = document_take_machine(document, name);

	if (r < 0 || !name[0])
		return r;
	snprintf(line, sizeof(line), "%s\n", name);
	return tree_write(core->root, TREE_MACHINE, line, strlen(line), 0644);
}

static int append(struct core *core, struct document *document)
{
	struct revision revision = {
		.number = 1,
		.kind = REVISION_CHANGE,
		.author = FIRST_AUTHOR,
		.comment = "the document this cluster began with",
	};
	char path[sizeof(((struct schema_error *)0)->path)];
	const char *text;
	uint32_t level;
	size_t size;
	int r = document_level(document, &level, path, sizeof(path));

	if (r < 0)
		return r;
	text = document_text(document, &size);
	snprintf(revision.model, sizeof(revision.model), "%s", core_model(core, level));
	revision_body_digest(text, size, &revision.body);
	revision_id(&revision, &revision.id);
	return store_append(core->store, &revision, text, size);
}

static int store_first(struct core *core, struct document *document, struct text *report)
{
	_cleanup_(publication_clear) struct publication publication = {0};
	struct schema_error error = {0};
	int r = core_open_key(core, report);

	if (r < 0)
		return r;
	r = keep_machine(core, document);
	if (r == 0)
		r = core_seal(core, document, &error);
	/* A document that does not say which node this machine is must not become a revision. */
	if (r == 0)
		r = publication_make(core, document, &publication, report);
	if (r == 0)
		r = core_open_store(core, report);
	if (r < 0)
		return r;
	r = append(core, document);
	if (r < 0)
		text_add(report, "the first revision cannot be stored: %s\n", strerror(-r));
	return r;
}

int first_revision(struct core *core, const char *seed_dir, struct text *report)
{
	_cleanup_(document_freep) struct document *document = NULL;
	bool seeded;
	int r = choose_document(core, seed_dir, &document, &seeded, report);

	/* A medium that came to nothing may have left the key that follows from its own. */
	if (r == 0 && seeded)
		r = store_seed_key(core, seed_dir, report);
	if (r == 0 && seeded)
		r = make_secret_key(core);
	if (r == 0)
		r = first_keys(core, report);
	return r < 0 ? r : store_first(core, document, report);
}
