// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/password_io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/crypt_io.h"
#include "base/file_io.h"

#define SALT_BYTES 32

bool password_is_set(const struct machine *machine)
{
	char path[PATH_MAX];

	if (machine_path(machine, PASSWORD_FILE, path) < 0)
		return true;
	return access(path, F_OK) == 0 || errno != ENOENT;
}

int password_set(const struct machine *machine, const char *password)
{
	char salt[SALT_BYTES], line[CRYPT_IO_HASH_MAX + 1], path[PATH_MAX];
	size_t size;
	int r = machine_path(machine, PASSWORD_FILE, path);

	if (r < 0)
		return r;
	if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		return -EIO;
	r = crypt_io_hash(password, salt, sizeof(salt), line);
	if (r < 0)
		return r;
	size = strlen(line);
	line[size++] = '\n';
	return file_write_atomic(path, line, size, 0600);
}

int password_check(const struct machine *machine, const char *password)
{
	_cleanup_free_ char *data = NULL;
	char path[PATH_MAX];
	int r = machine_path(machine, PASSWORD_FILE, path);

	if (r == 0)
		r = file_read(path, CRYPT_IO_HASH_MAX, &data, NULL);
	if (r != 0)
		return r;
	data[strcspn(data, "\n")] = '\0';
	return crypt_io_check(password, data);
}
