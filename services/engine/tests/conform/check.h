/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a frame is the one that a case wants. */
#ifndef TRIREME_ENGINE_TESTS_CHECK_H
#define TRIREME_ENGINE_TESTS_CHECK_H

#include "engine/tests/conform/run.h"

#define CHECK_WHY_MAX 1600

/*
 * The result is `wanted`, byte by byte. Of a quoted packet the checksum of its own transport may be
 * that of `in`, unchanged: nobody can verify it (RFC 5508, 4.2), and the kernel leaves it so.
 */
int check_out(const struct case_frame *wanted, const struct case_frame *in,
	      const struct run_result *result, char why[CHECK_WHY_MAX]);

/* The result is an ICMP error of the router about the frame that was sent. */
int check_answer(const struct case_packet *wanted, const struct case_frame *in, const uint8_t *sent,
		 size_t n_sent, const struct run_result *result, char why[CHECK_WHY_MAX]);

#endif
