/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests that repeat something: the sanitizers slow them down, so a quarter does there. */
#ifndef TRIREME_BASE_TESTS_SHARE_H
#define TRIREME_BASE_TESTS_SHARE_H

#ifdef __SANITIZE_ADDRESS__
#define TEST_SHARE 4
#else
#define TEST_SHARE 1
#endif

#endif
