// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/tests/store_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

struct revision fixture_next(struct store *store, uint64_t term, const char *body, size_t size)
{
	struct revision head = {0};
	struct revision revision = {
		.term = term,
		.kind = body ? REVISION_CHANGE : REVISION_CONFIRM,
		.time = 1795000000,
		.author = "admin",
		.comment = "a comment",
		.model = "2026-11-24",
	};

	(void)store_head(store, &head);
	revision.number = head.number + 1;
	revision.refers = body ? 0 : head.number;
	revision.parent = head.id;
	revision.body = head.body;
	if (body)
		revision_body_digest(body, size, &revision.body);
	revision_id(&revision, &revision.id);
	return revision;
}

int fixture_append(struct store *store, uint64_t term, const char *body, size_t size)
{
	struct revision revision = fixture_next(store, term, body, size);

	return store_append(store, &revision, body, size);
}

struct dump {
	FILE *out;
	struct store *store;
	struct revision_id bodies[256];
	size_t n;
};

static void dump_id(struct dump *dump, const struct revision_id *id)
{
	for (size_t i = 0; i < 8; i++)
		fprintf(dump->out, "%02x", id->bytes[i]);
}

static int dump_revision(const struct revision *revision, void *data)
{
	struct dump *dump = data;
	struct revision_id id;

	revision_id(revision, &id);
	if (memcmp(&id, &revision->id, sizeof(id)) != 0 || dump->n == ARRAY_SIZE(dump->bodies))
		return -EBADMSG;
	dump->bodies[dump->n++] = revision->body;
	fprintf(dump->out, "%llu term %llu kind %u \"%s\" ", (unsigned long long)revision->number,
		(unsigned long long)revision->term, revision->kind, revision->comment);
	dump_id(dump, &revision->id);
	fputs("\n", dump->out);
	return 0;
}

static int dump_superseded(const struct store_superseded *entry, void *data)
{
	struct dump *dump = data;

	fprintf(dump->out, "replaced at %lld: %s: ", (long long)entry->replaced_at, entry->reason);
	return dump_revision(&entry->revision, data);
}

static int dump_values(struct dump *dump)
{
	struct store_local local;
	uint64_t promised;
	uint32_t seconds;
	int r = store_promised(dump->store, &promised);

	if (r < 0)
		return r;
	fprintf(dump->out, "promised %llu\n", (unsigned long long)promised);
	for (uint64_t number = 1; number < 10; number++) {
		if (store_remaining(dump->store, number, &seconds) == 0)
			fprintf(dump->out, "remaining of %llu: %u\n", (unsigned long long)number,
				seconds);
	}
	r = store_local(dump->store, &local);
	if (r == 0) {
		fprintf(dump->out, "local on %llu: %s\n", (unsigned long long)local.base,
			local.comment);
		dump->bodies[dump->n++] = local.body;
	}
	return r == -ENOENT ? 0 : r;
}

char *fixture_dump(struct store *store)
{
	struct dump dump = {.store = store};
	char *text = NULL;
	size_t size;
	int r;

	dump.out = open_memstream(&text, &size);
	r = store_list(store, 0, SIZE_MAX, dump_revision, &dump);
	if (r == 0)
		r = store_list_superseded(store, SIZE_MAX, dump_superseded, &dump);
	if (r == 0)
		r = dump_values(&dump);
	for (size_t i = 0; i < dump.n && r == 0; i++) {
		_cleanup_free_ char *body = NULL;

		r = store_body_by_digest(store, &dump.bodies[i], &body, &size);
	}
	fclose(dump.out);
	if (r == 0)
		return text;
	fprintf(stderr, "the store cannot be read whole: %s\n", strerror(-r));
	free(text);
	return NULL;
}

char *fixture_body(unsigned int seed, size_t size)
{
	char *body = malloc(size + 1);

	for (size_t i = 0; body && i < size; i++) {
		seed = seed * 1103515245 + 12345;
		body[i] = (char)('a' + (seed >> 16) % 26);
	}
	if (body)
		body[size] = '\0';
	return body;
}

void fixture_remove(const char *path)
{
	static const char *const endings[] = {"", "-wal", "-journal", "-shm"};
	char name[256];

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		snprintf(name, sizeof(name), "%s%s", path, endings[i]);
		unlink(name);
	}
}
