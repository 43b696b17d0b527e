// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/passphrase_io.h"

#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "join/words.h"

#define SALT_SIZE 32
#define COST 7 /* 64 MiB; 0.1 s on the processor of a small router */

_Static_assert(PASSPHRASE_HASH_MAX >= CRYPT_OUTPUT_SIZE, "a result fits");

/* A line without its end; what is longer is refused, not cut off. */
static int read_line(char *line)
{
	size_t length;

	if (!fgets(line, PASSPHRASE_MAX, stdin))
		return -EINVAL;
	length = strcspn(line, "\n");
	if (line[length] != '\n' && length == PASSPHRASE_MAX - 1)
		return -EINVAL;
	line[length] = '\0';
	return 0;
}

static int ask(const char *prompt, char *line)
{
	struct termios before, quiet;
	int r;

	if (tcgetattr(STDIN_FILENO, &before) < 0)
		return read_line(line);
	quiet = before;
	/* As getpass(3): a signal must not leave the terminal like that. */
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	/* Last: who types at once is neither shown nor thrown away. */
	fputs(prompt, stderr);
	r = read_line(line);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputs("\n", stderr);
	return r;
}

static int confirm(const char *passphrase, char *words, size_t size)
{
	char again[PASSPHRASE_MAX];
	bool same;

	if (!isatty(STDIN_FILENO))
		return 0;
	same = ask("again: ", again) == 0 && strcmp(again, passphrase) == 0;
	explicit_bzero(again, sizeof(again));
	if (!same)
		words_set(words, size, "the passphrases are not the same");
	return same ? 0 : -EINVAL;
}

int passphrase_read(bool is_new, char ret_passphrase[PASSPHRASE_MAX], char *words, size_t size)
{
	int r = ask("passphrase: ", ret_passphrase);

	if (r == 0 && (!is_new || strlen(ret_passphrase) >= PASSPHRASE_MIN))
		return is_new ? confirm(ret_passphrase, words, size) : 0;
	words_set(words, size, "the passphrase: allowed are %d to %d characters",
		  is_new ? PASSPHRASE_MIN : 1, PASSPHRASE_MAX - 1);
	return -EINVAL;
}

int passphrase_setting(char *ret_setting, size_t size)
{
	char salt[SALT_SIZE], setting[CRYPT_GENSALT_OUTPUT_SIZE];

	if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		return -EIO;
	if (!crypt_gensalt_rn("$y$", COST, salt, sizeof(salt), setting, sizeof(setting)))
		return -errno;
	if (strlen(setting) >= size)
		return -ENOSPC;
	memcpy(ret_setting, setting, strlen(setting) + 1);
	return 0;
}

static void wipe_crypt(struct crypt_data **data)
{
	if (*data)
		explicit_bzero(*data, sizeof(**data));
	free(*data);
}

int passphrase_hash(const char *passphrase, const char *setting, char *ret_hash)
{
	_cleanup_(wipe_crypt) struct crypt_data *data = calloc(1, sizeof(*data));
	const char *result;

	if (!data)
		return -ENOMEM;
	result = crypt_rn(passphrase, setting, data, (int)sizeof(*data));
	if (!result || result[0] == '*')
		return errno == ENOMEM ? -ENOMEM : -EINVAL;
	memcpy(ret_hash, result, strlen(result) + 1);
	return 0;
}
