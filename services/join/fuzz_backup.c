// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever file is taken for a backup: its header is refused or written the same again, and nothing
 * that was not sealed opens. */
#include <stdlib.h>
#include <string.h>

#include "join/backup_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[BACKUP_HEADER_SIZE], plain[BACKUP_CHUNK];
	struct backup_key key = {{1, 2, 3}, {0}, {0}};
	struct backup_header header;

	if (backup_open(&key, 0, true, data, size, plain) == 0)
		abort();
	if (size < BACKUP_HEADER_SIZE || backup_header_decode(data, &header) < 0)
		return 0;
	memcpy(key.check, header.check, sizeof(key.check));
	if (backup_header_encode(&key, header.setting, again) < 0 ||
	    memcmp(again, data, sizeof(again)) != 0)
		abort();
	return 0;
}
