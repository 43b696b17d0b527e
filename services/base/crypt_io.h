/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Passwords as hashes of crypt(5), by libxcrypt: yescrypt with the library's default cost, about 20
 * ms and 16 MiB on the machines of the day. A caller bounds how many it makes at a time.
 */
#ifndef TRIREME_BASE_CRYPT_IO_H
#define TRIREME_BASE_CRYPT_IO_H

#include <stddef.h>

#define CRYPT_IO_HASH_MAX 384 /* CRYPT_OUTPUT_SIZE of crypt.h: the hash and NUL */
#define CRYPT_IO_METHOD "$y$" /* what every such hash begins with */

/*
 * size: 16 to 64 bytes of salt. -ERANGE: the password has 512 bytes or more; -ENOMEM; -EINVAL: the
 * library cannot do it.
 */
int crypt_io_hash(const char *password, const void *salt, size_t size,
		  char ret_hash[CRYPT_IO_HASH_MAX]);

/*
 * 0: it is the password of that hash; -EACCES: it is not; -EBADMSG: there is no such hash. Takes
 * the same time wherever they differ.
 */
int crypt_io_check(const char *password, const char *hash);

#endif
