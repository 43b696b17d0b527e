// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What recorded answers are taken for, whole and cut off after every byte, and garbage. Recorded
 * from nfs-ganesha 4.3, smbd 4.17, tgtd 1.0.85, PostgreSQL 15.18 and MariaDB 10.11.19; those that
 * say "written" come from the protocol's description.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "health/probe.h"

#define N_TYPES (PROBE_MYSQL + 1)
#define SILENT "closes the connection without an answer"

struct answer {
	enum probe_type type;
	const char *name;
	const char *bytes;
	size_t size;
	const char *why; /* NULL: good */
};

#define ANSWER(type, name, bytes, why)                    \
	{                                                 \
		type, name, bytes, sizeof(bytes) - 1, why \
	}
#define NFS_REPLY "TRIR\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0"
#define LOGIN_START "\x23\x81\0\0\0\0\0\0\x80\0\0\0\0\1\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\2\0\0\0\0"
#define ZEROS_8 "\0\0\0\0\0\0\0\0"

static const struct answer answers[] = {
	ANSWER(PROBE_NFS, "version 4", "\x80\0\0\x18" NFS_REPLY "\0\0\0\0", NULL),
	ANSWER(PROBE_NFS, "only version 3 (written)",
	       "\x80\0\0\x20" NFS_REPLY "\0\0\0\2\0\0\0\3\0\0\0\3", NULL),
	ANSWER(PROBE_NFS, "not this program", "\x80\0\0\x18" NFS_REPLY "\0\0\0\1",
	       "answers, but not as an NFS server"),
	ANSWER(PROBE_NFS, "a verifier of 3 bytes (written)",
	       "\x80\0\0\x1c"
	       "TRIR\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\3abc\0\0\0\0\0",
	       NULL),
	ANSWER(PROBE_NFS, "system error (written)", "\x80\0\0\x18" NFS_REPLY "\0\0\0\5",
	       "its NFS server reports an error"),
	ANSWER(PROBE_NFS, "denied (written)",
	       "\x80\0\0\x14"
	       "TRIR\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\5",
	       "answers, but refuses the call without credentials"),
	ANSWER(PROBE_NFS, "another call's number", "\x80\0\0\x18TRIS\0\0\0\1" ZEROS_8 ZEROS_8,
	       "answers, but not as an NFS server"),
	ANSWER(PROBE_SMB, "dialect 3.0.2",
	       "\0\0\0\xca\xfeSMB\x40\0\0\0\0\0\0\0\0\0\1\0\1\0\0\0" ZEROS_8 ZEROS_8 ZEROS_8 ZEROS_8
		       ZEROS_8 "\0\0\0\0\x41\0\1\0\2\3",
	       NULL),
	ANSWER(PROBE_SMB, "none of our dialects (written)",
	       "\0\0\0\x49\xfeSMB\x40\0\0\0\xbb\0\0\xc0\0\0\1\0\1\0\0\0" ZEROS_8, NULL),
	ANSWER(PROBE_SMB, "SMB 1 only (written)", "\0\0\0\x27\xffSMBr\0\0\0",
	       "answers, but with SMB 1 only"),
	ANSWER(PROBE_SMB, "our own request", "\0\0\0\x6c\xfeSMB\x40\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0",
	       "answers, but not as an SMB server"),
	ANSWER(PROBE_ISCSI, "success",
	       LOGIN_START "\0\0\0\0" ZEROS_8 "TargetPortalGroupTag=1\0AuthMethod=None\0", NULL),
	ANSWER(PROBE_ISCSI, "missing parameter", LOGIN_START "\2\7\0\0" ZEROS_8, NULL),
	ANSWER(PROBE_ISCSI, "out of service (written)", LOGIN_START "\3\1\0\0" ZEROS_8,
	       "its iSCSI target reports an error"),
	ANSWER(PROBE_ISCSI, "Reject (written)", "\x3f\x80\4\0" ZEROS_8,
	       "answers, but not as an iSCSI target"),
	ANSWER(PROBE_POSTGRESQL, "TLS", "S", NULL),
	ANSWER(PROBE_POSTGRESQL, "no TLS", "N", NULL),
	ANSWER(PROBE_POSTGRESQL, "error", "E\0\0\0\x8bSFATAL",
	       "its database server reports an error"),
	ANSWER(PROBE_MYSQL, "greeting",
	       "\x64\0\0\0\x0a"
	       "5.5.5-10.11.19-MariaDB-0+deb12u1\0\3\0\0\0a#&5x~2x\0",
	       NULL),
	ANSWER(PROBE_MYSQL, "host is blocked (written)", "\x40\0\0\0\xff\x69\4Host", NULL),
	ANSWER(PROBE_MYSQL, "host is not allowed (written)", "\x40\0\0\0\xff\x6a\4Host", NULL),
	ANSWER(PROBE_MYSQL, "too many connections (written)", "\x17\0\0\0\xff\x10\4Too",
	       "its database server has too many connections"),
	ANSWER(PROBE_MYSQL, "shutdown (written)", "\x20\0\0\0\xff\x1d\4Server",
	       "its database server reports an error"),
	ANSWER(PROBE_MYSQL, "protocol 9 (written)",
	       "\x20\0\0\0\x09"
	       "3.20",
	       "answers, but not as a MySQL server"),
};

