// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/load_io.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "config/first_io.h"
#include "config/import_io.h"
#include "config/publish_io.h"
#include "config/ring_keep_io.h"
#include "config/tree_io.h"

/* What SQLite keeps beside the database goes with it. */
static int move_aside(struct core *core)
{
	static const char *const suffixes[] = {"-wal", "-shm", ""};
	char from[PATH_MAX], to[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		if (snprintf(from, sizeof(from), "%s" TREE_STORE "%s", core->root, suffixes[i]) >=
			    (int)sizeof(from) ||
		    snprintf(to, sizeof(to), "%s" TREE_STORE_DAMAGED "%s", core->root,
			     suffixes[i]) >= (int)sizeof(to))
			return -ENAMETOOLONG;
		if (rename(from, to) < 0 && errno != ENOENT)
			return -errno;
	}
	return 0;
}

/* Opens the datastore, with a first revision in it where there was none. */
static int open_store(struct core *core, const struct load_options *options, struct text *report)
{
	struct revision head;
	int r = -ENOENT;

	if (tree_exists(core->root, TREE_STORE)) {
		r = first_keys(core, report);
		if (r == 0)
			r = core_open_key(core, report);
		if (r == 0)
			r = core_open_store(core, report);
		if (r == 0)
			r = store_head(core->store, &head);
	}
	if (r == -EBADMSG) {
		text_add(report, "it is kept as %s; the others' revisions replace what follows\n",
			 TREE_STORE_DAMAGED);
		r = move_aside(core);
		if (r == 0)
			r = -ENOENT;
	}
	if (r != -ENOENT)
		return r;
	store_close(core->store);
	core->store = NULL;
	return first_revision(core, options->seed_dir, report);
}

static int running_document(struct core *core, struct core_running *running,
			    struct document **ret_document, struct text *report)
{
	uint64_t number;
	int r;

	if (running->is_local)
		return core_local_document(core, &running->local, ret_document, report);
	r = core_usable(core, running->document, &number, report);
	if (r == 0 && number != running->document) {
		text_add(report,
			 "revision %llu is of a later software: the one before that this software "
			 "knows, %llu, is in use; the node owns nothing until it is updated\n",
			 (unsigned long long)running->document, (unsigned long long)number);
		running->document = number;
		r = store_get(core->store, number, &running->revision);
	}
	if (r < 0)
		return r;
	return core_document(core, running->document, ret_document, report);
}

/* Alone a node is current; else the others may have a newer revision until they have been asked. */
static struct config_meta meta_of(const struct core_running *running, const struct config *config)
{
	struct config_meta meta = {
		.revision = running->revision.number,
		.current = config->n_nodes == 1,
		.local = running->is_local,
	};

	memcpy(meta.id, running->revision.id.bytes, sizeof(meta.id));
	return meta;
}

static int publish(struct core *core, struct document *document, const struct core_running *running,
		   struct text *report)
{
	_cleanup_(publication_clear) struct publication publication = {0};
	struct config_meta meta;
	int r = publication_make(core, document, &publication, report);

	if (r < 0)
		return r;
	meta = meta_of(running, publication.config);
	r = ring_resume(core, &publication, report);
	if (r == 0)
		r = publish_services(core, &publication, document, &meta, report);
	return r;
}

static int load_and_publish(struct core *core, const struct load_options *options,
			    struct text *report)
{
	_cleanup_(document_freep) struct document *document = NULL;
	struct core_running running;
	const char *text;
	size_t size;
	int r = open_store(core, options, report);

	if (r == 0)
		r = core_running(core, &running);
	if (r == 0)
		r = running_document(core, &running, &document, report);
	if (r == 0)
		r = publish(core, document, &running, report);
	if (r < 0)
		return r;
	/* What has just been put in place is what a damaged datastore falls back to. */
	text = document_text(document, &size);
	r = tree_write_if_changed(core->root, TREE_PREVIOUS, text, size, 0600);
	if (r < 0)
		text_add(report, "%s cannot be written: %s; the configuration is in use\n",
			 TREE_PREVIOUS, strerror(-r));
	return 0;
}

static int load_all(const struct load_options *options, struct text *report)
{
	_cleanup_(core_close) struct core core = {.root = options->root,
						  .yang_dir = options->yang_dir};
	int r = tree_make_folders(options->root);

	if (r < 0) {
		text_add(report, "the folders for the configuration cannot be made: %s\n",
			 strerror(-r));
		return r;
	}
	r = import_take(options->root, report);
	if (r == 0)
		r = core_open_model(&core, report);
	return r < 0 ? r : load_and_publish(&core, options, report);
}

int load(const struct load_options *options, struct text *report)
{
	int r = load_all(options, report);
	int kept = report->used
			   ? tree_write(options->root, TREE_ERROR, report->buf, report->used, 0644)
			   : tree_remove(options->root, TREE_ERROR);

	return r < 0 ? r : kept;
}
