// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bpf_io.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/magic.h>
#include <qb/qblog.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

static int print(enum libbpf_print_level level, const char *format, va_list args)
{
	char text[256];

	(void)level;
	vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\n")] = '\0';
	qb_log(LOG_DEBUG, "%s", text);
	return 0;
}

void bpf_io_log(void)
{
	libbpf_set_print(print);
}

int bpf_io_check_folder(const char *folder)
{
	struct statfs fs;

	if (statfs(folder, &fs) < 0)
		return -errno;
	return fs.f_type == BPF_FS_MAGIC ? 0 : -ENOENT;
}
