// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/import_bundle.h"

#include <errno.h>
#include <string.h>

#include "config/revision.h"

const struct import_file *import_bundle_file(const struct import_bundle *bundle, const char *name)
{
	for (size_t i = 0; i < bundle->n_files; i++) {
		if (strcmp(bundle->files[i].name, name) == 0)
			return &bundle->files[i];
	}
	return NULL;
}

static int take_file(struct import_bundle *bundle, const struct bundle_record *record)
{
	struct import_file *file = &bundle->files[bundle->n_files];

	if (import_bundle_file(bundle, record->name))
		return -EBADMSG;
	memcpy(file->name, record->name, sizeof(file->name));
	file->data = record->data;
	file->size = record->size;
	bundle->n_files++;
	return 0;
}

/*
 * The reader has seen to it that numbers have no gaps and that `same` is an earlier one. A bundle
 * that says no ids is of documents that have been changed: theirs follow from what is there.
 */
static int take_revision(struct import_bundle *bundle, const struct bundle_record *record)
{
	static const struct revision_id none;
	struct import_revision *list = bundle->revisions, *entry = &list[bundle->n_revisions];
	struct revision *revision = &entry->revision;
	struct revision_id id;

	*revision = record->revision;
	entry->document = record->data;
	entry->size = record->size;
	if (record->same) {
		const struct import_revision *same = &list[record->same - list[0].revision.number];

		entry->document = same->document;
		entry->size = same->size;
		revision->body = same->revision.body;
	} else {
		revision_body_digest(record->data, record->size, &revision->body);
	}
	if (bundle->n_revisions > 0)
		revision->parent = entry[-1].revision.id;
	revision_id(revision, &id);
	if (memcmp(&revision->id, &none, sizeof(none)) != 0 &&
	    memcmp(&revision->id, &id, sizeof(id)) != 0)
		return -EBADMSG;
	revision->id = id;
	bundle->n_revisions++;
	return 0;
}

static int take_record(struct import_bundle *bundle, const struct bundle_record *record)
{
	switch (record->type) {
	case BUNDLE_FILE:
		return take_file(bundle, record);
	case BUNDLE_REVISION:
		return take_revision(bundle, record);
	case BUNDLE_NODE:
		memcpy(bundle->node, record->name, sizeof(bundle->node));
		return 0;
	case BUNDLE_END:
		break;
	}
	return 0;
}

_Static_assert(BUNDLE_NAME_MAX == CONFIG_NAME_MAX, "names of nodes fit");

int import_bundle_read(const void *bytes, size_t size, struct import_bundle *bundle,
		       struct text *report)
{
	struct bundle_record record;
	struct bundle_reader reader;
	int r = bundle_open(bytes, size, &reader), more = 1;

	bundle->n_files = bundle->n_revisions = 0;
	bundle->node[0] = '\0';
	while (r == 0 && (more = bundle_next(&reader, &record)) > 0)
		r = take_record(bundle, &record);
	if (r == 0 && more < 0)
		r = more;
	if (r == 0 && bundle->n_revisions == 0)
		r = -EBADMSG;
	if (r == -EPROTO)
		text_add(report, "what came is of later software than this: update it first\n");
	else if (r < 0)
		text_add(report, "what came is damaged or not whole\n");
	return r;
}
