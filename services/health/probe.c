// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/probe.h"

#include <assert.h>
#include <string.h>

#define SILENT "closes the connection without an answer"

/* The first bytes of an answer: so many have come. */
struct answer {
	const uint8_t *bytes;
	size_t size;
};

struct protocol {
	const void *request;
	size_t request_size;
	enum probe_verdict (*judge)(const struct answer *answer, const char **ret_why);
	const char *stranger; /* why: the answer is of another protocol, or is none */
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t be24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static uint32_t le16(const uint8_t *p)
{
	return (uint32_t)p[1] << 8 | p[0];
}

/* Whether the answer begins with so many of these bytes, as far as it is there. */
static bool begins(const struct answer *a, size_t at, const void *with, size_t size)
{
	if (a->size <= at)
		return true;
	if (size > a->size - at)
		size = a->size - at;
	return memcmp(a->bytes + at, with, size) == 0;
}

/* --- NFS: a record of ONC RPC */

#define RPC_XID 'T', 'R', 'I', 'R'
#define WORD(value) 0, 0, 0, value
#define NFS_PROGRAM 0x00, 0x01, 0x86, 0xa3 /* 100003 */

/* The last fragment, of 40 bytes: a call of RPC version 2 to the program's version 4, procedure
 * NULL, without credentials and verifier (flavor and length each). The number of the call is any:
 * nothing else is asked on this connection. */
static const uint8_t nfs_request[] = {0x80,    0,	0,	     40,      RPC_XID,
				      WORD(0), WORD(2), NFS_PROGRAM, WORD(4), WORD(0),
				      WORD(0), WORD(0), WORD(0),     WORD(0)};

enum { RPC_SUCCESS, RPC_PROG_UNAVAIL, RPC_PROG_MISMATCH };
enum { RPC_ACCEPTED, RPC_DENIED };

/* An answer to another version than the server has names those that it has: it is there, too. */
static enum probe_verdict judge_accepted(const struct answer *a, const char **ret_why)
{
	uint32_t verifier = be32(a->bytes + 20);
	size_t at;

	/* Without credentials the verifier is empty; room for one that is not is limited. */
	if (verifier > 64)
		return PROBE_BAD;
	at = 24 + (verifier + 3) / 4 * 4;
	if (a->size < at + 4)
		return PROBE_MORE;
	switch (be32(a->bytes + at)) {
	case RPC_SUCCESS:
	case RPC_PROG_MISMATCH:
		return PROBE_GOOD;
	case RPC_PROG_UNAVAIL:
		return PROBE_BAD;
	default:
		*ret_why = "its NFS server reports an error";
		return PROBE_BAD;
	}
}

static enum probe_verdict judge_nfs(const struct answer *a, const char **ret_why)
{
	static const uint8_t reply[] = {RPC_XID, 0, 0, 0, 1};

	if (!begins(a, 4, reply, sizeof(reply)))
		return PROBE_BAD;
	if (a->size >= 4 && (be24(a->bytes + 1) < 20 || be24(a->bytes + 1) > 1024))
		return PROBE_BAD;
	if (a->size < 16)
		return PROBE_MORE;
	if (be32(a->bytes + 12) == RPC_DENIED) {
		*ret_why = "answers, but refuses the call without credentials";
		return PROBE_BAD;
	}
	if (be32(a->bytes + 12) != RPC_ACCEPTED)
		return PROBE_BAD;
	return a->size < 24 ? PROBE_MORE : judge_accepted(a, ret_why);
}

/* --- SMB 2 and 3, behind the length that direct TCP has (MS-SMB2 2.1) */

#define SMB_ID 0xfe, 'S', 'M', 'B'

static const struct {
	uint8_t length[4], header[64], body[36], dialects[8];
} smb_request = {
	.length = {0, 0, 0, 64 + 36 + 8},
	/* Command 0, NEGOTIATE; one credit is asked for. */
	.header = {SMB_ID, 64, [14] = 1},
	/* Four dialects, signing is possible, and this client's GUID. */
	.body = {36,   0,    4,	   0,	 1,    0,    0,	   0,	 0,    0,
		 0,    0,    0x6f, 0x9b, 0x1f, 0x0c, 0x5d, 0x3a, 0x4b, 0x7e,
		 0x8c, 0x2d, 0x10, 0xa4, 0x5e, 0x6f, 0x77, 0x88},
	/* 2.0.2, 2.1, 3.0, 3.0.2; a server that wants 3.1.1 alone says so, in an answer. */
	.dialects = {0x02, 0x02, 0x10, 0x02, 0x00, 0x03, 0x02, 0x03},
};

static enum probe_verdict judge_smb(const struct answer *a, const char **ret_why)
{
	static const uint8_t id[] = {SMB_ID, 64, 0};
	static const uint8_t old_id[] = {0xff, 'S', 'M', 'B'};

