// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/load_io.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "config/corosync_conf.h"
#include "config/identity.h"
#include "config/tree_io.h"
#include "schema/image.h"

#define SEED_DOCUMENT "/trireme.json"
#define SEED_KEY "/authkey"

/* A document that was read and is valid, and the node of it that this machine is. */
struct document {
	char *data;
	size_t size;
	struct config *config;
	const struct config_node *node;
};

static void document_clear(struct document *document)
{
	free(document->data);
	config_free(document->config);
	*document = (struct document){0};
}

void load_report_error(struct text *report, const char *what, const struct schema_error *error)
{
	text_add(report, "%s\n", what);
	if (error->path[0])
		text_add(report, "  path:    %s\n", error->path);
	if (error->value[0])
		text_add(report, "  value:   %s\n", error->value);
	text_add(report, "  allowed: %s\n", error->allowed);
}

/* Reads and checks root/path; says in report why it cannot be used. */
static int read_document(const struct load_options *options, const char *root, const char *path,
			 struct document *ret_document, struct text *report)
{
	_cleanup_(document_clear) struct document document = {0};
	struct identity_macs macs;
	struct schema_error error;
	char what[PATH_MAX + 64];
	int r = tree_read(root, path, SCHEMA_DOCUMENT_MAX, &document.data, &document.size);

	if (r < 0) {
		text_add(report, "%s%s cannot be read: %s\n", root, path, strerror(-r));
		return r;
	}
	r = schema_parse(options->yang_dir, document.data, document.size, &document.config, &error);
	if (r < 0) {
		snprintf(what, sizeof(what), "the configuration %s%s is not valid", root, path);
		load_report_error(report, what, &error);
		return r;
	}
	r = tree_macs(options->root, &macs);
	if (r < 0) {
		text_add(report, "the network cards cannot be listed: %s\n", strerror(-r));
		return r;
	}
	r = identity_find(document.config, &macs, &document.node, report);
	if (r < 0)
		return r;
	*ret_document = document;
	memset(&document, 0, sizeof(document));
	return 0;
}

/* The cluster's key from the medium, or one made here when the medium has none. */
static int store_seed_key(const struct load_options *options, struct text *report)
{
	_cleanup_free_ char *key = NULL;
	size_t size;
	int r = tree_read(options->seed_dir, SEED_KEY, TREE_KEY_MAX, &key, &size);

	if (r == -ENOENT) {
		text_add(report, "the medium has no authkey: a new random one was made; a cluster "
				 "whose other nodes have another key cannot be joined\n");
		return tree_make_key(options->root, TREE_AUTHKEY);
	}
	if (r < 0 || size < TREE_KEY_MIN) {
		text_add(report, "%s%s: a cluster key of %u to %u bytes is needed: %s\n",
			 options->seed_dir, SEED_KEY, TREE_KEY_MIN, TREE_KEY_MAX,
			 r < 0 ? strerror(-r) : "it is shorter");
		return r < 0 ? r : -EINVAL;
	}
	r = tree_write(options->root, TREE_AUTHKEY, key, size, 0400);
	explicit_bzero(key, size);
	return r;
}

/* The key goes first: a document on the data partition means that its key is there. */
static int load_seed(const struct load_options *options, struct document *ret_document,
		     struct text *report)
{
	int r = read_document(options, options->seed_dir, SEED_DOCUMENT, ret_document, report);

	if (r == 0)
		r = store_seed_key(options, report);
	if (r == 0)
		r = tree_write(options->root, TREE_DOCUMENT, ret_document->data, ret_document->size,
			       0600);
	return r;
}

static int load_previous(const struct load_options *options, struct document *ret_document,
			 struct text *report)
{
	int r = read_document(options, options->root, TREE_PREVIOUS, ret_document, report);

	if (r == 0)
		text_add(report, "the previous configuration stays in use\n");
	return r;
}

/* Which document counts; see the header. */
static int choose_document(const struct load_options *options, struct document *ret_document,
			   struct text *report)
{
	bool previous = tree_exists(options->root, TREE_PREVIOUS);
	int r;

