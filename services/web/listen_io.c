// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/listen_io.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/parse.h"

#define BACKLOG 128
#define LOST_MS 30000 /* until a client that acknowledges nothing counts as gone (tcp(7)) */

/* 0: there is no such interface. Any socket may ask (netdevice(7)), one of a sandbox, too. */
static unsigned int index_of(const char *port)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {0};

	(void)copy_text(request.ifr_name, sizeof(request.ifr_name), port);
	return fd < 0 || ioctl(fd, SIOCGIFINDEX, &request) < 0 ? 0
							       : (unsigned int)request.ifr_ifindex;
}

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int prepare(int fd, const char *port)
{
	int r = set(fd, SOL_SOCKET, SO_REUSEADDR, 1);

	if (r == 0)
		r = set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, LOST_MS);
	if (r == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, port, (socklen_t)strlen(port) + 1) < 0)
		r = -errno;
	return r;
}

static int open_port(const char *port, uint16_t number, int *ret_fd)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(number)};
	int r = fd < 0 ? -errno : prepare(fd, port);

	if (r < 0)
		return r;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, BACKLOG) < 0)
		return -errno;
	*ret_fd = take_fd(&fd);
	return 0;
}

static struct listener *add(struct listeners *listeners, const char *port)
{
	struct listener *listener = &listeners->listener[listeners->n++];

	*listener = (struct listener){.fd = -1};
	(void)copy_text(listener->port, sizeof(listener->port), port);
	return listener;
}

int listen_ports(const struct settings *settings, struct listeners *listeners)
{
	int r = 0;

	*listeners = (struct listeners){0};
	for (size_t i = 0; i < settings->n_ports && r == 0; i++) {
		struct listener *listener = add(listeners, settings->ports[i]);

		listener->index = index_of(listener->port);
		if (!listener->index)
			continue;
		r = open_port(listener->port, settings->port, &listener->fd);
		/* Gone since: as one that was not there. */
		if (r == -ENODEV)
			listener->index = (unsigned int)(r = 0);
	}
	return r;
}

int listen_local(const char *path, struct listeners *listeners)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int r = copy_text(address.sun_path, sizeof(address.sun_path), path);

	*listeners = (struct listeners){0};
	if (r < 0)
		return r;
	if (fd < 0 || (unlink(path) < 0 && errno != ENOENT) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || chmod(path, 0600) < 0 ||
	    listen(fd, BACKLOG) < 0)
		return -errno;
	add(listeners, "")->fd = take_fd(&fd);
	return 0;
}

bool listen_is_current(const struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->n; i++) {
		const struct listener *listener = &listeners->listener[i];

		if (listener->port[0] && index_of(listener->port) != listener->index)
			return false;
	}
	return true;
}

void listen_close(struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->n; i++)
		closep(&listeners->listener[i].fd);
	listeners->n = 0;
}
