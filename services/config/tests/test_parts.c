// SPDX-License-Identifier: GPL-2.0-or-later
/* The difference between documents, and the confirm timer. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "config/confirm.h"
#include "config/delta.h"

static void differs(const char *parent, const char *document, uint32_t prefix, uint32_t suffix)
{
	struct delta d = delta_make(parent, strlen(parent), document, strlen(document));
	_cleanup_free_ char *again = NULL;
	size_t size = 0;

	assert_int_equal(d.prefix, prefix);
	assert_int_equal(d.suffix, suffix);
	assert_int_equal(
		delta_apply(parent, strlen(parent), &d, document + prefix, 1000, &again, &size), 0);
	assert_int_equal(size, strlen(document));
	assert_string_equal(again, document);
}

static void difference_gives_the_document_again(void **state)
{
	(void)state;
	differs("", "", 0, 0);
	differs("", "new", 0, 0);
	differs("old", "", 0, 0);
	differs("same", "same", 4, 0);
	differs("one two three", "one 2 three", 4, 6);
	differs("aaaa", "aa", 2, 0);
	differs("aa", "aaaa", 2, 0);
	differs("abab", "ababab", 4, 0);
	differs("xb", "xab", 1, 1);
}

static void difference_to_something_else_is_refused(void **state)
{
	struct delta d = {.prefix = 3, .suffix = 3, .middle = 1};
	char *document = NULL;
	size_t size;

	(void)state;
	assert_int_equal(delta_apply("abcde", 5, &d, "x", 100, &document, &size), -EBADMSG);
	assert_int_equal(delta_apply("abcdef", 6, &d, "x", 6, &document, &size), -EFBIG);
	d.prefix = d.suffix = UINT32_MAX;
	assert_int_equal(delta_apply("abcdef", 6, &d, "x", 100, &document, &size), -EBADMSG);
	assert_null(document);
}

#define START (100 * NSEC_PER_SEC)

static unsigned int at(struct confirm *c, uint64_t second, bool quorate)
{
	return confirm_tick(c, quorate, START + second * NSEC_PER_SEC);
}

static struct confirm waiting(uint32_t seconds)
{
	struct confirm c = {0};
	struct revision r = {.number = 5, .kind = REVISION_CHANGE, .confirm_s = 600};

	assert_int_equal(confirm_applied(&c, &r, seconds, START), CONFIRM_SAVE_REMAINING);
	return c;
}

static void time_left_is_saved(void **state)
{
	struct confirm c = waiting(25);

	(void)state;
	assert_int_equal(confirm_remaining(&c, START), 25);
	assert_int_equal(confirm_remaining(&c, START + 1), 25);
	assert_int_equal(confirm_deadline(&c), START + 10 * NSEC_PER_SEC);
	assert_int_equal(at(&c, 9, true), 0);
	assert_int_equal(at(&c, 10, true), CONFIRM_SAVE_REMAINING);
	assert_int_equal(confirm_remaining(&c, START + 10 * NSEC_PER_SEC), 15);
	assert_int_equal(at(&c, 11, true), 0);
	assert_int_equal(at(&c, 20, true), CONFIRM_SAVE_REMAINING);
	assert_int_equal(confirm_deadline(&c), START + 25 * NSEC_PER_SEC);
}

static void end_with_quorum_proposes_then_reverts(void **state)
{
	struct confirm c = waiting(5);

	(void)state;
	assert_int_equal(at(&c, 5, true), CONFIRM_PROPOSE_REVERT);
	assert_int_equal(confirm_deadline(&c), START + 7 * NSEC_PER_SEC);
	assert_int_equal(at(&c, 6, true), 0);
	assert_int_equal(at(&c, 7, true), CONFIRM_REVERT_LOCALLY);
	assert_int_equal(at(&c, 8, true), 0);
	assert_int_equal(confirm_deadline(&c), START + 15 * NSEC_PER_SEC);
	assert_int_equal(at(&c, 15, true), CONFIRM_PROPOSE_REVERT);
}

static void end_without_quorum_reverts_at_once(void **state)
{
	struct confirm c = waiting(5);

	(void)state;
	assert_int_equal(at(&c, 5, false), CONFIRM_REVERT_LOCALLY);
	assert_int_equal(at(&c, 6, false), 0);
	/* The quorum is back: the log is to say it as well. */
	assert_int_equal(at(&c, 30, true) & CONFIRM_PROPOSE_REVERT, CONFIRM_PROPOSE_REVERT);
}

static void the_log_wins(void **state)
{
	struct confirm c = waiting(5), other;
	struct revision r = {.number = 6, .kind = REVISION_CONFIRM, .refers = 5};

	(void)state;
	other = c;
	assert_int_equal(confirm_applied(&c, &r, 0, START), 0);
	assert_int_equal(confirm_deadline(&c), UINT64_MAX);
	c = other;
	at(&c, 5, false);
	assert_int_equal(confirm_applied(&c, &r, 0, START), CONFIRM_OVERRULED);
	c = other;
	at(&c, 5, false);
	r.kind = REVISION_REVERT;
	assert_int_equal(confirm_applied(&c, &r, 0, START), 0);
	assert_int_equal(at(&c, 100, false), 0);
}

static void run_out_during_the_reboot(void **state)
{
	struct confirm c = waiting(0);

	(void)state;
	assert_int_equal(confirm_deadline(&c), START);
	assert_int_equal(at(&c, 0, false), CONFIRM_REVERT_LOCALLY);
}

static void applied_again_keeps_the_earlier_end(void **state)
{
	struct confirm c = waiting(5);
	struct revision r = {.number = 5, .kind = REVISION_CHANGE, .confirm_s = 600};

	(void)state;
	assert_int_equal(confirm_applied(&c, &r, 600, START), 0);
	assert_int_equal(confirm_remaining(&c, START), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(difference_gives_the_document_again),
		cmocka_unit_test(difference_to_something_else_is_refused),
		cmocka_unit_test(time_left_is_saved),
		cmocka_unit_test(end_with_quorum_proposes_then_reverts),
		cmocka_unit_test(end_without_quorum_reverts_at_once),
		cmocka_unit_test(the_log_wins),
		cmocka_unit_test(run_out_during_the_reboot),
		cmocka_unit_test(applied_again_keeps_the_earlier_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
