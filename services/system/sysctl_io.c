// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/sysctl_io.h"

#include "base/sysctl_io.h"

void sysctl_read(struct sysctl_settings *settings)
{
	for (size_t i = 0; i < settings->n; i++) {
		struct sysctl_setting *setting = &settings->entries[i];

		setting->exists =
			sysctl_get(setting->path, setting->current, sizeof(setting->current)) == 0;
	}
}

int sysctl_write(const struct sysctl_setting *setting)
{
	return sysctl_set(setting->path, setting->value);
}
