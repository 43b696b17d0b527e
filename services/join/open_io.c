// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/open_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/audit_io.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/ipc_io.h"
#include "base/parse.h"
#include "join/opening.h"
#include "join/software_io.h"
#include "join/words.h"
#include "proto/engine_ipc.h"

#define PORT_NAME "eth1"
/* So often the engine is asked again, which may have been started anew. */
#define RENEW_NS (5 * NSEC_PER_SEC)

static int fail(struct opening *o, int r, const char *what)
{
	words_set(o->words, sizeof(o->words), "%s: %s", what, strerror(-r));
	return r;
}

/* The private port's own address, and no other port: packets for it on eth0 do not count. */
static int listen_there(struct opening *o)
{
	const struct config_port *port = config_port_by_name(o->self, PORT_NAME);
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(ENGINE_JOINING_PORT)};
	static const int on = 1;
	_cleanup_close_ int fd = -1;

	if (!port)
		return fail(o, -ENODEV, "this node has no private port (" PORT_NAME ")");
	address.sin_addr.s_addr = port->address;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, PORT_NAME, sizeof(PORT_NAME)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0)
		return fail(o, -errno, "no port to listen on");
	o->listener = take_fd(&fd);
	return 0;
}

static int make_code(struct opening *o)
{
	int r = tls_identity_make(&o->identity, o->code.pin);

	if (r == 0 && gnutls_rnd(GNUTLS_RND_KEY, o->code.secret, sizeof(o->code.secret)) < 0)
		r = -EIO;
	if (r < 0)
		return fail(o, r, "no code can be made");
	code_trim_secret(o->code.secret);
	return 0;
}

static int open_port(struct opening *o)
{
	uint64_t end = o->member.opened_at + MEMBER_OPEN_NS, now = clock_boot_ns();
	uint64_t left = end > now ? (end - now + NSEC_PER_SEC - 1) / NSEC_PER_SEC : 1;

	return cluster_open_port(&o->engine, (uint32_t)left, o->words);
}

static void show_code(const struct opening *o)
{
	const struct config_port *port = config_port_by_name(o->self, PORT_NAME);
	char text[CODE_TEXT_MAX], address[16];

	code_format(&o->code, text);
	format_ipv4(port->address, address, sizeof(address));
	printf("code: %s\n"
	       "It lets one machine in as %s%s, once, within ten minutes. There:\n"
	       "  trireme-join to %s %s\n",
	       text, o->target->name, o->options->replace ? " in place of the old one" : "",
	       address, text);
	explicit_bzero(text, sizeof(text));
}

static void tell_try(const struct opening *o, unsigned int before, uint32_t from)
{
	char address[16];

	if (o->member.tries == before)
		return;
	printf("try %u of %d, from %s, came to nothing: %s\n", o->member.tries, MEMBER_TRIES,
	       format_ipv4(from, address, sizeof(address)), o->member.words);
}

static void take_connection(struct opening *o)
{
	struct sockaddr_in from = {0};
	socklen_t size = sizeof(from);
	unsigned int before = o->member.tries;
	int fd =
		accept4(o->listener, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	opening_serve(o, fd);
	tell_try(o, before, from.sin_addr.s_addr);
}

static uint64_t next_look(const struct opening *o)
{
	uint64_t end = o->member.opened_at + MEMBER_OPEN_NS, next = clock_boot_ns() + RENEW_NS;

	return next < end ? next : end;
}

static int wait_for_machine(struct opening *o)
{
	int r = 0;

	while (r == 0 && !member_closed(&o->member, clock_boot_ns())) {
		if (tls_wait(o->listener, POLLIN, next_look(o)) == 0)
			take_connection(o);
		if (!member_closed(&o->member, clock_boot_ns()))
			r = open_port(o);
	}
	if (r < 0)
		return r;
	words_set(o->words, sizeof(o->words), "%s", o->member.words);
	return o->member.joined ? 0 : -ECANCELED;
}

static int run(struct opening *o)
{
	struct join_hello hello = software_hello(o->options->root);
	int r = opening_look(o);

	if (r == 0)
		r = make_code(o);
	if (r < 0)
		return r;
	member_init(&o->member, &hello, o->code.secret, clock_boot_ns());
	r = open_port(o);
	if (r == 0)
		r = listen_there(o);
	if (r < 0)
		return r;
	show_code(o);
	explicit_bzero(&o->code, sizeof(o->code));
	return wait_for_machine(o);
}

static void tell_end(const struct opening *o, int r)
{
	unsigned long long committed = (unsigned long long)o->committed;

	if (r < 0)
		fprintf(stderr, "trireme-join: %s has not joined: %s\n", o->options->node,
			o->words);
	if (r < 0 && o->committed)
		fprintf(stderr,
			"revision %llu says already that it has that machine's network cards%s: "
			"begin again,\nunless the new machine says that it is %s\n",
			committed, o->options->replace ? ", and has shut the old one out" : "",
			o->options->node);
	if (r == 0)
		printf("%s has what it needs to be a member (revision %llu); it is one when it has "
		       "been started again\n",
		       o->options->node,
		       o->committed ? committed : (unsigned long long)o->revision);
}

int open_run(const struct open_options *options)
{
	static struct opening opening;
	int r;

	opening = (struct opening){
		.options = options, .listener = -1, .source = {.root = options->root}};
	setlinebuf(stdout);
	r = run(&opening);
	/* The port first: what follows may take its time. */
	closep(&opening.listener);
	ipc_disconnectp(&opening.engine);
	audit_note_console(options->root, options->replace ? "replace" : "join", options->node, r);
	tell_end(&opening, r);
	tls_identity_freep(&opening.identity);
	config_free(opening.config);
	explicit_bzero(&opening, sizeof(opening));
	return r;
}
