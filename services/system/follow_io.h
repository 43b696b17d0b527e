/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `trireme-system run`: keeps the machine as the configuration says, and logs what it repairs. */
#ifndef TRIREME_SYSTEM_FOLLOW_IO_H
#define TRIREME_SYSTEM_FOLLOW_IO_H

#include <stdint.h>

/*
 * Reconciles at once, whenever the document is replaced, a second after a link has changed, and
 * else every `period` seconds; until SIGTERM. argc and argv are of the command line as
 * daemon_begin() takes it, and so is rights. Returns an exit code.
 */
int follow(unsigned int period, uint64_t rights, int argc, char **argv);

#endif
