/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The audit's file, and the same to syslog. The broker writes it, and those who do without the
 * broker: the console's menu, joining and backup.
 */
#ifndef TRIREME_BASE_AUDIT_IO_H
#define TRIREME_BASE_AUDIT_IO_H

#include <pthread.h>

#include "base/audit.h"

#define AUDIT_FILE "audit"
#define AUDIT_FILE_OLD "audit.old"	 /* what was in the file when it was full */
#define AUDIT_FILE_MAX ((size_t)1 << 20) /* bytes of each of the two */
#define AUDIT_ENTRIES_MAX 1000		 /* of one answer */

#define AUDIT_FOLDER "/data/trireme"

struct audit_io {
	const char *folder;
	pthread_mutex_t lock;
};

/* The folder's text must stay valid. */
void audit_open(const char *folder, struct audit_io *ret_audit);

/*
 * Notes it, on disk before this returns; entry->time is set here. Where the file cannot be written,
 * syslog has it all the same. For threads; of
 * several processes, one writes at a time.
 */
void audit_note(struct audit_io *audit, struct audit_entry *entry);

/*
 * Notes what a person has done at this machine's console, who has no name there. root: "" or a
 * folder instead of /, for tests. error: 0 or -errno of what was done.
 */
void audit_note_console(const char *root, const char *action, const char *target, int error);

/* The last n entries, oldest first; *ret_entries is the caller's. -ENOMEM, or errno of a file. */
int audit_read(struct audit_io *audit, size_t n, json_t **ret_entries);

#endif
