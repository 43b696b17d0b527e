// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/local_socket_io.h"
#include "base/poke_io.h"
#include "base/seqpacket_io.h"

static char folder[] = "/tmp/trireme-socket.XXXXXX", path[sizeof(folder) + 8];

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static int type_of(int fd)
{
	socklen_t size = sizeof(int);
	int type;

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size), 0);
	return type;
}

static void it_is_its_owners_alone(void **state)
{
	const mode_t mask = umask(0);
	struct stat st;
	int fd = local_socket_bind(path, SOCK_DGRAM);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(umask(mask), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(type_of(fd), SOCK_DGRAM);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

/* What a daemon that has died left behind is in nobody's way. */
static void one_that_was_there_gives_way(void **state)
{
	struct sockaddr_un address;
	int old = local_socket_bind(path, SOCK_DGRAM), fd, to;
	char bytes[2];

	(void)state;
	assert_true(old >= 0);
	fd = local_socket_bind(path, SOCK_DGRAM);
	to = local_socket_new(path, SOCK_DGRAM, &address);
	assert_true(fd >= 0 && to >= 0);
	assert_int_equal(sendto(to, "x", 1, 0, (struct sockaddr *)&address, sizeof(address)), 1);
	assert_int_equal(recv(old, bytes, sizeof(bytes), 0), -1);
	assert_int_equal(recv(fd, bytes, sizeof(bytes), 0), 1);
	close(old);
	close(fd);
	close(to);
}

/* Nothing of it is cut off silently. */
static void a_long_path_is_refused(void **state)
{
	char longest[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
	struct sockaddr_un address;
	int fd;

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(local_socket_new(longest, SOCK_DGRAM, &address), -ENAMETOOLONG);
	assert_int_equal(local_socket_bind(longest, SOCK_DGRAM), -ENAMETOOLONG);
	longest[sizeof(longest) - 2] = '\0';
	fd = local_socket_new(longest, SOCK_SEQPACKET, &address);
	assert_true(fd >= 0);
	assert_string_equal(address.sun_path, longest);
	assert_int_equal(type_of(fd), SOCK_SEQPACKET);
	close(fd);
}

static void a_folder_that_is_not_there_is_said(void **state)
{
	(void)state;
	assert_int_equal(local_socket_bind("/nowhere/at/all", SOCK_DGRAM), -ENOENT);
	assert_int_equal(local_socket_bind("/", SOCK_DGRAM), -EISDIR);
}

static void who_is_poked_takes_all(void **state)
{
	struct poke_io poke;
	int fd = poke_io_listen(path);
	char byte;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(poke_io_open(&poke, path), 0);
	poke_io_send(&poke);
	poke_io_send(&poke);
	assert_int_equal(recv(fd, &byte, sizeof(byte), MSG_PEEK), 0);
	poke_io_take(fd);
	assert_int_equal(recv(fd, &byte, sizeof(byte), 0), -1);
	assert_int_equal(errno, EAGAIN);
	poke_io_close(&poke);
	assert_int_equal(poke.fd, -1);
	poke_io_send(&poke);
	close(fd);
}

static void a_connection_keeps_its_messages_apart(void **state)
{
	int listener = seqpacket_listen(path, 1), here, there;
	char bytes[8];

	(void)state;
	assert_true(listener >= 0);
	here = seqpacket_connect(path);
	there = accept(listener, NULL, NULL);
	assert_true(here >= 0 && there >= 0);
	assert_true(seqpacket_is_trusted(there));
	assert_int_equal(send(here, "one", 3, 0), 3);
	assert_int_equal(send(here, "more", 4, 0), 4);
	assert_int_equal(recv(there, bytes, sizeof(bytes), 0), 3);
	assert_int_equal(recv(there, bytes, sizeof(bytes), 0), 4);
	close(here);
	close(there);
	close(listener);
	assert_int_equal(seqpacket_connect(path), -ECONNREFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_its_owners_alone),
		cmocka_unit_test(one_that_was_there_gives_way),
		cmocka_unit_test(a_long_path_is_refused),
		cmocka_unit_test(a_folder_that_is_not_there_is_said),
		cmocka_unit_test(who_is_poked_takes_all),
		cmocka_unit_test(a_connection_keeps_its_messages_apart),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
