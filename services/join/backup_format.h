/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of a backup:
 *
 *   magic (8 bytes), version (1), yescrypt's setting with NULs (64), check (16), SHA-256 of these
 *   chunks: AES-256-GCM (NIST SP 800-38D) of 64 KiB each, the last one of 0 to 64 KiB, each with
 * its tag (16); nonce: number of the chunk (8, little-endian), 1 for the last one or 0, three
 * zeros; additional data: the header's SHA-256
 *
 * Key and check are HKDF-SHA256 (RFC 5869) of what crypt(3) makes of passphrase and setting, with
 * the setting as salt: a file has a key of its own. A chunk that is missing at the end, exchanged
 * or of another file does not open: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár:
 * Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, CRYPTO 2015). Pure.
 */
#ifndef TRIREME_JOIN_BACKUP_FORMAT_H
#define TRIREME_JOIN_BACKUP_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BACKUP_VERSION 1
#define BACKUP_SETTING_SIZE 64
#define BACKUP_CHECK_SIZE 16
#define BACKUP_DIGEST_SIZE 32
#define BACKUP_HEADER_SIZE (8 + 1 + BACKUP_SETTING_SIZE + BACKUP_CHECK_SIZE + BACKUP_DIGEST_SIZE)
#define BACKUP_CHUNK 65536u
#define BACKUP_TAG 16u

struct backup_header {
	char setting[BACKUP_SETTING_SIZE]; /* "$y$jBT$…", ended by NUL */
	uint8_t check[BACKUP_CHECK_SIZE];
};

struct backup_key {
	uint8_t key[32];
	uint8_t check[BACKUP_CHECK_SIZE];
	uint8_t header[BACKUP_DIGEST_SIZE]; /* of the file that it is for */
};

/* What crypt(3) has made, a text, becomes key and check. The key's header is set by those below. */
void backup_key_make(const char *hash, const char *setting, struct backup_key *ret_key);

/* -EINVAL: a setting that backup_header_decode() would refuse. Sets key->header. */
int backup_header_encode(struct backup_key *key, const char *setting,
			 uint8_t buf[BACKUP_HEADER_SIZE]);

/*
 * -EINVAL: no backup; -EPROTO: of a later version; -EBADMSG: damaged, or a setting that nobody
 * makes here: it could ask for any amount of memory.
 */
int backup_header_decode(const uint8_t buf[BACKUP_HEADER_SIZE], struct backup_header *ret_header);

/* Whether the passphrase was right; in that case the key's header is set. */
bool backup_key_fits(struct backup_key *key, const uint8_t buf[BACKUP_HEADER_SIZE]);

/* size bytes (BACKUP_CHUNK at most) become size + BACKUP_TAG. */
void backup_seal(const struct backup_key *key, uint64_t number, bool last, const uint8_t *plain,
		 size_t size, uint8_t *ret_sealed);

/*
 * size bytes become size - BACKUP_TAG. -EBADMSG: shorter than that or longer than a chunk is, or
 * not what was sealed at this place; ret_plain is wiped then.
 */
int backup_open(const struct backup_key *key, uint64_t number, bool last, const uint8_t *sealed,
		size_t size, uint8_t *ret_plain);

#endif
