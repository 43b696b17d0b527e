// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sd_notify(3): tells a supervisor, by a datagram to the socket that NOTIFY_SOCKET names, that the
 * service is ready. Busybox runsv sets no such variable, so that on the router this answers 0.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

PUBLIC int sd_notify(int unset_environment, const char *state);

static int notify_address(const char *path, struct sockaddr_un *ret, socklen_t *ret_length)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);

	if ((path[0] != '/' && path[0] != '@') || length < 2)
		return -EINVAL;
	if (length >= sizeof(address.sun_path))
		return -E2BIG;
	memcpy(address.sun_path, path, length);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	*ret = address;
	*ret_length = offsetof(struct sockaddr_un, sun_path) + length + (path[0] == '/');
	return 0;
}

static int notify_send(const char *path, const char *state)
{
	struct sockaddr_un address;
	socklen_t length;
	ssize_t sent;
	int fd, r;

	r = notify_address(path, &address, &length);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, length);
	r = sent < 0 ? -errno : 1;
	close(fd);
	return r;
}

/* Returns 1 if sent, 0 if nobody asked to be notified, else -errno. */
int sd_notify(int unset_environment, const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	int r;

	if (!state || !state[0])
		r = -EINVAL;
	else if (!path)
		r = 0;
	else
		r = notify_send(path, state);
	if (unset_environment)
		unsetenv("NOTIFY_SOCKET");
	return r;
}
