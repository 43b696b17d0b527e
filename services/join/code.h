/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The code that joins a machine: 24 characters of Crockford's base32 (digits and capitals without
 * I, L, O and U; https://www.crockford.com/base32.html) in three groups of eight. The first seven
 * of each are data, 35 bits, in the order pin, secret; the eighth is chosen so that over GF(32),
 * with the characters d and a generator a,
 *
 *   d0 + a d1 + a^2 d2 + … + a^7 d7 = number of the group, 1 to 3
 *
 * No two characters count the same: each one that is wrong, every two that are exchanged, within a
 * group or between two, and exchanged groups are found for certain; other errors of a group in 31
 * of 32 cases. Pure.
 */
#ifndef TRIREME_JOIN_CODE_H
#define TRIREME_JOIN_CODE_H

#include <stddef.h>
#include <stdint.h>

#define CODE_CHARACTERS 24
#define CODE_GROUPS 3
#define CODE_TEXT_MAX (CODE_CHARACTERS + CODE_GROUPS) /* with dashes and NUL */
#define CODE_TYPED_MAX 128			      /* characters of a code as it is typed */
#define CODE_PROBLEM_MAX 160

#define CODE_PIN_SIZE 8	   /* bytes of SHA-256 of the certificate's public key (RFC 7469) */
#define CODE_SECRET_SIZE 6 /* 41 bits: of the first byte only the lowest counts, others are 0 */

struct code {
	uint8_t pin[CODE_PIN_SIZE];
	uint8_t secret[CODE_SECRET_SIZE];
};

/* Random bytes become a secret: the bits that do not count are cleared. */
void code_trim_secret(uint8_t secret[CODE_SECRET_SIZE]);

/* "ABCDEFGH-JKMNPQRS-TVWXYZ01" into ret_text (CODE_TEXT_MAX). */
void code_format(const struct code *code, char *ret_text);

/*
 * A code as a person types it: either case, I and L for 1, O for 0, blanks and dashes anywhere.
 * -EINVAL: problem (CODE_PROBLEM_MAX) says in words what is wrong, and in which group.
 */
int code_parse(const char *text, struct code *ret_code, char *problem);

#endif
