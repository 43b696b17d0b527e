// SPDX-License-Identifier: GPL-2.0-or-later
/* When a daemon that follows the configuration loads it again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "schema/daemon_io.h"
#include "schema/node_io.h"

#define TURN_NS 5000000

struct follower {
	char folder[64], config[80], node[80];
	struct daemon daemon;
	int reloads;
};

static int on_reload(void *data)
{
	struct follower *f = data;
	_cleanup_(config_freep) struct config *config = NULL;

	f->reloads++;
	return daemon_load(&f->daemon, &config);
}

static void on_time(void *data)
{
	qb_loop_stop(data);
}

/* How often the configuration was loaded in what has happened. */
static int turn(struct follower *f)
{
	qb_loop_timer_handle timer;
	int before = f->reloads;

	assert_int_equal(qb_loop_timer_add(f->daemon.loop, QB_LOOP_LOW, TURN_NS, f->daemon.loop,
					   on_time, &timer),
			 0);
	qb_loop_run(f->daemon.loop);
	return f->reloads - before;
}

static void publish(struct follower *f, uint32_t token, uint64_t revision, bool current)
{
	static struct config config;
	struct config_meta meta = {.revision = revision, .current = current};
	_cleanup_free_ void *image = NULL;
	size_t size;

	config.token = token;
	assert_int_equal(config_image_write(&config, &meta, &image, &size), 0);
	assert_int_equal(file_write_atomic(f->config, image, size, 0644), 0);
}

static int setup(void **state)
{
	struct follower *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	snprintf(f->folder, sizeof(f->folder), "/tmp/test_daemon.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->config, sizeof(f->config), "%s/config.image", f->folder);
	snprintf(f->node, sizeof(f->node), "%s/" NODE_FILE, f->folder);
	f->daemon = (struct daemon){.config_path = f->config, .yang_dir = "no/such/folder"};
	f->daemon.loop = qb_loop_create();
	publish(f, 100, 1, true);
	assert_int_equal(on_reload(f), 0);
	assert_int_equal(daemon_watch(&f->daemon, on_reload, f), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct follower *f = *state;

	daemon_end(&f->daemon);
	unlink(f->config);
	unlink(f->node);
	rmdir(f->folder);
	free(f);
	return 0;
}

static void another_configuration_is_loaded(void **state)
{
	struct follower *f = *state;

	assert_int_equal(turn(f), 0);
	publish(f, 200, 2, true);
	assert_int_equal(turn(f), 1);
	assert_int_equal(f->daemon.meta.revision, 2);
	publish(f, 100, 3, true);
	assert_int_equal(turn(f), 1);
}

static void the_same_one_only_brings_its_meta(void **state)
{
	struct follower *f = *state;

	publish(f, 100, 2, false);
	assert_int_equal(turn(f), 0);
	assert_int_equal(f->daemon.meta.revision, 2);
	assert_false(f->daemon.meta.current);
	f->daemon.follows_meta = true;
	publish(f, 100, 2, true);
	assert_int_equal(turn(f), 1);
	assert_true(f->daemon.meta.current);
}

static void a_new_name_of_the_node_is_news(void **state)
{
	struct follower *f = *state;

	assert_int_equal(file_write_atomic(f->node, "r1\n", 3, 0644), 0);
	assert_int_equal(turn(f), 1);
}

/* It is tried, and refused with words; what was loaded stands. */
static void what_is_no_image_is_tried(void **state)
{
	struct follower *f = *state;

	assert_int_equal(file_write_atomic(f->config, "{", 1, 0644), 0);
	assert_int_equal(turn(f), 1);
	assert_int_equal(f->daemon.meta.revision, 1);
	publish(f, 100, 1, true);
	assert_int_equal(turn(f), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(another_configuration_is_loaded, setup, teardown),
		cmocka_unit_test_setup_teardown(the_same_one_only_brings_its_meta, setup, teardown),
		cmocka_unit_test_setup_teardown(a_new_name_of_the_node_is_news, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_image_is_tried, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
