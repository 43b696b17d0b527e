// SPDX-License-Identifier: GPL-2.0-or-later
/* The test is the syslogd: it reads, does not read, is not there. */
#include <fcntl.h>
#include <qb/qblog.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/log_io.h"

static char folder[] = "/tmp/test_log.XXXXXX";
static struct sockaddr_un address = {.sun_family = AF_UNIX};

static int open_syslogd(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	unlink(address.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static bool read_line(int fd, char *line, size_t size)
{
	ssize_t n = read(fd, line, size - 1);

	if (n < 0)
		return false;
	line[n] = '\0';
	return true;
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/log", folder);
	alarm(10); /* a log that waits for its syslogd ends the test */
	log_open(address.sun_path, "test", false, false);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	log_close();
	unlink(address.sun_path);
	return rmdir(folder);
}

static void line_is_as_of_syslog(void **state)
{
	char line[2048], expected[64];
	int fd = open_syslogd();

	(void)state;
	snprintf(expected, sizeof(expected), "<30>test[%d]: it is 7", (int)getpid());
	qb_log(LOG_INFO, "it is %d", 7);
	qb_log(LOG_DEBUG, "too fine");
	assert_true(read_line(fd, line, sizeof(line)));
	assert_string_equal(line, expected);
	assert_false(read_line(fd, line, sizeof(line)));
	close(fd);
}

static void full_socket_drops_and_counts(void **state)
{
	unsigned int kept = 0, dropped = 0;
	char line[2048];
	int fd = open_syslogd();

	(void)state;
	for (int i = 0; i < 2000; i++)
		qb_log(LOG_INFO, "message %d", i);
	while (read_line(fd, line, sizeof(line)))
		kept++;
	assert_in_range(kept, 1, 1999);
	qb_log(LOG_INFO, "and on");
	assert_true(read_line(fd, line, sizeof(line)));
	assert_int_equal(sscanf(strchr(line, ':'), ": syslogd did not take %u", &dropped), 1);
	assert_int_equal(kept + dropped, 2000);
	assert_true(read_line(fd, line, sizeof(line)));
	assert_non_null(strstr(line, "and on"));
	assert_false(read_line(fd, line, sizeof(line)));
	close(fd);
}

static void another_syslogd_is_found(void **state)
{
	char line[2048];
	int fd;

	(void)state;
	qb_log(LOG_INFO, "nobody hears this");
	fd = open_syslogd();
	qb_log(LOG_INFO, "again");
	assert_true(read_line(fd, line, sizeof(line)));
	assert_non_null(strstr(line, "did not take 1 message"));
	assert_true(read_line(fd, line, sizeof(line)));
	assert_non_null(strstr(line, "again"));
	close(fd);
}

/* Lines in a pipe that nobody else reads. */
static unsigned int count_lines(int fd, char *text, size_t size)
{
	unsigned int lines = 0;
	ssize_t n;

	while ((n = read(fd, text, size - 1)) > 0) {
		text[n] = '\0';
		for (const char *at = text; (at = strchr(at, '\n')); at++)
			lines++;
	}
	return lines;
}

static void full_pipe_drops_and_counts(void **state)
{
	unsigned int kept, missing = 0;
	int ends[2], before = dup(STDERR_FILENO);
	char text[65536];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	log_close();
	log_open(address.sun_path, "test", true, false);
	for (int i = 0; i < 4000; i++)
		qb_log(LOG_INFO, "message %d, which is longer than a syslogd's", i);
	kept = count_lines(ends[0], text, sizeof(text));
	qb_log(LOG_INFO, "and on");
	assert_int_equal(count_lines(ends[0], text, sizeof(text)), 2);
	dup2(before, STDERR_FILENO);
	assert_int_equal(sscanf(text, "%u messages are missing here", &missing), 1);
	assert_in_range(kept, 1, 3999);
	assert_int_equal(kept + missing, 4000);
	assert_non_null(strstr(text, "info: and on\n"));
	close(before);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_is_as_of_syslog),
		cmocka_unit_test(full_socket_drops_and_counts),
		cmocka_unit_test(another_syslogd_is_found),
		cmocka_unit_test(full_pipe_drops_and_counts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
