// SPDX-License-Identifier: GPL-2.0-or-later
/* `udp serve ADDRESS PORT WORD` answers datagrams, `udp ask ADDRESS PORT` sends one. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

static int serve(int fd, const struct sockaddr_in *at, const char *word)
{
	struct sockaddr_in from = {0};
	socklen_t size = sizeof(from);
	char buf[64];

	if (bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0)
		return EXIT_FAILURE;
	for (;; size = sizeof(from)) {
		if (recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &size) < 0)
			return EXIT_FAILURE;
		snprintf(buf, sizeof(buf), "%s %s", word, inet_ntoa(from.sin_addr));
		sendto(fd, buf, strlen(buf), 0, (struct sockaddr *)&from, size);
	}
}

static int ask(int fd, const struct sockaddr_in *to)
{
	const struct timeval wait = {.tv_sec = 10};
	char buf[64];
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0 || send(fd, "?", 1, 0) < 0)
		return EXIT_FAILURE;
	n = recv(fd, buf, sizeof(buf), 0);
	if (n < 0)
		return EXIT_FAILURE;
	printf("%.*s\n", (int)n, buf);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct sockaddr_in peer = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || argc < 4 || inet_aton(argv[2], &peer.sin_addr) == 0)
		return EXIT_FAILURE;
	peer.sin_port = htons((uint16_t)atoi(argv[3]));
	return argc == 5 ? serve(fd, &peer, argv[4]) : ask(fd, &peer);
}
