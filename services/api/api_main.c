// SPDX-License-Identifier: GPL-2.0-or-later
/* trireme-api: who may do what, between the HTTP front and the node's daemons. */
#include <assert.h>
#include <errno.h>
#include <grp.h>
#include <jansson.h>
#include <limits.h>
#include <linux/capability.h>
#include <pwd.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <syslog.h>

#include "api/broker.h"
#include "api/sandbox_io.h"
#include "api/serve_io.h"
#include "base/cleanup.h"
#include "base/crypt_io.h"
#include "base/file_io.h"
#include "base/privilege_io.h"
#include "base/wipe.h"
#include "proto/api_ipc.h"
#include "schema/daemon_io.h"
#include "schema/schema.h"

#define HELPER_USER "trireme-auth"
/* Who is not root makes what its clients share with it for its own group. */
static const char *const asked_groups[] = {"trireme-health", "trireme-resource"};
#define DATA AUDIT_FOLDER
#define SECRET_KEY "secret.key"
#define SECRET_KEY_SIZE 32
#define RELEASE "/etc/trireme-release"
#define FINGERPRINT "/run/trireme/tls.fingerprint"
/* The config service does one thing after the other: more at a time make nothing faster. */
#define LOOKS_MAX 3
#define COMMITS_MAX 2

static_assert(LOOKS_MAX + COMMITS_MAX < SERVE_WORKERS_SHARE,
	      "a worker of each front is left for what does not need the config service");

struct api {
	struct daemon daemon;
	const char *data, *socket;
	char default_hash[CRYPT_IO_HASH_MAX];
	struct broker broker;
	struct serve *serve;
};

static void free_directory(struct directory **directory)
{
	if (*directory)
		directory_clear(*directory);
	free(*directory);
}

/* What the cluster's routers have in common, and nobody else. */
static int read_key(const struct api *api, struct token_key *ret_key)
{
	_cleanup_free_ char *data = NULL;
	char path[PATH_MAX];
	size_t size = 0;
	int n = snprintf(path, sizeof(path), "%s/%s", api->data, SECRET_KEY);
	int r = n < 0 || n >= PATH_MAX ? -ENAMETOOLONG
				       : file_read(path, SECRET_KEY_SIZE, &data, &size);

	if (r == 0 && size != SECRET_KEY_SIZE)
		r = -EBADMSG;
	if (r == 0)
		token_key_derive(data, size, ret_key);
	else
		qb_log(LOG_ERR, "the cluster's key %s cannot be used: %s", path, strerror(-r));
	if (data)
		explicit_bzero(data, size);
	return r;
}

static int reload(void *data)
{
	struct api *api = data;
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_(free_directory) struct directory *directory = malloc(sizeof(*directory));
	_cleanup_(token_key_clear) struct token_key key = {0};
	const struct config_node *node = NULL;
	int r = directory ? daemon_load(&api->daemon, &config) : -ENOMEM;

	if (r == 0)
		r = daemon_node(&api->daemon, config, &node);
	if (r == 0)
		r = read_key(api, &key);
	if (r < 0 || !node)
		return r;
	directory_make(config, node->name, api->default_hash, directory);
	/* Nobody else wipes them. */
	if (config->n_users)
		explicit_bzero(config->users, config->n_users * sizeof(*config->users));
	broker_take(&api->broker, directory, &key, api->daemon.meta.revision);
	return 0;
}

/* Random bytes, or -EIO. */
static int random_bytes(void *bytes, size_t size)
{
	return getrandom(bytes, size, 0) == (ssize_t)size ? 0 : -EIO;
}

/* The hash of a password that nobody knows: checked where a user has none. */
static int make_default_hash(struct api *api)
{
	uint8_t random[TOKEN_ID_SIZE], salt[32];
	char password[TOKEN_ID_MAX];
	int r = random_bytes(random, sizeof(random));

	if (r == 0)
		r = random_bytes(salt, sizeof(salt));
	if (r < 0)
		return r;
	token_id(random, password);
	return crypt_io_hash(password, salt, sizeof(salt), api->default_hash);
}