static const char *const strangers[N_TYPES] = {
	[PROBE_NFS] = "answers, but not as an NFS server",
	[PROBE_SMB] = "answers, but not as an SMB server",
	[PROBE_ISCSI] = "answers, but not as an iSCSI target",
	[PROBE_POSTGRESQL] = "answers, but not as a PostgreSQL server",
	[PROBE_MYSQL] = "answers, but not as a MySQL server",
};

/* Of a block of its own size, so that a byte too much is seen (SANITIZE=1). */
static enum probe_verdict judge(enum probe_type type, const char *bytes, size_t size, bool ended,
				const char **ret_why)
{
	uint8_t *copy = test_malloc(size ? size : 1);
	enum probe_verdict verdict;

	memcpy(copy, bytes, size);
	verdict = probe_judge(type, copy, size, ended, ret_why);
	test_free(copy);
	return verdict;
}

static void recorded_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct answer *a = &answers[i];
		const char *why = NULL;
		enum probe_verdict v = judge(a->type, a->bytes, a->size, false, &why);

		if (v != (a->why ? PROBE_BAD : PROBE_GOOD))
			fail_msg("%s %s: verdict %d", strangers[a->type], a->name, v);
		if (a->why)
			assert_string_equal(why, a->why);
	}
}

/* However the network cuts an answer, it is the same in the end, or is waited for. */
static void answers_in_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct answer *a = &answers[i];
		enum probe_verdict last = PROBE_MORE;
		const char *why;

		for (size_t size = 0; size <= a->size; size++) {
			enum probe_verdict v = judge(a->type, a->bytes, size, false, &why);

			if (last != PROBE_MORE && v != last)
				fail_msg("%s: %d, then %d", a->name, last, v);
			last = v;
			if (v != PROBE_MORE)
				continue;
			assert_int_equal(judge(a->type, a->bytes, size, true, &why), PROBE_BAD);
			assert_string_equal(why, size ? strangers[a->type] : SILENT);
		}
		assert_int_not_equal(last, PROBE_MORE);
	}
}

static void answers_of_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct answer *a = &answers[i];

		for (int type = PROBE_NFS; type < N_TYPES; type++) {
			const char *why;

			if (type == (int)a->type)
				continue;
			assert_int_equal(judge(type, a->bytes, a->size, true, &why), PROBE_BAD);
		}
	}
}

static void other_services(void **state)
{
	static const char *const said[] = {
		"HTTP/1.1 400 Bad Request\r\n\r\n",
		"220 mail.example.org ESMTP\r\n",
		"-ERR unknown command\r\n",
		"RFB 003.008\n",
		"\x15\x03\x01",
	};
	char full[PROBE_ANSWER_MAX];

	(void)state;
	for (int type = PROBE_NFS; type < N_TYPES; type++) {
		const char *why;

		for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
			assert_int_equal(judge(type, said[i], strlen(said[i]), true, &why),
					 PROBE_BAD);
			assert_string_equal(why, strangers[type]);
		}
		/* Bytes without end are not collected. */
		for (int byte = 0; byte < 256; byte++) {
			memset(full, byte, sizeof(full));
			if (type == PROBE_POSTGRESQL && strchr("NSE", byte) && byte)
				continue;
			assert_int_equal(judge(type, full, sizeof(full), false, &why), PROBE_BAD);
			assert_string_equal(why, strangers[type]);
		}
	}
}

static void requests(void **state)
{
	static const size_t sizes[N_TYPES] = {[PROBE_NFS] = 44,
					      [PROBE_SMB] = 112,
					      [PROBE_ISCSI] = 48 + 88,
					      [PROBE_POSTGRESQL] = 8};
	uint8_t buf[PROBE_REQUEST_MAX];

	(void)state;
	for (int type = 0; type < N_TYPES; type++)
		assert_int_equal(probe_request(type, buf), sizes[type]);
	/* The length in front of each is that of what follows. */
	probe_request(PROBE_NFS, buf);
	assert_int_equal(buf[3], 44 - 4);
	probe_request(PROBE_SMB, buf);
	assert_int_equal(buf[3], 112 - 4);
	probe_request(PROBE_POSTGRESQL, buf);
	assert_int_equal(buf[3], 8);
	/* Of text with its NUL, without the padding. */
	probe_request(PROBE_ISCSI, buf);
	assert_true(buf[7] <= 88 && buf[7] > 84);
	assert_int_equal(buf[48 + buf[7] - 1], 0);
	assert_int_equal(buf[48 + buf[7] - 2], 'e');
}

static void a_connection_is_enough(void **state)
{
	uint8_t buf[PROBE_REQUEST_MAX];
	const char *why;

	(void)state;
	assert_int_equal(probe_request(PROBE_CONNECT, buf), 0);
	assert_int_equal(judge(PROBE_CONNECT, "", 0, false, &why), PROBE_GOOD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_answers),  cmocka_unit_test(answers_in_pieces),
		cmocka_unit_test(answers_of_others), cmocka_unit_test(other_services),
		cmocka_unit_test(requests),	     cmocka_unit_test(a_connection_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
