// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/restore_io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/audit_io.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "join/backup_format.h"
#include "join/cards.h"
#include "join/cards_io.h"
#include "join/passphrase_io.h"
#include "join/words.h"
#include "proto/bundle.h"

#define FILE_MAX \
	(BACKUP_HEADER_SIZE + (BUNDLE_MAX / BACKUP_CHUNK + 2) * (BACKUP_CHUNK + BACKUP_TAG))

struct mapping {
	const uint8_t *bytes;
	size_t size;
};

struct restoration {
	const struct restore_options *options;
	struct mapping backup, bundle;
	struct backup_key key;
	struct join_cards cards;
	char node[JOIN_NAME_MAX];
	int lock, file; /* of the machine; the bundle that is being written */
	uint8_t plain[BACKUP_CHUNK];
	char words[CLUSTER_WORDS_MAX];
};

static void decrefp(json_t **json)
{
	json_decref(*json);
}

static int say(struct restoration *s, int r, const char *words)
{
	words_set(s->words, sizeof(s->words), "%s", words);
	return r;
}

static int map_fd(int fd, size_t max, struct mapping *ret_mapping)
{
	struct stat st;
	void *bytes;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size <= 0)
		return -EINVAL;
	if ((uint64_t)st.st_size > max)
		return -EFBIG;
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	*ret_mapping = (struct mapping){bytes, (size_t)st.st_size};
	return 0;
}

static int map_path(const char *path, size_t max, struct mapping *ret_mapping)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : map_fd(fd, max, ret_mapping);
}

static void unmap(struct mapping *mapping)
{
	if (mapping->bytes)
		munmap((void *)mapping->bytes, mapping->size);
	*mapping = (struct mapping){0};
}

static int read_header(struct restoration *s, struct backup_header *ret_header)
{
	int r = map_path(s->options->file, FILE_MAX, &s->backup);

	if (r < 0) {
		words_set(s->words, sizeof(s->words), "%s cannot be read: %s", s->options->file,
			  strerror(-r));
		return r;
	}
	r = s->backup.size < BACKUP_HEADER_SIZE ? -EINVAL
						: backup_header_decode(s->backup.bytes, ret_header);
	if (r == -EINVAL)
		say(s, r, "the file is no backup of Trireme");
	else if (r == -EPROTO)
		say(s, r, "the backup is of later software than this: update it first");
	else if (r < 0)
		say(s, r, "the file is damaged: its beginning is not what was written");
	return r;
}

static int unlock(struct restoration *s, const struct backup_header *header)
{
	char passphrase[PASSPHRASE_MAX], hash[PASSPHRASE_HASH_MAX];
	int r = passphrase_read(false, passphrase, s->words, sizeof(s->words));

	if (r == 0)
		r = passphrase_hash(passphrase, header->setting, hash);
	explicit_bzero(passphrase, sizeof(passphrase));
	if (r < 0)
		return r;
	backup_key_make(hash, header->setting, &s->key);
	explicit_bzero(hash, sizeof(hash));
	if (backup_key_fits(&s->key, s->backup.bytes))
		return 0;
	return say(s, -EACCES, "the passphrase is wrong");
}

/* All chunks, each looked at before it is used. */
static int decrypt(struct restoration *s)
{
	const uint8_t *at = s->backup.bytes + BACKUP_HEADER_SIZE;
	size_t left = s->backup.size - BACKUP_HEADER_SIZE;
	bool last = false;
	int r = 0;

	for (uint64_t number = 0; !last && r == 0; number++) {
		size_t size = BACKUP_CHUNK + BACKUP_TAG;

		last = left <= size;
		size = last ? left : size;
		if (backup_open(&s->key, number, last, at, size, s->plain) < 0)
			return say(s, -EBADMSG, "the file is damaged or cut off");
		r = import_sink(&s->file, s->plain, size - BACKUP_TAG);
		at += size;
		left -= size;
	}
	return r;
}

/* The bundle as the file has it, which the next one takes the place of. */
static int unpack(struct restoration *s)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];
	int r = import_begin(&s->options->target, &s->file, s->words);

	if (r == 0)
		r = decrypt(s);
	if (r == 0)
		r = import_run(&s->options->target, true, s->words);
	if (r == 0)
		r = import_path(&s->options->target, path);
	if (r == 0)
		r = map_path(path, BUNDLE_MAX, &s->bundle);
	closep(&s->file);
	s->file = -1;
	return r;
}

struct body {
	const void *data;
	size_t size;
};

/* The newest revision's document; the bundle has been judged. */
static json_t *newest_document(const struct mapping *bundle)
{
	static struct body list[BUNDLE_REVISIONS_MAX];
	struct bundle_record record;
	struct bundle_reader reader;
	size_t n = 0;

	if (bundle_open(bundle->bytes, bundle->size, &reader) < 0)
		return NULL;
	while (bundle_next(&reader, &record) == 1) {
		if (record.type != BUNDLE_REVISION)
			continue;
		list[n] = record.same ? list[record.same - reader.first]
				      : (struct body){record.data, record.size};
		n++;
	}
	return n ? json_loadb(list[n - 1].data, list[n - 1].size, 0, NULL) : NULL;
}

