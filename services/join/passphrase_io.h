/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The passphrase of a backup. */
#ifndef TRIREME_JOIN_PASSPHRASE_IO_H
#define TRIREME_JOIN_PASSPHRASE_IO_H

#include <stdbool.h>
#include <stddef.h>

#define PASSPHRASE_MAX 257	/* with its NUL */
#define PASSPHRASE_MIN 12	/* characters of a new one */
#define PASSPHRASE_HASH_MAX 384 /* CRYPT_OUTPUT_SIZE, crypt(3) */

/*
 * From the terminal without showing it, twice for a new one; else a line of standard input.
 * -EINVAL: words (of so many bytes) say what is allowed.
 */
int passphrase_read(bool is_new, char ret_passphrase[PASSPHRASE_MAX], char *words, size_t size);

/* A setting of crypt(3) with a new salt, for passphrase_hash(). */
int passphrase_setting(char *ret_setting, size_t size);

/* What yescrypt makes of it, into ret_hash (PASSPHRASE_HASH_MAX). -ENOMEM, -EINVAL. */
int passphrase_hash(const char *passphrase, const char *setting, char *ret_hash);

#endif
