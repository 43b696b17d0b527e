// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/restconf_header.h"

#include <ctype.h>
#include <errno.h>
#include <nettle/base64.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"

#define USER_MAX 32
#define USER_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
#define BASIC_MAX 512 /* bytes of user and password, decoded */

struct word {
	const char *text;
	size_t size;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct word trim(const char *text, size_t size)
{
	while (size > 0 && is_blank(text[0])) {
		text++;
		size--;
	}
	while (size > 0 && is_blank(text[size - 1]))
		size--;
	return (struct word){text, size};
}

static bool word_is(struct word word, const char *text)
{
	return word.size == strlen(text) && strncasecmp(word.text, text, word.size) == 0;
}

/* The next element of a list with these separators; false: there is none. *list moves on. */
static bool next_word(const char **list, const char *separators, struct word *ret_word)
{
	size_t size;

	if (!*list || !**list)
		return false;
	size = strcspn(*list, separators);
	*ret_word = trim(*list, size);
	*list += size + ((*list)[size] != '\0');
	return true;
}

/* Of an element "name;q=0.5;…": only a weight of 0 refuses it (RFC 9110, 12.4.2). */
static bool is_refused(struct word element)
{
	const char *end = element.text + element.size, *at = element.text;

	while ((at = memchr(at, ';', (size_t)(end - at)))) {
		struct word parameter = trim(at + 1, (size_t)(end - at - 1));

		if (parameter.size > 2 && strncasecmp(parameter.text, "q=0", 3) == 0)
			return strspn(parameter.text + 3, ".0") + 3 >=
			       strcspn(parameter.text, "; \t,");
		at++;
	}
	return false;
}

static struct word name_of(struct word element)
{
	const char *semicolon = memchr(element.text, ';', element.size);