static void name_nodes(const json_t *document, struct text *text)
{
	const json_t *nodes = json_object_get(json_object_get(document, "trireme:cluster"), "node");
	const json_t *node;
	size_t i;

	json_array_foreach(nodes, i, node)
	{
		const char *name = json_string_value(json_object_get(node, "name"));

		text_add(text, "%s%s", i ? ", " : "", name ? name : "?");
	}
}

/* Which of the backup's nodes this machine becomes: said, or asked for. */
static int choose_node(struct restoration *s, const json_t *document)
{
	char list[CLUSTER_WORDS_MAX], line[JOIN_NAME_MAX + 1] = "";
	struct text text = TEXT_ON(list);

	name_nodes(document, &text);
	if (!s->options->node[0] && isatty(STDIN_FILENO)) {
		printf("Which node is this machine to be? The backup has %s.\nnode: ", list);
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin))
			line[0] = '\0';
		line[strcspn(line, "\n")] = '\0';
	}
	words_set(s->node, sizeof(s->node), "%s", line[0] ? line : s->options->node);
	if (s->node[0] && strlen(s->options->node) < JOIN_NAME_MAX)
		return 0;
	words_set(s->words, sizeof(s->words),
		  "say with --node which node this machine is to be; the backup has %s", list);
	return -EINVAL;
}

/* Which card of this machine takes the place of which mark of a document. */
static int name_cards(struct restoration *s, const struct bundle_record *record, struct text *lines)
{
	_cleanup_(decrefp) json_t *document = NULL;
	int r;

	if (!memmem(record->data, record->size, CARDS_MARK, strlen(CARDS_MARK)))
		return 0;
	document = json_loadb(record->data, record->size, 0, NULL);
	if (!document)
		return -EBADMSG;
	r = cards_name_marked(document, s->node, &s->cards, lines, s->words);
	/* An earlier revision may not have the node yet. */
	return r == -ENOENT ? 0 : r;
}

static int copy_records(struct restoration *s, struct bundle_writer *writer, struct text *lines)
{
	struct bundle_reader reader;
	struct bundle_record record;
	int r = bundle_open(s->bundle.bytes, s->bundle.size, &reader);

	while (r == 0 && bundle_next(&reader, &record) == 1) {
		if (record.type == BUNDLE_REVISION && !record.same)
			r = name_cards(s, &record, lines);
		if (r == 0 && record.type != BUNDLE_END)
			r = bundle_write(writer, &record);
	}
	return r;
}

static int write_own(struct bundle_writer *writer, const char *lines)
{
	static const struct bundle_record end = {.type = BUNDLE_END};
	const struct bundle_record record = {
		.type = BUNDLE_FILE, .name = BUNDLE_CARDS, .data = lines, .size = strlen(lines)};
	int r = lines[0] ? bundle_write(writer, &record) : 0;

	return r < 0 ? r : bundle_write(writer, &end);
}

/*
 * The bundle anew, for this machine: as the node, with its network cards. The documents stay as
 * they are: all machines that are made from one backup have the same revisions.
 */
static int rewrite(struct restoration *s)
{
	struct bundle_record record = {.type = BUNDLE_NODE};
	struct bundle_writer writer;
	char own[BUNDLE_FILE_MAX] = "";
	struct text lines = TEXT_ON(own);
	int r = import_begin(&s->options->target, &s->file, s->words);

	s->words[0] = '\0';
	if (r == 0)
		r = bundle_begin(&writer, import_sink, &s->file);
	words_set(record.name, sizeof(record.name), "%s", s->node);
	if (r == 0)
		r = bundle_write(&writer, &record);
	if (r == 0)
		r = copy_records(s, &writer, &lines);
	return r < 0 ? r : write_own(&writer, own);
}

static int run(struct restoration *s)
{
	_cleanup_(decrefp) json_t *document = NULL;
	struct backup_header header;
	int r = import_prepare(&s->options->target, &s->lock, s->words);

	if (r == 0)
		r = cards_list(s->options->target.root, &s->cards);
	if (r == 0)
		r = read_header(s, &header);
	if (r == 0)
		r = unlock(s, &header);
	if (r == 0)
		r = unpack(s);
	if (r < 0)
		return r;
	document = newest_document(&s->bundle);
	r = document ? choose_node(s, document) : -EBADMSG;
	if (r == 0)
		r = rewrite(s);
	return r < 0 ? r : import_run(&s->options->target, false, s->words);
}

int restore_run(const struct restore_options *options)
{
	static struct restoration restoration;
	struct restoration *s = &restoration;
	int r;

	*s = (struct restoration){.options = options, .lock = -1, .file = -1};
	r = run(s);
	closep(&s->file);
	if (s->lock >= 0)
		import_end(&options->target);
	closep(&s->lock);
	unmap(&s->backup);
	unmap(&s->bundle);
	if (r == 0)
		audit_note_console(options->target.root, "restore", options->file, 0);
	if (r < 0)
		fprintf(stderr, "trireme-backup: %s\nnothing was changed on this machine\n",
			s->words[0] ? s->words : strerror(-r));
	else
		printf("this machine is %s from its next start on: restart it now\n"
		       "Where other members live, commit there which network cards %s has, or use "
		       "trireme-join instead.\n",
		       s->node, s->node);
	explicit_bzero(s, sizeof(*s));
	return r;
}
