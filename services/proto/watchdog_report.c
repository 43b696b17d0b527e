// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/watchdog_report.h"

#include <string.h>

#include "base/cleanup.h"

const char *watchdog_text(uint32_t verdict)
{
	static const char *const texts[] = {
		[WATCHDOG_PET] = "the agent is well",
		[WATCHDOG_HUNG] = "the agent hangs",
		[WATCHDOG_GONE] = "the agent is gone",
		[WATCHDOG_CRASHING] = "the agent ends again and again",
	};

	return verdict < ARRAY_SIZE(texts) ? texts[verdict] : "?";
}

const char *watchdog_word(enum watchdog_standing standing)
{
	static const char *const words[] = {
		[WATCHDOG_PETTED] = "petted", [WATCHDOG_NOT_PETTED] = "not-petted",
		[WATCHDOG_OFF] = "off",	      [WATCHDOG_NONE] = "none",
		[WATCHDOG_SILENT] = "silent",
	};

	return words[standing];
}

enum watchdog_standing watchdog_standing(const void *report, size_t size, uint64_t now,
					 struct text *why)
{
	struct watchdog_report r;

	if (!report || size != sizeof(r)) {
		text_add(why, "trireme-watchdog has not run since the boot");
		return WATCHDOG_SILENT;
	}
	memcpy(&r, report, sizeof(r));
	if (r.version != WATCHDOG_REPORT_VERSION) {
		text_add(why, "trireme-watchdog is of another version");
		return WATCHDOG_SILENT;
	}
	if (now > r.told + WATCHDOG_SILENT_NS) {
		text_add(why, "trireme-watchdog does not run; it has said nothing for %llu s",
			 (unsigned long long)((now - r.told) / 1000000000ULL));
		return WATCHDOG_SILENT;
	}
	if (!r.enabled) {
		text_add(why, "switched off by the configuration");
		return WATCHDOG_OFF;
	}
	if (!r.device[0]) {
		text_add(why, "this machine has no watchdog");
		return WATCHDOG_NONE;
	}
	if (r.verdict != WATCHDOG_PET) {
		text_add(why, "%s", watchdog_text(r.verdict));
		return WATCHDOG_NOT_PETTED;
	}
	if (r.error) {
		text_add(why, "the device takes nothing (error %d)", -r.error);
		return WATCHDOG_NOT_PETTED;
	}
	return WATCHDOG_PETTED;
}
