// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/to_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "join/cards_io.h"
#include "join/link_io.h"
#include "join/machine.h"
#include "join/software_io.h"
#include "join/words.h"
#include "proto/engine_ipc.h"

#define CONNECT_NS (10 * NSEC_PER_SEC)
#define GREET_NS (15 * NSEC_PER_SEC)

struct joining {
	const struct to_options *options;
	struct join_hello hello;
	struct join_cards cards;
	struct code code;
	struct link link;
	struct machine machine;
	int lock, file;
	char words[CLUSTER_WORDS_MAX];
};

static int say(struct joining *j, int r, const char *words)
{
	words_set(j->words, sizeof(j->words), "%s", words);
	return r;
}

static int prepare(struct joining *j)
{
	char problem[CODE_PROBLEM_MAX];
	int r = code_parse(j->options->code, &j->code, problem);

	if (r < 0)
		return say(j, r, problem);
	if (strlen(j->options->node) >= JOIN_NAME_MAX)
		return say(j, -EINVAL, "--node: allowed are at most 32 characters");
	r = import_prepare(&j->options->target, &j->lock, j->words);
	if (r < 0)
		return r;
	r = cards_list(j->options->target.root, &j->cards);
	if (r < 0)
		words_set(j->words, sizeof(j->words),
			  "the network cards of this machine cannot be found: %s", strerror(-r));
	j->hello = software_hello(j->options->target.root);
	return r;
}

static int finish_connect(int fd)
{
	socklen_t size = sizeof(int);
	int error = 0, r = tls_wait(fd, POLLOUT, clock_boot_ns() + CONNECT_NS);

	if (r == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		r = -errno;
	return r < 0 ? r : -error;
}

static int connect_there(struct joining *j, int *ret_fd)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(ENGINE_JOINING_PORT)};
	_cleanup_close_ int fd = -1;
	int r = parse_ipv4(j->options->address, &address.sin_addr.s_addr);

	if (r < 0)
		return say(j, r, "the address of the member: allowed is one as in 192.0.2.1");
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	r = fd < 0 ? -errno : connect(fd, (struct sockaddr *)&address, sizeof(address));
	if (r < 0 && fd >= 0)
		r = errno == EINPROGRESS ? finish_connect(fd) : -errno;
	if (r < 0) {
		words_set(j->words, sizeof(j->words),
			  "%s does not let a machine join now (%s): is `trireme-join open` running "
			  "there, within its ten minutes, and is it reached through eth1?",
			  j->options->address, strerror(-r));
		return r;
	}
	*ret_fd = take_fd(&fd);
	return 0;
}

static int greet(struct joining *j)
{
	const struct join_message hello = {.type = JOIN_HELLO, .hello = j->hello};
	int fd, r = connect_there(j, &fd);

	if (r < 0)
		return r;
	r = tls_connect(fd, j->code.pin, clock_boot_ns() + GREET_NS, &j->link.tls);
	if (r == -EKEYREJECTED)
		return say(j, r,
			   "the machine at that address is not the one that showed this code: the "
			   "code is wrong or old, or somebody is in between; it was not told the "
			   "code");
	if (r == 0)
		r = link_send(&j->link, &hello);
	if (r < 0)
		say(j, r, link_error(r));
	machine_init(&j->machine, &j->hello, j->options->node, clock_boot_ns());
	return r;
}

static int send_secret(struct joining *j)
{
	struct join_message message = {.type = JOIN_SECRET};
	int r;

	memcpy(message.secret, j->code.secret, sizeof(message.secret));
	r = link_send(&j->link, &message);
	explicit_bzero(&message, sizeof(message));
	explicit_bzero(&j->code, sizeof(j->code));
	return r;
}

static int store(struct joining *j, const struct join_message *message)
{
	int r = import_sink(&j->file, message->data.bytes, message->data.size);

	if (r < 0)
		words_set(j->words, sizeof(j->words), "what came cannot be written: %s",
			  strerror(-r));
	return r;
}

static int check(struct joining *j)
{
	struct join_message message = {.type = JOIN_READY, .cards = j->cards};
	int r = import_run(&j->options->target, true, j->words);

	if (r == 0)
		r = link_send(&j->link, &message);
	machine_checked(&j->machine, clock_boot_ns());
	return r;
}

/* What is done with a message; -ECANCELED: the machine's words say why it is over. */
static int act(struct joining *j, enum machine_act what, const struct join_message *message)
{
	switch (what) {
	case MACHINE_SEND_SECRET:
		return send_secret(j);
	case MACHINE_BEGIN:
		printf("the code is right: this machine becomes %s of the cluster %s\n",
		       j->machine.offer.node, j->machine.offer.cluster);
		return import_begin(&j->options->target, &j->file, j->words);
	case MACHINE_STORE:
		return store(j, message);
	case MACHINE_CHECK:
		return check(j);
	case MACHINE_TAKE:
		return import_run(&j->options->target, false, j->words);
	case MACHINE_SEND_WORDS:
		link_refuse(&j->link, j->machine.words);
		return say(j, -ECANCELED, j->machine.words);
	case MACHINE_FAIL:
		return say(j, -ECANCELED, j->machine.words);
	case MACHINE_NOTHING:
		break;
	}
	return 0;
}

static int step(struct joining *j, bool *ret_done)
{
	static struct join_message message;
	enum machine_act what;
	int r = link_receive(&j->link, &message, j->machine.deadline);

	if (r == -ETIMEDOUT && machine_late(&j->machine, clock_boot_ns()))
		return say(j, r, j->machine.words);
	if (r < 0)
		return say(j, r, link_error(r));
	j->words[0] = '\0';
	what = machine_message(&j->machine, &message, clock_boot_ns());
	r = act(j, what, &message);
	explicit_bzero(&message, sizeof(message));
	*ret_done = r == 0 && what == MACHINE_TAKE;
	if (r == 0 || r == -ECANCELED)
		return r;
	/* The member should hear of it, too. */
	if (j->words[0])
		link_refuse(&j->link, j->words);
	else
		say(j, r, link_error(r));
	return r;
}

static int run(struct joining *j)
{
	bool done = false;
	int r = prepare(j);

	if (r == 0)
		r = greet(j);
	while (r == 0 && !done)
		r = step(j, &done);
	/* It is taken, whether the member hears so or not. */
	if (r == 0 && link_send_type(&j->link, JOIN_DONE) < 0)
		printf("the member could not be told that it is done\n");
	return r;
}

int to_run(const struct to_options *options)
{
	static struct joining joining;
	int r;

	joining = (struct joining){.options = options, .lock = -1, .file = -1};
	setlinebuf(stdout);
	r = run(&joining);
	if (joining.file >= 0) {
		close(joining.file);
		import_end(&options->target);
	}
	closep(&joining.lock);
	if (r == 0)
		printf("this machine is %s from its next start on: restart it now\n",
		       joining.machine.offer.node);
	else
		fprintf(stderr, "trireme-join: %s\nnothing was changed on this machine\n",
			joining.words);
	link_clear(&joining.link);
	explicit_bzero(&joining, sizeof(joining));
	return r;
}
