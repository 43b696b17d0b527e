// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/backup_format.h"

#include <errno.h>
#include <nettle/gcm.h>
#include <nettle/hkdf.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <string.h>

#define AT_VERSION 8
#define AT_SETTING (AT_VERSION + 1)
#define AT_CHECK (AT_SETTING + BACKUP_SETTING_SIZE)
#define AT_DIGEST (AT_CHECK + BACKUP_CHECK_SIZE)

static const uint8_t magic[8] = {'T', 'R', 'I', 'R', 'E', 'M', 'E', 'K'};

static void expand(const uint8_t *middle, const char *label, uint8_t *out, size_t size)
{
	struct hmac_sha256_ctx hmac;

	hmac_sha256_set_key(&hmac, SHA256_DIGEST_SIZE, middle);
	hkdf_expand(&hmac, (nettle_hash_update_func *)hmac_sha256_update,
		    (nettle_hash_digest_func *)hmac_sha256_digest, SHA256_DIGEST_SIZE,
		    strlen(label), (const uint8_t *)label, size, out);
	explicit_bzero(&hmac, sizeof(hmac));
}

void backup_key_make(const char *hash, const char *setting, struct backup_key *ret_key)
{
	struct hmac_sha256_ctx hmac;
	uint8_t middle[SHA256_DIGEST_SIZE];

	hmac_sha256_set_key(&hmac, strlen(setting), (const uint8_t *)setting);
	hkdf_extract(&hmac, (nettle_hash_update_func *)hmac_sha256_update,
		     (nettle_hash_digest_func *)hmac_sha256_digest, sizeof(middle), strlen(hash),
		     (const uint8_t *)hash, middle);
	*ret_key = (struct backup_key){0};
	expand(middle, "trireme backup 1 key", ret_key->key, sizeof(ret_key->key));
	expand(middle, "trireme backup 1 check", ret_key->check, sizeof(ret_key->check));
	explicit_bzero(middle, sizeof(middle));
	explicit_bzero(&hmac, sizeof(hmac));
}

/* yescrypt with 16 to 128 MiB, as crypt_gensalt(3) writes it, and a salt. */
static bool is_setting(const char *setting)
{
	static const char salt[] =
		"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	size_t length;

	if (!memchr(setting, '\0', BACKUP_SETTING_SIZE) || strncmp(setting, "$y$j", 4) != 0 ||
	    !strchr("9ABC", setting[4]) || setting[4] == '\0' || strncmp(setting + 5, "T$", 2) != 0)
		return false;
	length = strspn(setting + 7, salt);
	return length >= 16 && setting[7 + length] == '\0';
}

static void digest_of(const uint8_t *buf, uint8_t *ret_digest)
{
	struct sha256_ctx hash;

	sha256_init(&hash);
	sha256_update(&hash, AT_DIGEST, buf);
	sha256_digest(&hash, BACKUP_DIGEST_SIZE, ret_digest);
}

int backup_header_encode(struct backup_key *key, const char *setting,
			 uint8_t buf[BACKUP_HEADER_SIZE])
{
	char field[BACKUP_SETTING_SIZE] = {0};
	size_t length = strlen(setting);

	if (length >= sizeof(field))
		return -EINVAL;
	memcpy(field, setting, length + 1);
	if (!is_setting(field))
		return -EINVAL;
	memcpy(buf, magic, sizeof(magic));
	buf[AT_VERSION] = BACKUP_VERSION;
	memcpy(buf + AT_SETTING, field, sizeof(field));
	memcpy(buf + AT_CHECK, key->check, sizeof(key->check));
	digest_of(buf, buf + AT_DIGEST);
	memcpy(key->header, buf + AT_DIGEST, sizeof(key->header));
	return 0;
}

/* Behind the setting's end there are NULs. */
static bool ends_with_zeros(const char *setting)
{
	for (size_t i = strlen(setting); i < BACKUP_SETTING_SIZE; i++) {
		if (setting[i])
			return false;
	}
	return true;
}

int backup_header_decode(const uint8_t buf[BACKUP_HEADER_SIZE], struct backup_header *ret_header)
{
	struct backup_header header;
	uint8_t digest[BACKUP_DIGEST_SIZE];

	if (memcmp(buf, magic, sizeof(magic)) != 0)
		return -EINVAL;
	if (buf[AT_VERSION] != BACKUP_VERSION)
		return -EPROTO;
	digest_of(buf, digest);
	memcpy(header.setting, buf + AT_SETTING, sizeof(header.setting));
	memcpy(header.check, buf + AT_CHECK, sizeof(header.check));
	if (memcmp(digest, buf + AT_DIGEST, sizeof(digest)) != 0 || !is_setting(header.setting) ||
	    !ends_with_zeros(header.setting))
		return -EBADMSG;
	*ret_header = header;
	return 0;
}

bool backup_key_fits(struct backup_key *key, const uint8_t buf[BACKUP_HEADER_SIZE])
{
	memcpy(key->header, buf + AT_DIGEST, sizeof(key->header));
	return memeql_sec(key->check, buf + AT_CHECK, sizeof(key->check));
}

static void begin(const struct backup_key *key, uint64_t number, bool last,
		  struct gcm_aes256_ctx *cipher)
{
	uint8_t nonce[GCM_IV_SIZE] = {0};

	for (size_t i = 0; i < sizeof(number); i++)
		nonce[i] = (uint8_t)(number >> (8 * i));
	nonce[sizeof(number)] = last;
	gcm_aes256_set_key(cipher, key->key);
	gcm_aes256_set_iv(cipher, sizeof(nonce), nonce);
	gcm_aes256_update(cipher, sizeof(key->header), key->header);
}

void backup_seal(const struct backup_key *key, uint64_t number, bool last, const uint8_t *plain,
		 size_t size, uint8_t *ret_sealed)
{
	struct gcm_aes256_ctx cipher;

	begin(key, number, last, &cipher);
	gcm_aes256_encrypt(&cipher, size, ret_sealed, plain);
	gcm_aes256_digest(&cipher, BACKUP_TAG, ret_sealed + size);
	explicit_bzero(&cipher, sizeof(cipher));
}

int backup_open(const struct backup_key *key, uint64_t number, bool last, const uint8_t *sealed,
		size_t size, uint8_t *ret_plain)
{
	struct gcm_aes256_ctx cipher;
	uint8_t tag[BACKUP_TAG];
	size_t plain_size = size - BACKUP_TAG;
	bool good;

	if (size < BACKUP_TAG || plain_size > BACKUP_CHUNK)
		return -EBADMSG;
	begin(key, number, last, &cipher);
	gcm_aes256_decrypt(&cipher, plain_size, ret_plain, sealed);
	gcm_aes256_digest(&cipher, sizeof(tag), tag);
	good = memeql_sec(tag, sealed + plain_size, sizeof(tag));
	explicit_bzero(&cipher, sizeof(cipher));
	if (good)
		return 0;
	explicit_bzero(ret_plain, plain_size);
	return -EBADMSG;
}
