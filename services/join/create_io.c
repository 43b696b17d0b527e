// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/create_io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/audit_io.h"
#include "base/cleanup.h"
#include "join/backup_format.h"
#include "join/import_io.h"
#include "join/passphrase_io.h"
#include "join/source_io.h"
#include "join/words.h"

/* What of a history a bundle takes. */
#define HISTORY_MAX BUNDLE_REVISIONS_MAX

struct creation {
	struct source source;
	struct bundle_writer writer;
	struct backup_key key;
	int file, problem; /* of writing it: -errno */
	uint64_t chunk;
	uint8_t plain[BACKUP_CHUNK], sealed[BACKUP_CHUNK + BACKUP_TAG];
	size_t used; /* of plain */
	char words[CLUSTER_WORDS_MAX];
};

static int write_chunk(struct creation *c, bool last)
{
	backup_seal(&c->key, c->chunk++, last, c->plain, c->used, c->sealed);
	c->problem = import_sink(&c->file, c->sealed, c->used + BACKUP_TAG);
	return c->problem;
}

/* A full chunk is written when something follows it: only then it is not the last one. */
static int take(void *user, const void *bytes, size_t size)
{
	struct creation *c = user;
	const uint8_t *at = bytes;
	int r = 0;

	while (size > 0 && r == 0) {
		size_t room = sizeof(c->plain) - c->used;
		size_t part = size < room ? size : room;

		if (room == 0) {
			r = write_chunk(c, false);
			c->used = 0;
			continue;
		}
		memcpy(c->plain + c->used, at, part);
		c->used += part;
		at += part;
		size -= part;
	}
	return r;
}

static int write_header(struct creation *c)
{
	char passphrase[PASSPHRASE_MAX], setting[BACKUP_SETTING_SIZE], hash[PASSPHRASE_HASH_MAX];
	uint8_t header[BACKUP_HEADER_SIZE];
	int r = passphrase_read(true, passphrase, c->words, sizeof(c->words));

	if (r == 0)
		r = passphrase_setting(setting, sizeof(setting));
	if (r == 0)
		r = passphrase_hash(passphrase, setting, hash);
	explicit_bzero(passphrase, sizeof(passphrase));
	if (r < 0)
		return r;
	backup_key_make(hash, setting, &c->key);
	explicit_bzero(hash, sizeof(hash));
	r = backup_header_encode(&c->key, setting, header);
	return r < 0 ? r : import_sink(&c->file, header, sizeof(header));
}

static int write_bundle(struct creation *c)
{
	static const struct bundle_record end = {.type = BUNDLE_END};
	uint64_t first, last;
	int r = cluster_range(&first, &last, c->words);

	if (r < 0)
		return r;
	if (last >= HISTORY_MAX && first < last - HISTORY_MAX + 1)
		first = last - HISTORY_MAX + 1;
	r = bundle_begin(&c->writer, take, c);
	if (r == 0)
		r = source_files(&c->source, &c->writer, c->words);
	if (r == 0)
		r = source_revisions(&c->source, &c->writer, first, last, c->words);
	if (r == 0)
		r = bundle_write(&c->writer, &end);
	return r < 0 ? r : write_chunk(c, true);
}

static int write_all(struct creation *c)
{
	int r = write_header(c);

	return r < 0 ? r : write_bundle(c);
}

static int sync_folder(const char *path)
{
	_cleanup_close_ int fd = -1;
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');

	words_set(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		  slash ? path : ".");
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int file_problem(struct creation *c, int r, const char *path)
{
	if (r < 0 && !c->words[0])
		words_set(c->words, sizeof(c->words), "%s: %s", path, strerror(-r));
	return r;
}

static int refuse_file(struct creation *c, const char *path)
{
	words_set(c->words, sizeof(c->words), "%s is there already: --force replaces it", path);
	return -EEXIST;
}

/* Beside the file, which appears by one rename. */
static int write_beside(struct creation *c, const char *path, const char *temporary, bool force)
{
	int r = write_all(c);

	if (r == 0 && fsync(c->file) < 0)
		r = -errno;
	/* It counts more than what could not be handed on for it. */
	if (c->problem < 0)
		c->words[0] = '\0';
	if (r < 0)
		return file_problem(c, r, path);
	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, force ? 0 : RENAME_NOREPLACE) < 0)
		return errno == EEXIST ? refuse_file(c, path) : file_problem(c, -errno, path);
	return file_problem(c, sync_folder(path), path);
}

static int write_file(struct creation *c, const char *path, bool force)
{
	_cleanup_close_ int fd = -1;
	char temporary[PATH_MAX];
	int r;

	/* Before a passphrase is asked for; the rename looks again. */
	if (!force && access(path, F_OK) == 0)
		return refuse_file(c, path);
	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		return file_problem(c, -ENAMETOOLONG, path);
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return file_problem(c, -errno, path);
	c->file = fd;
	r = write_beside(c, path, temporary, force);
	if (r < 0)
		unlink(temporary);
	return r;
}

int create_run(const struct create_options *options)
{
	static struct creation creation;
	const char *file = options->file;
	int r;

	creation = (struct creation){.source = {.root = options->root, .strip = true},
				     .file = STDOUT_FILENO};
	r = strcmp(file, "-") == 0 ? write_all(&creation)
				   : write_file(&creation, file, options->force);
	if (r < 0)
		fprintf(stderr, "trireme-backup: no backup was made: %s\n",
			creation.words[0] ? creation.words : strerror(-r));
	else
		fprintf(stderr,
			"%s has the keys and revisions up to %llu; without the passphrase "
			"it is of no use\n",
			file, (unsigned long long)creation.source.last);
	explicit_bzero(&creation, sizeof(creation));
	return r;
}
