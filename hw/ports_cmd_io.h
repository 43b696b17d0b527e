/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two commands of trireme-ports, over ports_io.h; output and complaints in words to the streams
 * given. */
#ifndef TRIREME_HW_PORTS_CMD_IO_H
#define TRIREME_HW_PORTS_CMD_IO_H

#include <stdio.h>

#include "nic_table.h"
#include "ports_io.h"

/*
 * Names the cards. rules_text is the text of the rules file; table may be NULL (no firmware
 * messages). 0: every rule kept and every rename done; -ENODEV: a rule could not be kept (the
 * others are done); -EINVAL: the rules are not of the form, nothing is done; else the errno of the
 * kernel's refusal.
 */
int ports_cmd_apply(struct ports_io *io, const char *rules_text, const struct nic_table *table,
		    FILE *out, FILE *err);

/* Prints the table of ports, in the order of their places. */
int ports_cmd_list(struct ports_io *io, const struct nic_table *table, FILE *out, FILE *err);

#endif
