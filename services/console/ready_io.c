// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/ready_io.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock_io.h"

#define WORDS_MAX 1024

int ready_wait(const struct machine *machine, unsigned int seconds)
{
	static const struct timespec pause = {.tv_nsec = 200 * NSEC_PER_MSEC};
	uint64_t end = clock_boot_ns() + seconds * NSEC_PER_SEC;

	for (;;) {
		_cleanup_(view_clear) struct view view = {0};
		char words[WORDS_MAX];
		struct text why = TEXT_ON(words);

		machine_look(machine, NULL, &view);
		if (view_ready(&view, &why)) {
			puts("ready");
			return 0;
		}
		if (clock_boot_ns() >= end) {
			printf("not ready: %s\n", words);
			return -ETIME;
		}
		nanosleep(&pause, NULL);
	}
}
