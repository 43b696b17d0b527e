// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `sctp serve ADDRESS PORT WORD` answers messages, `sctp ask FROM ADDRESS PORT` sends one: udp.c
 * for associations. The kernel has no SCTP sockets; usrsctp is SCTP as a library, on raw ones.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <usrsctp.h>

#define PATIENCE 15 /* s */

static struct sockaddr_in at(const char *address, const char *port)
{
	struct sockaddr_in made = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};

	if (inet_aton(address, &made.sin_addr) == 0)
		exit(EXIT_FAILURE);
	return made;
}

/* Bound to one address, it names none in its messages, so that NAT has only the headers' to change.
 */
static struct socket *bound(const char *address, const char *port)
{
	struct sockaddr_in here = at(address, port);
	struct socket *made =
		usrsctp_socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL, 0, NULL);

	if (!made || usrsctp_bind(made, (struct sockaddr *)&here, sizeof(here)) < 0)
		exit(EXIT_FAILURE);
	return made;
}

static ssize_t receive(struct socket *from, char *buf, size_t size)
{
	struct sctp_rcvinfo info;
	struct sockaddr_in peer;
	socklen_t peer_size = sizeof(peer), info_size = sizeof(info);
	unsigned int kind = 0;
	int flags = 0;

	return usrsctp_recvv(from, buf, size, (struct sockaddr *)&peer, &peer_size, &info,
			     &info_size, &kind, &flags);
}

static int transmit(struct socket *to, const char *text)
{
	return usrsctp_sendv(to, text, strlen(text), NULL, 0, NULL, 0, SCTP_SENDV_NOINFO, 0) < 0
		       ? EXIT_FAILURE
		       : EXIT_SUCCESS;
}

static int serve(struct socket *listening, const char *word)
{
	char buf[64];

	if (usrsctp_listen(listening, 4) < 0)
		return EXIT_FAILURE;
	for (;;) {
		struct sockaddr_in from = {0};
		socklen_t size = sizeof(from);
		struct socket *one = usrsctp_accept(listening, (struct sockaddr *)&from, &size);

		if (!one)
			return EXIT_FAILURE;
		if (receive(one, buf, sizeof(buf)) > 0) {
			snprintf(buf, sizeof(buf), "%s %s", word, inet_ntoa(from.sin_addr));
			transmit(one, buf);
		}
		usrsctp_close(one);
	}
}

static int ask(struct socket *from, struct sockaddr_in to)
{
	char buf[64];
	ssize_t n;

	alarm(PATIENCE);
	if (usrsctp_connect(from, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    transmit(from, "?") != EXIT_SUCCESS)
		return EXIT_FAILURE;
	n = receive(from, buf, sizeof(buf));
	if (n <= 0)
		return EXIT_FAILURE;
	printf("%.*s\n", (int)n, buf);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return EXIT_FAILURE;
	usrsctp_init(0, NULL, NULL);
	if (strcmp(argv[1], "serve") == 0)
		return serve(bound(argv[2], argv[3]), argv[4]);
	return ask(bound(argv[2], "0"), at(argv[3], argv[4]));
}
