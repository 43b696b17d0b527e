// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/crypt_io.h"

#include <assert.h>
#include <crypt.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define COST 0 /* the library's default */

static_assert(CRYPT_IO_HASH_MAX >= CRYPT_OUTPUT_SIZE, "every hash fits");

static void wipe(struct crypt_data **data)
{
	if (*data)
		explicit_bzero(*data, sizeof(**data));
	free(*data);
}

/* crypt(3) into ret_hash; it says failure by a text that begins with '*'. */
static int hash_with(const char *password, const char *setting, char ret_hash[CRYPT_IO_HASH_MAX])
{
	_cleanup_(wipe) struct crypt_data *data = calloc(1, sizeof(*data));
	const char *result;

	if (!data)
		return -ENOMEM;
	errno = 0;
	result = crypt_r(password, setting, data);
	if (!result || result[0] == '*')
		return errno ? -errno : -EINVAL;
	memcpy(ret_hash, result, strlen(result) + 1);
	return 0;
}

int crypt_io_hash(const char *password, const void *salt, size_t size,
		  char ret_hash[CRYPT_IO_HASH_MAX])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	if (!crypt_gensalt_rn(CRYPT_IO_METHOD, COST, salt, (int)size, setting, sizeof(setting)))
		return -errno;
	return hash_with(password, setting, ret_hash);
}

static bool equal(const char *a, const char *b, size_t size)
{
	volatile unsigned char difference = 0;

	for (size_t i = 0; i < size; i++)
		difference |= (unsigned char)(a[i] ^ b[i]);
	return difference == 0;
}

int crypt_io_check(const char *password, const char *hash)
{
	char stored[CRYPT_IO_HASH_MAX] = {0}, given[CRYPT_IO_HASH_MAX] = {0};
	size_t length = strnlen(hash, sizeof(stored));
	int r;

	if (length == sizeof(stored) ||
	    strncmp(hash, CRYPT_IO_METHOD, strlen(CRYPT_IO_METHOD)) != 0)
		return -EBADMSG;
	memcpy(stored, hash, length);
	r = hash_with(password, stored, given);
	/* No hash is made of a password that is too long: it cannot be the right one. */
	if (r == -ERANGE)
		return -EACCES;
	if (r < 0)
		return r == -ENOMEM ? r : -EBADMSG;
	r = equal(stored, given, sizeof(stored)) ? 0 : -EACCES;
	explicit_bzero(given, sizeof(given));
	return r;
}