	if (tree_exists(options->root, TREE_DOCUMENT)) {
		r = read_document(options, options->root, TREE_DOCUMENT, ret_document, report);
		return r < 0 && previous ? load_previous(options, ret_document, report) : r;
	}
	if (previous) {
		text_add(report, "%s is missing\n", TREE_DOCUMENT);
		return load_previous(options, ret_document, report);
	}
	if (options->seed_dir)
		return load_seed(options, ret_document, report);
	text_add(report, "there is no configuration: neither %s nor a medium labelled TRIREME\n",
		 TREE_DOCUMENT);
	return -ENOENT;
}

/* A data partition may have been filled by hand: without a key corosync would not start. */
static int publish_key(const struct load_options *options, struct text *report)
{
	_cleanup_free_ char *key = NULL;
	size_t size;
	int r;

	if (!tree_exists(options->root, TREE_AUTHKEY)) {
		text_add(report,
			 "%s was missing: a new random key was made; the other nodes need "
			 "the same one\n",
			 TREE_AUTHKEY);
		r = tree_make_key(options->root, TREE_AUTHKEY);
		if (r < 0)
			return r;
	}
	r = tree_read(options->root, TREE_AUTHKEY, TREE_KEY_MAX, &key, &size);
	if (r == 0)
		r = tree_write(options->root, TREE_COROSYNC_KEY, key, size, 0400);
	if (r == 0)
		explicit_bzero(key, size);
	return r;
}

/* Which node this machine is, and which of its network cards is which port of it. */
static int publish_node(const struct load_options *options, const struct config_node *node)
{
	char name[CONFIG_NAME_MAX + 1], rules[CONFIG_PORTS_MAX * 64];
	struct text text = TEXT_ON(rules);
	int r;

	identity_port_rules(node, &text);
	r = text_result(&text);
	if (r == 0)
		r = tree_write(options->root, TREE_PORT_RULES, rules, text.used, 0644);
	if (r < 0)
		return r;
	snprintf(name, sizeof(name), "%s\n", node->name);
	return tree_write_if_changed(options->root, TREE_NODE, name, strlen(name), 0644);
}

/* A document that is loaded by hand has no revision, and nobody's is newer. */
static int publish_image(const struct load_options *options, const struct config *config)
{
	static const struct config_meta meta = {.current = true};
	_cleanup_free_ void *image = NULL;
	size_t size;
	int r = config_image_write(config, &meta, &image, &size);

	return r < 0 ? r : tree_write(options->root, TREE_IMAGE, image, size, 0644);
}

static int publish(const struct load_options *options, const struct document *document,
		   struct text *report)
{
	char conf[COROSYNC_CONF_MAX];
	struct text text = TEXT_ON(conf);
	int r = corosync_conf(document->config, &text);

	if (r == 0)
		r = publish_key(options, report);
	if (r == 0)
		r = tree_write(options->root, TREE_COROSYNC_CONF, conf, text.used, 0644);
	if (r == 0)
		r = publish_node(options, document->node);
	if (r == 0)
		r = publish_image(options, document->config);
	if (r < 0)
		return r;
	return tree_write(options->root, TREE_RUNNING, document->data, document->size, 0644);
}

static int load_and_publish(const struct load_options *options, struct text *report)
{
	_cleanup_(document_clear) struct document document = {0};
	int r = tree_make_folders(options->root);

	if (r < 0) {
		text_add(report, "the folders for the configuration cannot be made: %s\n",
			 strerror(-r));
		return r;
	}
	r = choose_document(options, &document, report);
	if (r < 0)
		return r;
	r = publish(options, &document, report);
	if (r < 0) {
		text_add(report, "the configuration cannot be put in place: %s\n", strerror(-r));
		return r;
	}
	/* What has just been accepted is what a later, broken document falls back to. */
	r = tree_write_if_changed(options->root, TREE_PREVIOUS, document.data, document.size, 0600);
	if (r < 0)
		text_add(report, "%s cannot be written: %s; the configuration is in use\n",
			 TREE_PREVIOUS, strerror(-r));
	return 0;
}

int load(const struct load_options *options, struct text *report)
{
	int r = load_and_publish(options, report);
	int kept = report->used
			   ? tree_write(options->root, TREE_ERROR, report->buf, report->used, 0644)
			   : tree_remove(options->root, TREE_ERROR);

	return r < 0 ? r : kept;
}