	return semicolon ? trim(element.text, (size_t)(semicolon - element.text)) : element;
}

/* The most exact of the elements decides: `exact`, then `family`, then `any` (NULL: not there). */
static bool negotiate(const char *list, const char *exact, const char *family, const char *any,
		      bool otherwise)
{
	const char *const names[] = {exact, family, any};
	size_t best = ARRAY_SIZE(names);
	struct word element;

	while (next_word(&list, ",", &element)) {
		for (size_t i = 0; i < best; i++) {
			if (!names[i] || !word_is(name_of(element), names[i]))
				continue;
			best = i;
			otherwise = !is_refused(element);
		}
	}
	return otherwise;
}

bool header_accepts(const char *accept, const char *type)
{
	return !accept || !trim(accept, strlen(accept)).size ||
	       negotiate(accept, type, "application/*", "*/*", false);
}

bool header_accepts_coding(const char *accept, const char *coding)
{
	return negotiate(accept, coding, NULL, "*", false);
}

bool header_is_type(const char *value, const char *type)
{
	return value && word_is(name_of(trim(value, strlen(value))), type);
}

/* `"text"` and, weakly, `W/"text"`: without quotes. */
static bool unquote(struct word *word, bool weakly)
{
	if (weakly && word->size > 2 && strncmp(word->text, "W/", 2) == 0)
		*word = (struct word){word->text + 2, word->size - 2};
	if (word->size < 2 || word->text[0] != '"' || word->text[word->size - 1] != '"')
		return false;
	*word = (struct word){word->text + 1, word->size - 2};
	return !memchr(word->text, '"', word->size);
}

bool header_is_any(const char *value)
{
	return value && word_is(trim(value, strlen(value)), "*");
}

bool header_is_etags(const char *value)
{
	struct word element;

	while (next_word(&value, ",", &element))
		if (!unquote(&element, true))
			return false;
	return true;
}

bool header_has_etag(const char *list, const char *etag, bool weakly)
{
	struct word wanted = trim(etag, strlen(etag)), element;

	if (!unquote(&wanted, true))
		return false;
	while (next_word(&list, ",", &element))
		if (word_is(element, "*") ||
		    (unquote(&element, weakly) && element.size == wanted.size &&
		     memcmp(element.text, wanted.text, wanted.size) == 0))
			return true;
	return false;
}

int header_etag(const char *value, char *buf, size_t size)
{
	struct word word = trim(value, strlen(value));

	if (!unquote(&word, false) || word.size == 0 || word.size >= size)
		return -EINVAL;
	memcpy(buf, word.text, word.size);
	buf[word.size] = '\0';
	return 0;
}

/* base64 of "user:password"; the buffer is wiped by the caller. */
static int decode_basic(struct word text, char buf[BASIC_MAX])
{
	struct base64_decode_ctx context;
	size_t size = BASIC_MAX - 1;

	base64_decode_init(&context);
	if (BASE64_DECODE_LENGTH(text.size) > size ||
	    !base64_decode_update(&context, &size, (uint8_t *)buf, text.size, text.text) ||
	    !base64_decode_final(&context) || memchr(buf, '\0', size))
		return -EINVAL;
	buf[size] = '\0';
	return 0;
}

static int basic(struct word text, json_t **ret_credential)
{
	char buf[BASIC_MAX] = "", *colon = NULL;
	int r = decode_basic(text, buf);
	json_t *credential = NULL;

	if (r == 0)
		colon = strchr(buf, ':');
	if (colon) {
		*colon = '\0';
		credential = json_pack("{s:s,s:s}", "user", buf, "password", colon + 1);
	}
	explicit_bzero(buf, sizeof(buf));
	if (!credential)
		return -EINVAL;
	*ret_credential = credential;
	return 0;
}

/* A token is of visible characters that need no quoting anywhere (RFC 6750, 2.1; RFC 6265). */
static int token(struct word text, json_t **ret_credential)
{
	char buf[TOKEN_MAX];
	json_t *credential;

	if (text.size == 0 || text.size >= sizeof(buf))
		return -EINVAL;
	for (size_t i = 0; i < text.size; i++)
		if (!isalnum((unsigned char)text.text[i]) && !strchr("-._~+/=", text.text[i]))
			return -EINVAL;
	memcpy(buf, text.text, text.size);
	buf[text.size] = '\0';
	credential = json_pack("{s:s}", "token", buf);
	explicit_bzero(buf, sizeof(buf));
	if (!credential)
		return -ENOMEM;
	*ret_credential = credential;
	return 0;
}

static int authorization(const char *value, json_t **ret_credential)
{
	size_t scheme = strcspn(value, " \t");
	struct word rest = trim(value + scheme, strlen(value + scheme));

	if (word_is((struct word){value, scheme}, "Bearer"))
		return token(rest, ret_credential);
	if (word_is((struct word){value, scheme}, "Basic"))
		return basic(rest, ret_credential);
	return -EINVAL;
}

static bool find_cookie(const char *list, struct word *ret_value)
{
	const size_t length = strlen(SESSION_COOKIE);
	struct word pair;

	while (next_word(&list, ";", &pair)) {
		if (pair.size <= length || pair.text[length] != '=' ||
		    strncmp(pair.text, SESSION_COOKIE, length) != 0)
			continue;
		*ret_value = trim(pair.text + length + 1, pair.size - length - 1);
		return true;
	}
	return false;
}

/* Root says which person it acts for (sudo); of others nothing is believed. */
static const char *peer_name(const struct request *request)
{
	const char *given = request->header[HEADER_USER];
	size_t size = given ? strnlen(given, USER_MAX + 1) : 0;

	if (request->uid != 0)
		return "user";
	return size > 0 && size <= USER_MAX && strspn(given, USER_CHARACTERS) == size ? given
										      : "root";
}

int header_credential(const struct request *request, enum credential *ret_kind,
		      json_t **ret_credential)
{
	const char *given = request->header[HEADER_AUTHORIZATION];
	struct word cookie;
	int r;

	*ret_kind = CREDENTIAL_NONE;
	*ret_credential = NULL;
	if (given) {
		r = authorization(given, ret_credential);
		*ret_kind = r == 0 ? CREDENTIAL_HEADER : CREDENTIAL_NONE;
		return r;
	}
	if (request->local) {
		*ret_kind = CREDENTIAL_PEER;
		*ret_credential = json_pack("{s:I,s:s}", "uid", (json_int_t)request->uid, "name",
					    peer_name(request));
		return *ret_credential ? 0 : -ENOMEM;
	}
	/* A cookie that is none of ours is nobody's, not an error: the page signs in anew. */
	if (find_cookie(request->header[HEADER_COOKIE], &cookie) &&
	    token(cookie, ret_credential) == 0)
		*ret_kind = CREDENTIAL_COOKIE;
	return 0;
}
