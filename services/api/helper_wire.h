/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the broker and its helper (helper_io.h) say to each other, each one packet. */
#ifndef TRIREME_API_HELPER_WIRE_H
#define TRIREME_API_HELPER_WIRE_H

#include <stdint.h>

#include "api/request.h"
#include "schema/config.h"

struct helper_question {
	uint32_t number;
	char password[REQUEST_PASSWORD_MAX];
	char hash[CONFIG_PASSWORD_MAX];
};

struct helper_verdict {
	uint32_t number; /* of the question */
	int32_t result;	 /* as crypt_io_check() */
};

/* The helper itself: answers questions of fd until its other end is closed. Does not return. */
_Noreturn void helper_run(int fd);

#endif
