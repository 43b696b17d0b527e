// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer: any bytes as a token. None is a session's; an API token's parts are bounded. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/token.h"
#include "base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = malloc(size + 1);
	char name[CONFIG_NAME_MAX], hash[TOKEN_HASH_MAX];
	struct token_session session;
	struct token_key key;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	token_key_derive("not known to who sends tokens", 29, &key);
	if (token_session_read(&key, text, &session) == 0)
		abort();
	if (token_api_read(text, name, hash) == 0 &&
	    (!name[0] || strlen(name) >= sizeof(name) || strlen(hash) != TOKEN_HASH_MAX - 1))
		abort();
	return 0;
}
