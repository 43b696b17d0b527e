/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk that loses power, under SQLite: a VFS above the real one that records what is written,
 * cut, synced, made and deleted, and builds what could be on the disk when the power goes at any
 * moment. Syncs are not handed down: what counts is what was recorded. One process, one thread.
 *
 * The disk: a synced file has all that was written to it before, and is in its folder. Of writes
 * and cuts since the last sync any subset may be there, and of a write any subset of its sectors;
 * a later write to the same place is never replaced by an earlier one. Changes of the folder
 * become lasting in their order.
 */
#ifndef TRIREME_CONFIG_VFS_CRASH_H
#define TRIREME_CONFIG_VFS_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum crash_variant {
	CRASH_NONE, /* nothing that was not synced */
	CRASH_ALL,  /* everything */
	CRASH_TORN, /* everything, but of the last write only the first sectors */
	CRASH_SOME, /* any, by the seed; this and those above it */
};

/* Makes it SQLite's default for new connections. */
int crash_register(void);

/* Forgets what was recorded and every fault below. Call with no file open. */
void crash_reset(void);

/* An operation has returned: what it did must last. */
void crash_mark(void);

/* Moments so far: one after each step. */
size_t crash_points(void);

/* Marks within the first `point` steps. */
size_t crash_marks(size_t point);

/* While paused, files are used without being recorded; none of those of before may be open. */
void crash_pause(bool paused);

/* Steps tried so far, those that change nothing on the disk among them; syncs so far. */
size_t crash_steps(void);
size_t crash_syncs(void);

/* Writes the files as they may be after `point` steps into the folder, which exists. 0 or -errno.
 */
int crash_image(size_t point, enum crash_variant variant, unsigned int seed, const char *folder);

/* Faults. A broken disk says it synced files whose names end so, and does not ("": any file). */
void crash_lie(const char *ending);

/* The step of that number, from 1, ends the process half way through. */
void crash_kill_at(size_t step);

/* The step of that number fails with an error of the disk, once. */
void crash_fail_at(size_t step);

/* The disk takes so many bytes; 0: any. */
void crash_limit(uint64_t bytes);

#endif
