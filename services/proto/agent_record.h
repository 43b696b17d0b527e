/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flight record of the failover agent: its last decisions, a ring of slots in a file that the
 * agent maps and others read at any time. A slot carries a check of its own, so one that is half
 * written, or being written, is no record. In host byte order: the file never leaves the machine,
 * and lives as long as its memory does (tmpfs). Pure.
 *
 *   head: magic, version, bytes of a slot, number of slots
 *   slots: record number n is in slot n % AGENT_RECORD_SLOTS
 */
#ifndef TRIREME_PROTO_AGENT_RECORD_H
#define TRIREME_PROTO_AGENT_RECORD_H

#include <stddef.h>
#include <stdint.h>

#define AGENT_RECORD_FILE "/run/trireme/agent.record"
#define AGENT_RECORD_VERSION 1
#define AGENT_RECORD_SLOTS 1024
#define AGENT_RECORD_KEPT 1000 /* at least so many, the newest ones, can be read */
#define AGENT_RECORD_HEAD 64   /* bytes, as below */
#define AGENT_RECORD_SLOT 384
#define AGENT_RECORD_SIZE (AGENT_RECORD_HEAD + AGENT_RECORD_SLOTS * AGENT_RECORD_SLOT)

#define AGENT_RECORD_NAME_MAX 33
#define AGENT_RECORD_TEXT_MAX 256

struct agent_record {
	uint64_t number;		   /* 1: the first one of the file */
	int64_t real;			   /* CLOCK_REALTIME, ns */
	uint64_t boot;			   /* CLOCK_BOOTTIME, ns */
	uint64_t epoch;			   /* of the group; 0: about none */
	uint64_t view;			   /* 0: there was none */
	uint32_t owner;			   /* node id; 0: nobody, or about no group */
	uint8_t subject;		   /* enum agent_subject */
	uint8_t cause;			   /* enum agent_cause */
	char group[AGENT_RECORD_NAME_MAX]; /* "": about none */
	char text[AGENT_RECORD_TEXT_MAX];  /* the line of the log */
};

/* A new file's bytes, AGENT_RECORD_SIZE of them. */
void agent_record_clear(void *file);

/* 0; -EPROTO: of another version, or layout; -EBADMSG: none of these files, or of another size. */
int agent_record_check(const void *file, size_t size);

/* The number of the newest record of a file that was checked; 0: there is none. */
uint64_t agent_record_newest(const void *file);

/* Writes the record into its slot; the number is its, texts are cut where the slot ends. */
void agent_record_put(void *file, const struct agent_record *record);

/*
 * The record of that number, of a file that was checked. -ENOENT: it is not there, any more or yet,
 * or is damaged. Texts end, and are printable ASCII.
 */
int agent_record_get(const void *file, uint64_t number, struct agent_record *ret_record);

#endif
