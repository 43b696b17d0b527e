/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all users of libbpf do alike. */
#ifndef TRIREME_BASE_BPF_IO_H
#define TRIREME_BASE_BPF_IO_H

/* What libbpf says goes to the log at LOG_DEBUG; what counts is what its functions return. */
void bpf_io_log(void);

/* -ENOENT: the folder is of no bpf file system; else the errno of statfs(2). */
int bpf_io_check_folder(const char *folder);

#endif
