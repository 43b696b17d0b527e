// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/terminal_io.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"

static const int job_signals[TERMINAL_SIGNALS] = {SIGINT,  SIGQUIT, SIGTSTP,
						  SIGTTIN, SIGTTOU, SIGPIPE};
static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

void terminal_open(struct terminal *ret_terminal)
{
	const struct sigaction interrupt = {.sa_handler = on_interrupt};
	const struct sigaction ignored = {.sa_handler = SIG_IGN};
	const char *kind = getenv("TERM");
	sigset_t blocked;

	for (size_t i = 0; i < ARRAY_SIZE(job_signals); i++)
		sigaction(job_signals[i], &ignored, &ret_terminal->old_actions[i]);
	sigaction(SIGINT, &interrupt, NULL);
	/* Ctrl-C ends the reading of a line, and nothing else: it comes when wait_input() waits. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, &ret_terminal->old_mask);
	ret_terminal->is_tty = isatty(STDIN_FILENO);
	ret_terminal->dumb = !kind || !kind[0] || strcmp(kind, "dumb") == 0;
}

void terminal_close(const struct terminal *terminal)
{
	for (size_t i = 0; i < ARRAY_SIZE(job_signals); i++)
		sigaction(job_signals[i], &terminal->old_actions[i], NULL);
	sigprocmask(SIG_SETMASK, &terminal->old_mask, NULL);
}

void terminal_write(const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = write(STDOUT_FILENO, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		text += n;
		left -= (size_t)n;
	}
}

/* Turns off the flags of c_lflag; the old state into ret_old. False: not a terminal. */
static bool change_flags(const struct terminal *terminal, tcflag_t off, struct termios *ret_old)
{
	struct termios changed;

	if (!terminal->is_tty || tcgetattr(STDIN_FILENO, ret_old) < 0)
		return false;
	changed = *ret_old;
	changed.c_lflag &= ~off;
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &changed) == 0;
}

/*
 * Waits for input, milliseconds at most (-1: for ever), and for Ctrl-C, which counts from the end
 * of the wait before on: pressed in time, it is never lost. As poll(2); -EINTR: Ctrl-C.
 */
static int wait_input(int milliseconds, short *ret_events)
{
	const struct timespec most = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
	struct pollfd wait = {.fd = STDIN_FILENO, .events = POLLIN};
	sigset_t none;
	int r;

	sigemptyset(&none);
	do {
		interrupted = 0;
		r = ppoll(&wait, 1, milliseconds < 0 ? NULL : &most, &none);
	} while (r < 0 && errno == EINTR && !interrupted);
	if (interrupted)
		return -EINTR;
	*ret_events = wait.revents;
	return r < 0 ? -EIO : r;
}

static bool hung_up(void)
{
	struct pollfd wait = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&wait, 1, 0) > 0 && (wait.revents & (POLLHUP | POLLERR | POLLNVAL));
}

static int read_line(char *buf, size_t size)
{
	size_t used = 0;

	for (;;) {
		short events;
		int r = wait_input(-1, &events);
		ssize_t n;
		char c;

		if (r < 0)
			return r;
		n = read(STDIN_FILENO, &c, 1);
		if (n < 0)
			return -EIO;
		if (n == 0 && used == 0)
			return hung_up() ? -EIO : -ENODATA;
		if (n == 0 || c == '\n' || c == '\r')
			break;
		if (used + 1 < size)
			buf[used++] = c;
	}
	buf[used] = '\0';
	return 0;
}

int terminal_ask(const struct terminal *terminal, const char *question, bool echo, char *buf,
		 size_t size)
{
	struct termios old;
	bool changed = !echo && change_flags(terminal, ECHO, &old);
	int r;

	terminal_write(question);
	r = read_line(buf, size);
	if (changed) {
		tcsetattr(STDIN_FILENO, TCSADRAIN, &old);
		terminal_write("\n");
	}
	return r;
}

static int read_key(void)
{
	unsigned char c;

	return read(STDIN_FILENO, &c, 1) == 1 ? c : -EIO;
}

int terminal_key(const struct terminal *terminal, int milliseconds)
{
	struct termios old;
	bool changed = change_flags(terminal, ECHO | ICANON, &old);
	short events = 0;
	int r = wait_input(milliseconds, &events);

	/* Ctrl-C is a key like any other here. */
	if (r == -EINTR)
		r = TERMINAL_CTRL_C;
	else if (r > 0)
		r = events & (POLLHUP | POLLERR | POLLNVAL) ? -EIO : read_key();
	if (changed)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &old);
	return r;
}

int terminal_wait_key(const struct terminal *terminal, int milliseconds)
{
	int r = terminal_key(terminal, milliseconds);

	if (r <= 0)
		return r;
	terminal_forget(terminal);
	return 1;
}

int terminal_pause(int milliseconds)
{
	const struct timespec most = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
	sigset_t none;

	sigemptyset(&none);
	interrupted = 0;
	(void)ppoll(NULL, 0, &most, &none);
	return interrupted ? -EINTR : 0;
}

void terminal_forget(const struct terminal *terminal)
{
	if (terminal->is_tty)
		tcflush(STDIN_FILENO, TCIFLUSH);
}

static void become(const char *path, char *const argv[])
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	/* SIGTTOU is still ignored here: a background group may take the terminal. */
	tcsetpgrp(STDIN_FILENO, getpid());
	for (size_t i = 0; i < ARRAY_SIZE(job_signals); i++)
		signal(job_signals[i], SIG_DFL);
	execv(path, argv);
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	_exit(127);
}

int terminal_run(const struct terminal *terminal, const char *path, char *const argv[])
{
	struct termios old;
	bool kept = terminal->is_tty && tcgetattr(STDIN_FILENO, &old) == 0;
	int status = 0, r;
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (child == 0)
		become(path, argv);
	/* In both processes, so that neither needs to wait for the other. */
	setpgid(child, child);
	do {
		r = waitpid(child, &status, 0);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		status = -errno;
	/* What the child started and left behind loses the terminal. */
	tcsetpgrp(STDIN_FILENO, getpgrp());
	if (kept)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &old);
	return status;
}
