// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/import_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "config/import_bundle.h"
#include "config/incoming_io.h"
#include "config/tree_io.h"
#include "schema/machine_io.h"
#include "schema/upgrade.h"

struct mapping {
	void *bytes;
	size_t size;
};

static void mapping_clear(struct mapping *mapping)
{
	if (mapping->bytes)
		munmap(mapping->bytes, mapping->size);
}

/* Only root writes there: the file does not shrink meanwhile. */
static int map_file(const char *path, struct mapping *ret_mapping)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	void *bytes;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > BUNDLE_MAX)
		return -EBADMSG;
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	*ret_mapping = (struct mapping){bytes, (size_t)st.st_size};
	return 0;
}

/* The keys are there, and nothing that this software knows no place for. */
static int check_files(struct core *core, const struct import_bundle *bundle, struct text *report)
{
	const struct import_file *key = import_bundle_file(bundle, INCOMING_SECRET_KEY);

	for (size_t i = 0; i < bundle->n_files; i++) {
		if (incoming_fits(bundle->files[i].name, bundle->files[i].size))
			continue;
		text_add(report, "what came has a file %s of %zu bytes, which has no place here\n",
			 bundle->files[i].name, bundle->files[i].size);
		return -EBADMSG;
	}
	if (!key || !import_bundle_file(bundle, INCOMING_AUTHKEY)) {
		text_add(report, "what came lacks the cluster's keys\n");
		return -EBADMSG;
	}
	memcpy(core->key.bytes, key->data, sizeof(core->key.bytes));
	return 0;
}

/* A document as the parser wants it: with a NUL behind it. */
static int parse_head(struct core *core, const struct import_revision *head,
		      struct document **ret_document, struct text *report)
{
	_cleanup_free_ char *text = strndup(head->document, head->size);
	struct schema_error error = {0};
	int r;

	if (!text)
		return -ENOMEM;
	if (!upgrade_knows(head->revision.model, schema_model(core->schema))) {
		text_add(report,
			 "revision %llu follows the model of %s, which this software does not "
			 "know: update it first\n",
			 (unsigned long long)head->revision.number, head->revision.model);
		return -EPROTO;
	}
	r = core_parse(core, head->revision.model, text, strlen(text), ret_document, &error);
	if (r < 0)
		core_report(report, "the newest revision is not valid here", &error);
	return r;
}

static int check_node(const struct import_bundle *bundle, const struct config *config,
		      struct text *report)
{
	if (!bundle->node[0] || config_node_by_name(config, bundle->node))
		return 0;
	text_add(report, "the configuration has no node %s; it has", bundle->node);
	for (size_t i = 0; i < config->n_nodes; i++)
		text_add(report, "%s %s", i ? "," : "", config->nodes[i].name);
	text_add(report, "\n");
	return -EBADMSG;
}

/* Whether this machine could work with the newest revision. */
static int check_head(struct core *core, const struct import_bundle *bundle, struct text *report)
{
	_cleanup_(document_freep) struct document *document = NULL;
	_cleanup_(config_freep) struct config *config = NULL;
	struct schema_error error = {0};
	int r = parse_head(core, &bundle->revisions[bundle->n_revisions - 1], &document, report);

	if (r < 0)
		return r;
	r = core_unseal(core, document, &config, &error);
	if (r < 0) {
		core_report(report, "a secret cannot be opened with the key that came along",
			    &error);
		return r;
	}
	r = machine_can(config, &error);
	if (r < 0)
		core_report(report, "this machine cannot do what the configuration says", &error);
	else
		r = check_node(bundle, config, report);
	explicit_bzero(config->ring_key, sizeof(config->ring_key));
	return r;
}

static int append_all(struct store *store, const struct import_bundle *bundle)
{
	int r = store_bulk_begin(store);

	if (r < 0)
		return r;
	for (size_t i = 0; i < bundle->n_revisions && r == 0; i++) {
		const struct import_revision *entry = &bundle->revisions[i];

		r = store_append(store, &entry->revision, entry->document, entry->size);
	}
	return store_bulk_end(store, r);
}

static int write_store(struct core *core, const struct import_bundle *bundle, struct text *report)
{
	char path[PATH_MAX];
	int r = tree_file(core->root, TREE_INCOMING_NEW "/" INCOMING_STORE, path);

	if (r == 0)
		r = store_open(path, &core->store, report);
	if (r == 0)
		r = append_all(core->store, bundle);
	store_close(core->store);
	core->store = NULL;
	return r;
}

static int lay_ready(struct core *core, const struct import_bundle *bundle, struct text *report)
{
	int r = incoming_begin(core->root);

	for (size_t i = 0; i < bundle->n_files && r == 0; i++)
		r = incoming_write(core->root, bundle->files[i].name, bundle->files[i].data,
				   bundle->files[i].size);
	if (r == 0)
		r = incoming_write_node(core->root, bundle->node);
	if (r == 0)
		r = write_store(core, bundle, report);
	if (r == 0)
		r = incoming_finish(core->root);
	if (r < 0) {
		text_add(report, "it cannot be written: %s\n", strerror(-r));
		incoming_clean(core->root);
	}
	return r;
}

static int check_and_write(struct core *core, const struct import_options *options,
			   const struct import_bundle *bundle, struct text *report)
{
	int r = check_files(core, bundle, report);

	if (r == 0)
		r = core_open_model(core, report);
	if (r == 0)
		r = check_head(core, bundle, report);
	if (r < 0 || options->check)
		return r;
	if (!bundle->node[0]) {
		text_add(report, "it is not said which node this machine is to be\n");
		return -EBADMSG;
	}
	return lay_ready(core, bundle, report);
}

int import(const struct import_options *options, struct text *report)
{
	_cleanup_(core_close) struct core core = {.root = options->root,
						  .yang_dir = options->yang_dir};
	_cleanup_(mapping_clear) struct mapping mapping = {0};
	_cleanup_free_ struct import_bundle *bundle = calloc(1, sizeof(*bundle));
	int r = bundle ? map_file(options->file, &mapping) : -ENOMEM;

	if (r < 0) {
		text_add(report, "%s cannot be read: %s\n", options->file, strerror(-r));
		return r;
	}
	r = import_bundle_read(mapping.bytes, mapping.size, bundle, report);
	if (r == 0)
		r = tree_make_folders(options->root);
	return r < 0 ? r : check_and_write(&core, options, bundle, report);
}

int import_take(const char *root, struct text *report)
{
	int r = incoming_take(root);

	if (r < 0)
		text_add(report, "what was joined or restored cannot be put in place: %s\n",
			 strerror(-r));
	return r;
}
