// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log_io.h"

#include <poll.h>
#include <qb/qblog.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"

#define LOG_LINE_MAX 1024

/* One for the process, as libqb's log is; its worker threads log, too. */
static struct {
	const char *name;
	struct sockaddr_un to;
	int fd;
	atomic_uint dropped, unprinted;
} self = {.fd = -1};

/* syslog(3) would wait for room in the socket. No time: syslogd has a clock of its own. */
static bool send_line(int priority, const char *text)
{
	char line[LOG_LINE_MAX];
	int n = snprintf(line, sizeof(line), "<%d>%s[%d]: %s", LOG_DAEMON | priority, self.name,
			 (int)getpid(), text);
	size_t length = n < (int)sizeof(line) ? (size_t)n : sizeof(line) - 1;

	return sendto(self.fd, line, length, MSG_DONTWAIT | MSG_NOSIGNAL,
		      (struct sockaddr *)&self.to, sizeof(self.to)) == (ssize_t)length;
}

static void report_dropped(void)
{
	unsigned int n = atomic_exchange(&self.dropped, 0);
	char text[80];

	if (!n)
		return;
	snprintf(text, sizeof(text), "syslogd did not take %u messages", n);
	if (!send_line(LOG_WARNING, text))
		atomic_fetch_add(&self.dropped, n);
}

/* What a pipe or terminal takes at once; a page of a pipe is more than a line. */
static bool print(const char *text)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
	size_t length = strlen(text);

	return poll(&p, 1, 0) == 1 && p.revents & POLLOUT &&
	       write(STDERR_FILENO, text, length) == (ssize_t)length;
}

static void on_print(int32_t target, struct qb_log_callsite *site, struct timespec *at,
		     const char *text)
{
	char line[LOG_LINE_MAX];
	unsigned int n = atomic_exchange(&self.unprinted, 0);

	if (n) {
		snprintf(line, sizeof(line), "%u messages are missing here\n", n);
		if (!print(line))
			atomic_fetch_add(&self.unprinted, n);
	}
	qb_log_target_format(target, site, at, text, line); /* QB_LOG_MAX_LEN at most */
	memcpy(line + strlen(line), "\n", 2);
	if (!print(line))
		atomic_fetch_add(&self.unprinted, 1);
}

static void on_log(int32_t target, struct qb_log_callsite *site, struct timespec *at,
		   const char *text)
{
	(void)target;
	(void)at;
	report_dropped();
	if (!send_line(site->priority, text))
		atomic_fetch_add(&self.dropped, 1);
}

static void open_target(qb_log_logger_fn logger, int level)
{
	int target = qb_log_custom_open(logger, NULL, NULL, NULL);

	if (target < 0)
		return; /* as if nobody listened */
	qb_log_filter_ctl(target, QB_LOG_FILTER_ADD, QB_LOG_FILTER_FILE, "*", level);
	qb_log_format_set(target, "%t %N[%P] %p: %b");
	qb_log_ctl(target, QB_LOG_CONF_ENABLED, QB_TRUE);
}

void log_open(const char *path, const char *name, bool to_stderr, bool debug)
{
	int level = debug ? LOG_DEBUG : LOG_INFO;

	self.name = name;
	qb_log_init(name, LOG_DAEMON, level);
	qb_log_ctl(QB_LOG_SYSLOG, QB_LOG_CONF_ENABLED, QB_FALSE);
	self.to.sun_family = AF_UNIX;
	snprintf(self.to.sun_path, sizeof(self.to.sun_path), "%s", path);
	self.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	open_target(on_log, level);
	if (to_stderr)
		open_target(on_print, level);
}

void log_close(void)
{
	qb_log_fini();
	closep(&self.fd);
	self.fd = -1;
}
