// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/files.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "web/restconf_header.h"

#define PACKED ".gz"
#define INDEX "/index.html"
#define HASHED "/assets/" /* names that Vite makes of the content */

struct type {
	const char *ending, *type;
};

static const struct type types[] = {
	{".html", "text/html; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
	{".json", "application/json"},
	{".webmanifest", "application/manifest+json"},
	{".svg", "image/svg+xml"},
	{".png", "image/png"},
	{".ico", "image/x-icon"},
	{".woff2", "font/woff2"},
	{".txt", "text/plain; charset=utf-8"},
	{".sh", "text/plain; charset=utf-8"}, /* to be read before it is run */
};

static bool ends_with(const char *text, const char *ending)
{
	size_t length = strlen(text), n = strlen(ending);

	return length > n && strcmp(text + length - n, ending) == 0;
}

static const char *type_of(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (ends_with(path, types[i].ending))
			return types[i].type;
	return "application/octet-stream";
}

int files_add(struct files *files, const char *path, char *data, size_t size)
{
	_cleanup_free_ char *owned = data;
	struct file *file = &files->file[files->n];
	int r;

	if (files->n == FILES_MAX || size > FILES_BYTES_MAX - files->bytes)
		return -ENOSPC;
	*file = (struct file){.size = size};
	r = copy_text(file->path, sizeof(file->path), path);
	if (r < 0)
		return r;
	file->data = take_ptr(owned);
	files->bytes += size;
	files->n++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

static void make_etag(struct file *file)
{
	uint8_t digest[8];
	struct sha256_ctx context;
	struct text text = TEXT_ON(file->etag);

	sha256_init(&context);
	sha256_update(&context, file->size, (const uint8_t *)file->data);
	sha256_digest(&context, sizeof(digest), digest);
	text_add(&text, "\"");
	for (size_t i = 0; i < sizeof(digest); i++)
		text_add(&text, "%02x", digest[i]);
	text_add(&text, "\"");
}

static struct file *find(struct files *files, const char *path)
{
	struct file key = {0};

	if (copy_text(key.path, sizeof(key.path), path) < 0)
		return NULL;
	return bsearch(&key, files->file, files->n, sizeof(key), compare);
}

/* A packed form goes to its file; one without a file stays one of its own. */
static bool join(struct files *files, struct file *packed)
{
	char path[FILES_PATH_MAX];
	struct file *plain;

	if (!ends_with(packed->path, PACKED))
		return false;
	memcpy(path, packed->path, sizeof(path));
	path[strlen(path) - strlen(PACKED)] = '\0';
	plain = find(files, path);
	if (!plain || plain->packed)
		return false;
	plain->packed = take_ptr(packed->data);
	plain->packed_size = packed->size;
	return true;
}

void files_finish(struct files *files)
{
	size_t kept = 0;

	qsort(files->file, files->n, sizeof(files->file[0]), compare);
	for (size_t i = 0; i < files->n; i++)
		if (join(files, &files->file[i]))
			files->file[i].size = SIZE_MAX;
	for (size_t i = 0; i < files->n; i++) {
		if (files->file[i].size == SIZE_MAX)
			continue;
		make_etag(&files->file[i]);
		files->file[kept++] = files->file[i];
	}
	files->n = kept;
}

bool files_answer(const struct files *files, const char *path, const struct request *request,
		  struct answer *answer)
{
	const struct file *file =
		find((struct files *)files, strcmp(path, "/") == 0 ? INDEX : path);
	bool packed;

	if (!file)
		return false;
	packed = file->packed &&
		 header_accepts_coding(request->header[HEADER_ACCEPT_ENCODING], "gzip");
	answer_clear(answer);
	answer->status = 200;
	answer->cache =
		strncmp(file->path, HASHED, strlen(HASHED)) == 0 ? CACHE_FOREVER : CACHE_REVALIDATE;
	answer->varies = file->packed;
	(void)copy_text(answer->etag, sizeof(answer->etag), file->etag);
	if (header_has_etag(request->header[HEADER_IF_NONE_MATCH], file->etag, true)) {
		answer->status = 304;
		return true;
	}
	answer->type = type_of(file->path);
	answer->fixed = packed ? file->packed : file->data;
	answer->size = packed ? file->packed_size : file->size;
	answer->encoding = packed ? "gzip" : NULL;
	return true;
}

void files_clear(struct files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free(files->file[i].data);
		free(files->file[i].packed);
	}
	files->n = files->bytes = 0;
}
