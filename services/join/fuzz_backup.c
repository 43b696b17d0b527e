// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever file is taken for a backup: its header is refused or written the same again, and nothing
 * that was not sealed opens. Anybody can make a header's digest right: so does this.
 */
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "join/backup_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[BACKUP_HEADER_SIZE], file[BACKUP_HEADER_SIZE], plain[BACKUP_CHUNK];
	struct backup_key key = {{1, 2, 3}, {0}, {0}};
	struct backup_header header;
	struct sha256_ctx hash;

	if (backup_open(&key, 0, true, data, size, plain) == 0)
		abort();
	if (size < BACKUP_HEADER_SIZE)
		return 0;
	memcpy(file, data, sizeof(file));
	sha256_init(&hash);
	sha256_update(&hash, sizeof(file) - BACKUP_DIGEST_SIZE, file);
	sha256_digest(&hash, BACKUP_DIGEST_SIZE, file + sizeof(file) - BACKUP_DIGEST_SIZE);
	if (backup_header_decode(file, &header) < 0)
		return 0;
	memcpy(key.check, header.check, sizeof(key.check));
	if (backup_header_encode(&key, header.setting, again) < 0 ||
	    memcmp(again, file, sizeof(again)) != 0)
		abort();
	return 0;
}
