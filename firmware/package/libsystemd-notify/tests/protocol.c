// SPDX-License-Identifier: GPL-2.0-or-later
/* Plays supervisor and journal on real sockets and checks what the library sends. Runs where /run
 * is its own. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int sd_notify(int unset_environment, const char *state);
int sd_journal_send(const char *format, ...);

#define BIG 500000
#define END ((char *)NULL)

static int failed;

static void check(const char *name, int good)
{
	printf("%s libsystemd-notify: %s%s\n", good ? "ok" : "not ok", name, good ? "" : ": wrong");
	failed |= !good;
}

static int listener(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	size_t length = sizeof(sa_family_t) + strlen(path);

	memcpy(address.sun_path, path, strlen(path));
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	else
		length++;
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, (socklen_t)length) < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

/* The next datagram, or what the file sent with it holds. Returns its size. */
static size_t receive(int fd, char *buffer, size_t size)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = {buffer, size};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int file;

	if (got == 0 && header && header->cmsg_type == SCM_RIGHTS) {
		memcpy(&file, CMSG_DATA(header), sizeof(file));
		got = pread(file, buffer, size, 0);
		close(file);
	}
	return got < 0 ? 0 : (size_t)got;
}

static void test_notify(char *buffer)
{
	const char *paths[] = {"/run/notify", "@trireme-notify-test"};

	unsetenv("NOTIFY_SOCKET");
	check("nobody asked to be notified", sd_notify(0, "READY=1") == 0);
	for (int i = 0; i < 2; i++) {
		int fd = listener(paths[i]);
		size_t size;

		setenv("NOTIFY_SOCKET", paths[i], 1);
		check("notification is sent", sd_notify(i, "READY=1\nSTATUS=up") == 1);
		size = receive(fd, buffer, BIG);
		check("and arrives", size == 17 && !memcmp(buffer, "READY=1\nSTATUS=up", 17));
		close(fd);
	}
	check("the variable is removed on request", !getenv("NOTIFY_SOCKET"));
	setenv("NOTIFY_SOCKET", "relative", 1);
	check("an address of no kind is refused", sd_notify(0, "READY=1") == -EINVAL);
	setenv("NOTIFY_SOCKET", "/run/nobody", 1);
	check("nobody listens", sd_notify(0, "READY=1") == -ENOENT);
	check("no state", sd_notify(0, "") == -EINVAL);
}

static void test_journal(char *buffer)
{
	static const char plain[] =
		"PRIORITY=5\nMESSAGE=a 3 4 2.50 z\nSYSLOG_IDENTIFIER=protocol\n";
	static const char lines[] = "MESSAGE\n\3\0\0\0\0\0\0\0a\nb\nSYSLOG_IDENTIFIER=protocol\n";
	char *big = malloc(BIG);
	size_t size;
	int fd;

	check("no journal: the entry vanishes", sd_journal_send("MESSAGE=%s", "x", END) == 0);
	mkdir("/run/systemd", 0755);
	mkdir("/run/systemd/journal", 0755);
	fd = listener("/run/systemd/journal/socket");
	check("entry is sent", sd_journal_send("PRIORITY=%d", 5, "MESSAGE=%s %*d %ld %.2f %s", "a",
					       1, 3, 4L, 2.5, "z", END) == 0);
	size = receive(fd, buffer, BIG);
	check("as lines", size == sizeof(plain) - 1 && !memcmp(buffer, plain, size));
	check("value with a newline is sent", sd_journal_send("MESSAGE=%s", "a\nb", END) == 0);
	size = receive(fd, buffer, BIG);
	check("with its length", size == sizeof(lines) - 1 && !memcmp(buffer, lines, size));
	memset(big, 'x', BIG - 100);
	big[BIG - 100] = '\0';
	check("large entry is sent", sd_journal_send("MESSAGE=%s", big, END) == 0);
	size = receive(fd, buffer, BIG);
	check("as a file", size == BIG - 100 + 8 + 1 + 27 && !memcmp(buffer, "MESSAGE=xxx", 11));
	check("no field", sd_journal_send("nonsense", END) == -EINVAL);
	close(fd);
	free(big);
}

int main(void)
{
	char *buffer = malloc(BIG);

	if (!buffer)
		return 1;
	test_notify(buffer);
	test_journal(buffer);
	free(buffer);
	return failed;
}
