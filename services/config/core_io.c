// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/core_io.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/crypt_io.h"
#include "config/tree_io.h"
#include "schema/upgrade.h"

int core_open_model(struct core *core, struct text *report)
{
	struct schema_error error;
	int r = core->schema ? 0 : schema_open(core->yang_dir, &core->schema, &error);

	if (r < 0)
		core_report(report, "the model cannot be read", &error);
	return r;
}

int core_open_key(struct core *core, struct text *report)
{
	char path[PATH_MAX];
	int r = tree_file(core->root, TREE_SECRET_KEY, path);

	if (r == 0)
		r = secret_key_load(path, &core->key);
	if (r < 0)
		text_add(report, "the secrets' key %s cannot be used: %s\n", path, strerror(-r));
	return r;
}

int core_open_store(struct core *core, struct text *report)
{
	char path[PATH_MAX];
	int r = tree_file(core->root, TREE_STORE, path);

	return r < 0 ? r : store_open(path, &core->store, report);
}

void core_close(struct core *core)
{
	store_close(core->store);
	core->store = NULL;
	schema_close(core->schema);
	core->schema = NULL;
	secret_key_clear(&core->key);
}

void core_report(struct text *report, const char *what, const struct schema_error *error)
{
	text_add(report, "%s\n", what);
	if (error->path[0])
		text_add(report, "  path:    %s\n", error->path);
	if (error->value[0])
		text_add(report, "  value:   %s\n", error->value);
	if (error->allowed[0])
		text_add(report, "  allowed: %s\n", error->allowed);
}

int core_parse(struct core *core, const char *model, const char *body, size_t size,
	       struct document **ret_document, struct schema_error *error)
{
	_cleanup_free_ char *upgraded = NULL;
	int r;

	*error = (struct schema_error){0};
	if (upgrade_same(model, schema_model(core->schema)))
		return document_parse(core->schema, NULL, body, size, ret_document, error);
	r = upgrade_document(model, schema_model(core->schema), body, size, &upgraded, error);
	return r < 0 ? r
		     : document_parse(core->schema, NULL, upgraded, strlen(upgraded), ret_document,
				      error);
}

int core_parse_any(struct core *core, const char *body, size_t size, struct document **ret_document,
		   struct schema_error *error)
{
	int r = core_parse(core, schema_model(core->schema), body, size, ret_document, error);
	struct schema_error other;

	for (size_t i = 0; r == -EBADMSG && upgrade_revision(i); i++) {
		if (core_parse(core, upgrade_revision(i), body, size, ret_document, &other) == 0)
			return 0;
	}
	return r;
}

const char *core_model(struct core *core, uint32_t level)
{
	return upgrade_earliest(schema_model(core->schema), level);
}

int core_document(struct core *core, uint64_t number, struct document **ret_document,
		  struct text *report)
{
	_cleanup_free_ char *body = NULL;
	struct revision revision;
	struct schema_error error;
	char what[64];
	size_t size = 0;
	int r = store_get(core->store, number, &revision);

	if (r == 0)
		r = store_body(core->store, number, &body, &size);
	if (r == -ENOENT)
		text_add(report,
			 "there is no revision %llu: allowed is one that the history shows\n",
			 (unsigned long long)number);
	else if (r < 0)
		text_add(report, "revision %llu cannot be read: %s\n", (unsigned long long)number,
			 strerror(-r));
	if (r < 0)
		return r;
	r = core_parse(core, revision.model, body, size, ret_document, &error);
	snprintf(what, sizeof(what), "revision %llu is not valid", (unsigned long long)number);
	if (r < 0)
		core_report(report, what, &error);
	return r;
}

int core_usable(struct core *core, uint64_t number, uint64_t *ret_number, struct text *report)
{
	struct revision revision;
	int r;

	for (; (r = store_get(core->store, number, &revision)) == 0; number--) {
		if (!upgrade_knows(revision.model, schema_model(core->schema)))
			continue;
		*ret_number = number;
		return 0;
	}
	text_add(report, "no revision in the datastore is of a model that this software knows\n");
	return r;
}

int core_local_document(struct core *core, const struct store_local *local,
			struct document **ret_document, struct text *report)
{
	_cleanup_free_ char *body = NULL;
	struct schema_error error;
	size_t size = 0;
	int r = store_body_by_digest(core->store, &local->body, &body, &size);

	if (r < 0) {
		text_add(report, "the emergency document cannot be read: %s\n", strerror(-r));
		return r;
	}
	r = core_parse_any(core, body, size, ret_document, &error);
	if (r < 0)
		core_report(report, "the emergency document is not valid", &error);
	return r;
}

/* Seconds that an unconfirmed revision has left; UINT32_MAX: it stands. */
static int remaining_of(struct core *core, const struct revision *revision, uint32_t *ret_seconds)
{
	int r;

	*ret_seconds = UINT32_MAX;
	if (revision->confirm_s == 0)
		return 0;
	r = store_remaining(core->store, revision->number, ret_seconds);
	if (r == -ENOENT)
		*ret_seconds = revision->confirm_s;
	return r == -ENOENT ? 0 : r;
}

int core_running(struct core *core, struct core_running *ret_running)
{
	struct core_running running = {0};
	uint64_t committed;
	int r = store_local(core->store, &running.local);

	if (r < 0 && r != -ENOENT)
		return r;
	running.is_local = r == 0;
	r = store_committed(core->store, &committed);
	if (r == 0)
		r = committed ? store_get(core->store, committed, &running.revision)
			      : store_head(core->store, &running.revision);
	if (r == 0)
		r = remaining_of(core, &running.revision, &running.remaining);
	if (r < 0)
		return r;
	running.document =
		running.remaining ? running.revision.number : running.revision.number - 1;
	*ret_running = running;
	return 0;
}

/* What is kept of a password that is given itself. */
static int seal_hash(const struct secret_key *key, const char *path, const char *password,
		     char **ret_value)
{
	char hash[CRYPT_IO_HASH_MAX];
	uint8_t salt[SECRET_SALT_SIZE];
	int r = secret_salt(key, path, salt);

	if (r == 0)
		r = crypt_io_hash(password, salt, sizeof(salt), hash);
	return r < 0 ? r : secret_seal(key, path, hash, ret_value);
}

static int seal(void *user, const char *path, const char *value, char **ret_value)
{
	const struct secret_key *key = user;
	size_t prefix = strlen(CONFIG_PASSWORD_PLAIN);

	if (strncmp(value, CONFIG_PASSWORD_PLAIN, prefix) == 0)
		return seal_hash(key, path, value + prefix, ret_value);
	return secret_seal(key, path, value, ret_value);
}

static int unseal(void *user, const char *path, const char *value, char **ret_value)
{
	return secret_open(user, path, value, ret_value);
}

int core_seal(struct core *core, struct document *document, struct schema_error *error)
{
	return document_seal(document, seal, &core->key, error);
}

int core_unseal(struct core *core, struct document *document, struct config **ret_config,
		struct schema_error *error)
{
	return document_unseal(document, unseal, &core->key, ret_config, error);
}