	if (a->size >= 8 && begins(a, 4, old_id, sizeof(old_id))) {
		*ret_why = "answers, but with SMB 1 only";
		return PROBE_BAD;
	}
	if (!begins(a, 0, "", 1) || !begins(a, 4, id, sizeof(id)))
		return PROBE_BAD;
	if (a->size >= 4 && be24(a->bytes + 1) < 64)
		return PROBE_BAD;
	if (a->size < 4 + 20)
		return PROBE_MORE;
	/* An answer (flag 1) to NEGOTIATE; whatever its status, a server has sent it. */
	return le16(a->bytes + 16) == 0 && a->bytes[20] & 1 ? PROBE_GOOD : PROBE_BAD;
}

/* --- iSCSI */

#define ISCSI_WORDS                                                                 \
	"InitiatorName=iqn.2026-11.invalid.trireme:health\0SessionType=Discovery\0" \
	"AuthMethod=None"
#define ISCSI_LOGIN_RESPONSE 0x23
#define ISCSI_TARGET_ERROR 3

static const struct {
	uint8_t header[48];
	char words[(sizeof(ISCSI_WORDS) + 3) / 4 * 4];
} iscsi_request = {
	/* Login, immediate; from the security stage to the operational one, where it ends. */
	.header = {0x43, 0x81, 0, 0, 0, 0, 0, sizeof(ISCSI_WORDS),
		   /* A random ISID (2^47), no session yet, task 1, connection 0, command 1. */
		   0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1},
	.words = ISCSI_WORDS,
};

static enum probe_verdict judge_iscsi(const struct answer *a, const char **ret_why)
{
	static const uint8_t opcode = ISCSI_LOGIN_RESPONSE, task[] = {WORD(1)};

	if (!begins(a, 0, &opcode, 1) || !begins(a, 16, task, sizeof(task)))
		return PROBE_BAD;
	if (a->size < 48)
		return PROBE_MORE;
	/* Success, another address, or a refusal of this initiator: all of a target that works. */
	if (a->bytes[36] < ISCSI_TARGET_ERROR)
		return PROBE_GOOD;
	*ret_why = "its iSCSI target reports an error";
	return PROBE_BAD;
}

/* --- PostgreSQL */

static const uint8_t postgresql_request[] = {0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f};

static enum probe_verdict judge_postgresql(const struct answer *a, const char **ret_why)
{
	if (a->size == 0)
		return PROBE_MORE;
	if (a->bytes[0] == 'S' || a->bytes[0] == 'N')
		return PROBE_GOOD;
	if (a->bytes[0] == 'E')
		*ret_why = "its database server reports an error";
	return PROBE_BAD;
}

/* --- MySQL, MariaDB */

#define MYSQL_VERSION 10
#define MYSQL_ERROR 0xff
#define MYSQL_TOO_MANY_CONNECTIONS 1040
#define MYSQL_HOST_BLOCKED 1129
#define MYSQL_HOST_NOT_PRIVILEGED 1130

static enum probe_verdict judge_mysql_error(const struct answer *a, const char **ret_why)
{
	if (a->size < 7)
		return PROBE_MORE;
	switch (le16(a->bytes + 5)) {
	case MYSQL_HOST_BLOCKED:
	case MYSQL_HOST_NOT_PRIVILEGED:
		/* It does not want this router, which is no client of it. */
		return PROBE_GOOD;
	case MYSQL_TOO_MANY_CONNECTIONS:
		*ret_why = "its database server has too many connections";
		return PROBE_BAD;
	default:
		*ret_why = "its database server reports an error";
		return PROBE_BAD;
	}
}

static enum probe_verdict judge_mysql(const struct answer *a, const char **ret_why)
{
	uint32_t length;

	if (a->size < 5)
		return PROBE_MORE;
	/* A packet's length, its number, and what it is. */
	length = le16(a->bytes) | (uint32_t)a->bytes[2] << 16;
	if (length < 3 || length > 1024 || a->bytes[3] != 0)
		return PROBE_BAD;
	if (a->bytes[4] == MYSQL_ERROR)
		return judge_mysql_error(a, ret_why);
	if (a->bytes[4] != MYSQL_VERSION)
		return PROBE_BAD;
	/* The server's version follows, as text. */
	if (a->size < 7)
		return PROBE_MORE;
	return a->bytes[5] >= '0' && a->bytes[5] <= '9' ? PROBE_GOOD : PROBE_BAD;
}

/* --- all of them */

static enum probe_verdict judge_connect(const struct answer *a, const char **ret_why)
{
	(void)a;
	(void)ret_why;
	return PROBE_GOOD;
}

static const struct protocol protocols[] = {
	[PROBE_CONNECT] = {NULL, 0, judge_connect, ""},
	[PROBE_NFS] = {nfs_request, sizeof(nfs_request), judge_nfs,
		       "answers, but not as an NFS server"},
	[PROBE_SMB] = {&smb_request, sizeof(smb_request), judge_smb,
		       "answers, but not as an SMB server"},
	[PROBE_ISCSI] = {&iscsi_request, sizeof(iscsi_request), judge_iscsi,
			 "answers, but not as an iSCSI target"},
	[PROBE_POSTGRESQL] = {postgresql_request, sizeof(postgresql_request), judge_postgresql,
			      "answers, but not as a PostgreSQL server"},
	[PROBE_MYSQL] = {NULL, 0, judge_mysql, "answers, but not as a MySQL server"},
};

static_assert(sizeof(iscsi_request) <= PROBE_REQUEST_MAX &&
		      sizeof(smb_request) <= PROBE_REQUEST_MAX,
	      "requests fit");

size_t probe_request(enum probe_type type, uint8_t buf[PROBE_REQUEST_MAX])
{
	const struct protocol *p = &protocols[type];

	if (p->request_size)
		memcpy(buf, p->request, p->request_size);
	return p->request_size;
}

enum probe_verdict probe_judge(enum probe_type type, const uint8_t *answer, size_t size, bool ended,
			       const char **ret_why)
{
	const struct protocol *p = &protocols[type];
	const struct answer a = {.bytes = answer, .size = size};
	const char *why = NULL;
	enum probe_verdict verdict = p->judge(&a, &why);

	if (verdict == PROBE_MORE && (ended || size >= PROBE_ANSWER_MAX))
		verdict = PROBE_BAD;
	if (verdict == PROBE_BAD)
		*ret_why = why ? why : size ? p->stranger : SILENT;
	return verdict;
}
