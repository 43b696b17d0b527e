/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets that the front listens on: made while it still may, accepted from afterwards. */
#ifndef TRIREME_WEB_LISTEN_IO_H
#define TRIREME_WEB_LISTEN_IO_H

#include "web/settings.h"

struct listener {
	char port[CONFIG_PORT_NAME_MAX]; /* empty: the local socket */
	unsigned int index;		 /* of the interface it is bound to */
	int fd;				 /* -1: the interface was not there */
};

struct listeners {
	struct listener listener[CONFIG_PORTS_MAX];
	size_t n;
};

/*
 * A TCP socket for each port of the settings, bound to that port (SO_BINDTODEVICE): whoever comes
 * by another one finds nothing there, and addresses may come and go. A port that is not there has
 * none. -errno; listen_close() is due also then.
 */
int listen_ports(const struct settings *settings, struct listeners *listeners);

/* The local socket, which root alone can connect to. As above. */
int listen_local(const char *path, struct listeners *listeners);

/* Whether each port is still, or still not, what it was at the start. */
bool listen_is_current(const struct listeners *listeners);

void listen_close(struct listeners *listeners);

#endif
