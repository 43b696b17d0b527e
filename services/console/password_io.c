// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/password_io.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file_io.h"

#define SALT_BYTES 32
#define METHOD "$y$" /* yescrypt; cost 0 is the library's default */

bool password_is_set(const struct machine *machine)
{
	char path[PATH_MAX];

	if (machine_path(machine, PASSWORD_FILE, path) < 0)
		return true;
	return access(path, F_OK) == 0 || errno != ENOENT;
}

static void wipe_crypt(struct crypt_data **data)
{
	if (*data)
		explicit_bzero(*data, sizeof(**data));
	free(*data);
}

/* crypt(3) into ret_hash; it says failure by a text that begins with '*'. */
static int hash(const char *password, const char *setting, char *ret_hash)
{
	_cleanup_(wipe_crypt) struct crypt_data *data = calloc(1, sizeof(*data));
	const char *result;

	if (!data)
		return -ENOMEM;
	result = crypt_r(password, setting, data);
	if (!result || result[0] == '*')
		return errno ? -errno : -EINVAL;
	memcpy(ret_hash, result, strlen(result) + 1);
	return 0;
}

int password_set(const struct machine *machine, const char *password)
{
	char salt[SALT_BYTES], setting[CRYPT_GENSALT_OUTPUT_SIZE], line[CRYPT_OUTPUT_SIZE + 1];
	char path[PATH_MAX];
	size_t size;
	int r = machine_path(machine, PASSWORD_FILE, path);

	if (r < 0)
		return r;
	if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		return -EIO;
	if (!crypt_gensalt_rn(METHOD, 0, salt, sizeof(salt), setting, sizeof(setting)))
		return -errno;
	r = hash(password, setting, line);
	if (r < 0)
		return r;
	size = strlen(line);
	line[size++] = '\n';
	return file_write_atomic(path, line, size, 0600);
}

/* Takes the same time wherever the first difference is. */
static bool equal(const char *a, const char *b, size_t size)
{
	volatile unsigned char difference = 0;

	for (size_t i = 0; i < size; i++)
		difference |= (unsigned char)(a[i] ^ b[i]);
	return difference == 0;
}

int password_check(const struct machine *machine, const char *password)
{
	_cleanup_free_ char *data = NULL;
	char stored[CRYPT_OUTPUT_SIZE] = {0}, given[CRYPT_OUTPUT_SIZE] = {0}, path[PATH_MAX];
	int r = machine_path(machine, PASSWORD_FILE, path);

	if (r == 0)
		r = file_read(path, sizeof(stored) - 1, &data, NULL);
	if (r != 0)
		return r;
	memcpy(stored, data, strcspn(data, "\n"));
	if (stored[0] != '$')
		return -EBADMSG;
	r = hash(password, stored, given);
	if (r < 0)
		return -EBADMSG;
	return equal(stored, given, sizeof(stored)) ? 0 : -EACCES;
}