/* Those that there are. */
static int join_groups(void)
{
	gid_t groups[ARRAY_SIZE(asked_groups)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(asked_groups); i++) {
		const struct group *group = getgrnam(asked_groups[i]);

		if (group)
			groups[n++] = group->gr_gid;
	}
	return setgroups(n, groups) < 0 ? -errno : 0;
}

/* The helper first: it is the one that becomes another user. */
static int drop_privileges(struct api *api)
{
	int r = helper_start(HELPER_USER, &api->broker.helper);

	if (r == 0 && geteuid() == 0)
		r = join_groups();
	return r < 0 ? r : privilege_keep(0);
}

static int open_broker(struct api *api)
{
	struct broker *b = &api->broker;

	b->release_path = RELEASE;
	b->fingerprint_path = FINGERPRINT;
	b->config_path = api->daemon.config_path;
	b->yang_dir = api->daemon.yang_dir;
	pthread_mutex_init(&b->importing, NULL);
	gate_open(&b->looks, LOOKS_MAX);
	gate_open(&b->commits, COMMITS_MAX);
	pthread_rwlock_init(&b->directory_lock, NULL);
	pthread_mutex_init(&b->revision_lock, NULL);
	pthread_cond_init(&b->revision_changed, NULL);
	pthread_mutex_init(&b->guard, NULL);
	audit_open(api->data, &b->audit);
	state_open(&b->state);
	return random_bytes(b->memory_key.bytes, sizeof(b->memory_key.bytes));
}

static uid_t uid_of(const char *name)
{
	const struct passwd *user = getpwnam(name);

	return user ? user->pw_uid : (uid_t)-1;
}

static int open_socket(struct api *api)
{
	const struct serve_settings settings = {
		.path = api->socket,
		.web = uid_of(API_IPC_USER_WEB),
		.local = uid_of(API_IPC_USER_LOCAL),
		.request = broker_request,
		.data = &api->broker,
	};

	return serve_open(api->daemon.loop, &settings, &api->serve);
}

static int start(struct api *api)
{
	int r = drop_privileges(api);

	/*
	 * Before the first JSON and the first thread. It holds passwords and tokens: nothing of it
	 * stays in memory that is free.
	 */
	json_set_alloc_funcs(malloc, wipe_free);
	json_object_seed(0);
	(void)umask(0077);
	if (r == 0)
		r = sandbox_close();
	if (r == 0)
		r = make_default_hash(api);
	if (r == 0)
		r = open_broker(api);
	if (r == 0)
		r = daemon_follow(&api->daemon, reload, api);
	/* Another revision with the same document counts, too. */
	api->daemon.follows_meta = true;
	if (r == 0)
		r = reload(api);
	return r < 0 ? r : open_socket(api);
}

int main(int argc, char **argv)
{
	static struct api api = {.data = DATA, .socket = API_IPC_SOCKET};
	const struct daemon_switch switches[] = {
		{"data", "DIR", "where the key is, and the audit (" DATA ")", &api.data},
		{"socket", "FILE", "where the front asks (" API_IPC_SOCKET ")", &api.socket},
	};
	const struct daemon_special special = {.config_path = SCHEMA_RUNNING_ACCESS,
					       .switches = switches,
					       .n_switches = ARRAY_SIZE(switches)};
	/* To become somebody else in the helper, and to be rid of the rest. */
	const uint64_t keep =
		PRIVILEGE(CAP_SETUID) | PRIVILEGE(CAP_SETGID) | PRIVILEGE(CAP_SETPCAP);
	int r;

	api.broker.helper.fd = -1;
	r = daemon_begin_special(&api.daemon, "trireme-api", keep, &special, argc, argv);
	if (r >= 0)
		return r;
	r = start(&api);
	if (r == 0)
		qb_loop_run(api.daemon.loop);
	else
		qb_log(LOG_ERR, "not started: %s", strerror(-r));
	/* A worker that waits for a commit still uses all of this: the process's end frees it. */
	if (serve_close(api.serve)) {
		helper_end(&api.broker.helper);
		state_close(&api.broker.state);
		daemon_end(&api.daemon);
	}
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
