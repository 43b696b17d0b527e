/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running the subcommands of config_cmd.h against the config service. */
#ifndef TRIREME_CONSOLE_CONFIG_CMD_IO_H
#define TRIREME_CONSOLE_CONFIG_CMD_IO_H

/*
 * Asks, and prints the answer. The candidate is the one of this user and terminal, or the one that
 * TRIREME_SESSION names. 0: done; -EBADMSG or another -errno: not done, the reason is printed;
 * -EINVAL: wrong usage, which is printed; -ENOENT: argv[0] is none of these subcommands.
 */
int config_cmd_run(int argc, char *const *argv);

#endif
