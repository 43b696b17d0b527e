// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/publish_io.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/parse.h"
#include "config/identity.h"
#include "config/tree_io.h"
#include "proto/bundle.h"

/* The node that /data says this machine is; a document does not have it any more. */
static int read_machine(struct core *core, struct config *config)
{
	_cleanup_free_ char *name = NULL;
	size_t size;
	int r = tree_read(core->root, TREE_MACHINE, CONFIG_NAME_MAX, &name, &size);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	name[strcspn(name, "\n")] = '\0';
	return copy_text(config->this_node, sizeof(config->this_node), name);
}

static int find_node(struct core *core, struct publication *publication, struct text *report)
{
	struct identity_macs macs;
	int r = read_machine(core, publication->config);

	if (r == 0)
		r = tree_macs(core->root, &macs);
	if (r < 0) {
		text_add(report, "this machine's node and network cards cannot be found: %s\n",
			 strerror(-r));
		return r;
	}
	return identity_find(publication->config, &macs, &publication->node, report);
}

/* The document's key, else the one that came with the medium or was made here. */
static int find_key(struct core *core, struct publication *publication, struct text *report)
{
	const char *given = publication->config->ring_key;
	gnutls_datum_t text = {(unsigned char *)given, (unsigned int)strlen(given)}, key;
	char *file;
	int r;

	if (!given[0]) {
		r = tree_read(core->root, TREE_AUTHKEY, TREE_KEY_MAX, &file,
			      &publication->key_size);
		if (r == 0)
			publication->key = file;
		else
			text_add(report, "%s cannot be read: %s\n", TREE_AUTHKEY, strerror(-r));
		return r;
	}
	if (gnutls_base64_decode2(&text, &key) < 0) {
		text_add(report, "/trireme:cluster/ring/key is not base64\n");
		return -EBADMSG;
	}
	publication->key = malloc(key.size);
	if (publication->key) {
		memcpy(publication->key, key.data, key.size);
		publication->key_size = key.size;
	}
	explicit_bzero(key.data, key.size);
	gnutls_free(key.data);
	return publication->key ? 0 : -ENOMEM;
}

int publication_make(struct core *core, struct document *document,
		     struct publication *ret_publication, struct text *report)
{
	_cleanup_(publication_clear) struct publication publication = {0};
	struct schema_error error = {0};
	int r = core_unseal(core, document, &publication.config, &error);

	if (r < 0) {
		core_report(report, "a secret of the configuration cannot be opened", &error);
		return r;
	}
	r = find_node(core, &publication, report);
	if (r == 0)
		r = find_key(core, &publication, report);
	/* Nobody whom the rest is for needs it. */
	explicit_bzero(publication.config->ring_key, sizeof(publication.config->ring_key));
	if (r < 0)
		return r;
	*ret_publication = publication;
	publication = (struct publication){0};
	return 0;
}

int publication_read(struct core *core, struct publication *ret_publication,
		     struct config_meta *ret_meta)
{
	_cleanup_(publication_clear) struct publication publication = {0};
	_cleanup_free_ char *bytes = NULL, *name = NULL;
	struct schema_error error;
	size_t size, name_size;
	uint64_t digest;
	int r = tree_read(core->root, TREE_IMAGE_ACCESS, CONFIG_IMAGE_MAX, &bytes, &size);

	if (r == 0)
		r = config_image_read(bytes, size, &publication.config, ret_meta, &digest, &error);
	if (r == 0)
		r = tree_read(core->root, TREE_NODE, CONFIG_NAME_MAX, &name, &name_size);
	if (r < 0)
		return r;
	if (name)
		name[strcspn(name, "\n")] = '\0';
	publication.node = name ? config_node_by_name(publication.config, name) : NULL;
	if (!publication.node)
		return -ENOENT;
	*ret_publication = publication;
	memset(&publication, 0, sizeof(publication));
	return 0;
}

void publication_clear(struct publication *publication)
{
	config_free(publication->config);
	if (publication->key)
		explicit_bzero(publication->key, publication->key_size);
	free(publication->key);
	*publication = (struct publication){0};
}

void publication_ring(const struct publication *publication, struct ring *ret_ring)
{
	uint8_t digest[RING_KEY_SIZE] = {0};

	gnutls_hash_fast(GNUTLS_DIG_SHA256, publication->key, publication->key_size, digest);
	ring_of_config(publication->config, digest, ret_ring);
}

/*
 * Addresses that stand in a document for those of a machine that was made from a backup. What is no
 * such line counts for nothing: the port stays without a card then, and trireme-ports says so.
 */
static int use_own_cards(struct core *core, char *rules)
{
	_cleanup_free_ char *lines = NULL;
	char *rest = NULL, *mark, *own, *place;
	uint8_t mac[6];
	int r = tree_read(core->root, TREE_CARDS, BUNDLE_FILE_MAX, &lines, &(size_t){0});

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (mark = strtok_r(lines, " ", &rest); mark; mark = strtok_r(NULL, " ", &rest)) {
		own = strtok_r(NULL, "\n", &rest);
		if (!own || parse_mac(mark, mac) < 0 || parse_mac(own, mac) < 0)
			return 0;
		place = strstr(rules, mark);
		if (place && strlen(own) == strlen(mark))
			memcpy(place, own, strlen(mark));
	}
	return 0;
}

/* Which node this machine is, and which of its network cards is which port of it. */
static int publish_node(struct core *core, const struct config_node *node)
{
	char name[CONFIG_NAME_MAX + 1], rules[CONFIG_PORTS_MAX * CONFIG_MEMBERS_MAX * 64];
	struct text text = TEXT_ON(rules);
	int r;

	identity_port_rules(node, &text);
	r = text_result(&text);
	if (r == 0)
		r = use_own_cards(core, rules);
	if (r == 0)
		r = tree_write_if_changed(core->root, TREE_PORT_RULES, rules, text.used, 0644);
	if (r < 0)
		return r;
	snprintf(name, sizeof(name), "%s\n", node->name);
	return tree_write_if_changed(core->root, TREE_NODE, name, strlen(name), 0644);
}

static int write_image(struct core *core, const char *path, mode_t mode,
		       const struct config *config, const struct config_meta *meta)
{
	_cleanup_free_ void *image = NULL;
	size_t size;
	int r = config_image_write(config, meta, &image, &size);

	return r < 0 ? r : tree_write(core->root, path, image, size, mode);
}

/* The image that everybody reads has nobody's hashes in it, and no device's password. */
static int publish_images(struct core *core, const struct config *config,
			  const struct config_meta *meta)
{
	_cleanup_free_ struct config *public = malloc(sizeof(*public));
	int r;

	if (!public)
		return -ENOMEM;
	*public = *config;
	public->n_users = 0;
	public->n_tokens = 0;
	public->n_fence_devices = 0;
	r = write_image(core, TREE_IMAGE_ACCESS, 0400, config, meta);
	return r < 0 ? r : write_image(core, TREE_IMAGE, 0644, public, meta);
}

int publish_services(struct core *core, const struct publication *publication,
		     struct document *document, const struct config_meta *meta, struct text *report)
{
	_cleanup_free_ char *shown = NULL;
	int r = publish_node(core, publication->node);

	if (r == 0)
		r = publish_images(core, publication->config, meta);
	if (r == 0 && document)
		r = document_print(document, DOCUMENT_REDACTED, &shown);
	if (r == 0 && shown)
		r = tree_write(core->root, TREE_RUNNING, shown, strlen(shown), 0644);
	if (r < 0)
		text_add(report, "the configuration cannot be put in place: %s\n", strerror(-r));
	return r;
}
