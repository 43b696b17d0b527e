// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/server.h"

#include <errno.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/ipc_server_io.h"
#include "config/revision.h"
#include "schema/machine_io.h"

/* Parts of a document: so often one is sent, that the ring has time for heartbeats between. */
#define CHUNK_INTERVAL_NS (2 * NSEC_PER_MSEC)

static void log_lines(int priority, char *lines)
{
	char *rest = lines;

	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		qb_log(priority, "%s", line);
}

static void settings_of(const struct publication *publication, struct replica_settings *ret)
{
	const struct config *config = publication->config;

	*ret = (struct replica_settings){
		.self = publication->node->id,
		.level = CONFIG_WIRE_LEVEL,
		.chunk_interval = CHUNK_INTERVAL_NS,
		.n_nodes = config->n_nodes,
	};
	for (size_t i = 0; i < config->n_nodes; i++) {
		ret->nodes[i].id = config->nodes[i].id;
		ret->nodes[i].votes = 1;
		memcpy(ret->nodes[i].name, config->nodes[i].name, sizeof(ret->nodes[i].name));
	}
}

static void renew_settings(void *data)
{
	struct server *s = data;
	struct replica_settings settings;

	settings_of(&s->publication, &settings);
	if (cluster_settings(&s->cluster, &settings) < 0)
		qb_log(LOG_ERR, "the new nodes cannot be taken into account: no memory");
}

static bool same_nodes(const struct replica_settings *a, const struct replica_settings *b)
{
	if (a->self != b->self || a->n_nodes != b->n_nodes)
		return false;
	for (size_t i = 0; i < a->n_nodes; i++) {
		if (a->nodes[i].id != b->nodes[i].id ||
		    strcmp(a->nodes[i].name, b->nodes[i].name) != 0)
			return false;
	}
	return true;
}

/* Other nodes: the replica begins anew, once what it is doing is done. */
static void follow_nodes(struct server *s)
{
	struct replica_settings settings;

	settings_of(&s->publication, &settings);
	if (s->cluster.replica && !same_nodes(&settings, &s->cluster.settings))
		qb_loop_job_add(s->loop, QB_LOOP_MED, s, renew_settings);
}

/* What the cluster's members have agreed on; before that, what every release knows. */
static uint32_t level_of(const struct server *s)
{
	const char *name;

	return s->cluster.replica ? replica_level(s->cluster.replica, &name)
				  : CONFIG_WIRE_LEVEL_MIN;
}

static struct config_meta meta_of(struct server *s, const struct revision *revision, bool is_local,
				  const struct config *config)
{
	struct config_meta meta = {
		.revision = revision->number,
		.current = (s->current || config->n_nodes == 1) && !s->behind,
		.local = is_local,
		.level = level_of(s),
	};

	s->level = meta.level;
	memcpy(meta.id, revision->id.bytes, sizeof(meta.id));
	return meta;
}

int server_republish(struct server *s, struct text *report)
{
	struct revision used = s->revision;
	struct config_meta meta;
	int r = s->behind ? store_get(s->core.store, s->document_number, &used) : 0;

	if (r < 0)
		return r;
	meta = meta_of(s, &used, s->is_local, s->publication.config);
	return publish_services(&s->core, &s->publication, s->document, &meta, report);
}

/* The newest revision's document, or the newest one that this software can read. */
static int read_document(struct server *s, struct text *report)
{
	uint64_t wanted = s->document_number;
	int r = core_usable(&s->core, wanted, &s->document_number, report);

	s->behind = s->behind || s->document_number != wanted;
	return r < 0 ? r : core_document(&s->core, s->document_number, &s->document, report);
}

int server_prepare(struct server *s, struct text *report)
{
	struct store_local local;
	int r = core_open_model(&s->core, report);

	if (r < 0 || s->document)
		return r;
	if (!s->is_local)
		return read_document(s, report);
	r = store_local(s->core.store, &local);
	return r < 0 ? r : core_local_document(&s->core, &local, &s->document, report);
}

int server_use(struct server *s, struct document *document, const struct revision *revision,
	       bool is_local, struct text *report)
{
	_cleanup_(document_freep) struct document *owned = document;
	_cleanup_(publication_clear) struct publication publication = {0};
	struct config_meta meta;
	int r = publication_make(&s->core, document, &publication, report);

	if (r < 0)
		return r;
	meta = meta_of(s, revision, is_local, publication.config);
	meta.current = s->current || publication.config->n_nodes == 1;
	r = server_ring_check(s, publication.config, report);
	if (r == 0)
		r = server_ring_keep(s, publication.config);
	if (r == 0)
		r = publish_services(&s->core, &publication, document, &meta, report);
	if (r < 0)
		return r;
	s->behind = false;
	document_free(s->document);
	s->document = take_ptr(owned);
	publication_clear(&s->publication);
	s->publication = publication;
	publication = (struct publication){0};
	s->revision = *revision;
	s->is_local = is_local;
	s->document_number = revision->number;
	follow_nodes(s);
	server_ring_follow(s, &s->publication);
	return 0;
}

void server_remember(struct server *s, struct document *document, const struct revision_id *body)
{
	document_free(s->checked);
	s->checked = document;
	s->checked_body = *body;
}

static bool is_remembered(const struct server *s, const struct revision *revision)
{
	return s->checked &&
	       memcmp(&s->checked_body, &revision->body, sizeof(s->checked_body)) == 0;
}

static void error_words(const struct schema_error *error, char *reason, size_t size)
{
	snprintf(reason, size, "%s%s%s%s%s%s", error->path, error->path[0] ? ": " : "",
		 error->value, error->value[0] ? ": " : "", error->allowed[0] ? "allowed: " : "",
		 error->allowed);
}

/* Whether this machine's firmware and the ring it runs can do what is asked for. */
static int check_possible(const struct server *s, const struct document *document, char *reason,
			  size_t size)
{
	const struct config *config = document_config(document);
	struct schema_error error = {0};
	struct text why = text_on(reason, size);
	int r = machine_can(config, &error);

	if (r == 0)
		return server_ring_check(s, config, &why);
	error_words(&error, reason, size);
	return r;
}

/* Whether it is one of the document's nodes, and the secrets open here. */
static int check_machine(struct server *s, struct document *document, char *reason, size_t size)
{
	_cleanup_(publication_clear) struct publication publication = {0};
	char buf[CORE_REPORT_MAX];
	struct text report = TEXT_ON(buf);
	int r = check_possible(s, document, reason, size);

	if (r < 0)
		return r;
	r = publication_make(&s->core, document, &publication, &report);
	if (r < 0)
		snprintf(reason, size, "%.*s", (int)strcspn(buf, "\n"), buf);
	return r;
}

static int on_check(void *data, const struct revision *revision, const char *body, size_t size,
		    char *reason, size_t reason_size)
{
	_cleanup_(document_freep) struct document *document = NULL;
	struct server *s = data;
	struct schema_error error = {0};
	char buf[CORE_REPORT_MAX];
	struct text report = TEXT_ON(buf);
	int r;

	if (!body)
		return 0;
	r = server_prepare(s, &report);
	if (r < 0) {
		snprintf(reason, reason_size, "%.*s", (int)strcspn(buf, "\n"), buf);
		return r;
	}
	if (is_remembered(s, revision))
		return check_possible(s, s->checked, reason, reason_size);
	r = core_parse(&s->core, revision->model, body, size, &document, &error);
	if (r < 0)
		error_words(&error, reason, reason_size);
	else
		r = check_machine(s, document, reason, reason_size);
	if (r == 0)
		server_remember(s, take_ptr(document), &revision->body);
	return r;
}

/* The revision's document: the one that was checked, else as it is stored. */
static int document_of(struct server *s, const struct revision *revision,
		       struct document **ret_document, struct text *report)
{
	if (!is_remembered(s, revision))
		return core_document(&s->core, revision->number, ret_document, report);
	*ret_document = take_ptr(s->checked);
	return 0;
}

static void tell_difference(struct server *s, struct document *before)
{
	_cleanup_free_ char *lines = NULL;

	if (document_diff(before, s->document, DOCUMENT_LINES, DOCUMENT_REDACTED, &lines) == 0)
		log_lines(LOG_NOTICE, lines);
}

static void end_local(struct server *s, struct document *before)
{
	qb_log(LOG_WARNING, "the cluster's revision %llu replaces this node's emergency document:",
	       (unsigned long long)s->revision.number);
	tell_difference(s, before);
	if (store_clear_local(s->core.store) < 0)
		qb_log(LOG_ERR, "the emergency document cannot be dropped");
}

static int take_into_use(struct server *s, const struct revision *revision)
{
	_cleanup_(document_freep) struct document *document = NULL, *before = NULL;
	struct revision copy = *revision;
	char buf[CORE_REPORT_MAX];
	struct text report = TEXT_ON(buf);
	bool was_local = s->is_local;
	int r = server_prepare(s, &report);

	if (r == 0)
		r = document_of(s, revision, &document, &report);
	if (r == 0 && was_local)
		before = take_ptr(s->document);
	if (r == 0)
		r = server_use(s, take_ptr(document), &copy, false, &report);
	if (r < 0) {
		log_lines(LOG_ERR, buf);
		if (before)
			s->document = take_ptr(before);
		return r;
	}
	qb_log(LOG_NOTICE, "revision %llu of %s is in use%s%s", (unsigned long long)copy.number,
	       copy.author, copy.comment[0] ? ": " : "", copy.comment);
	if (was_local)
		end_local(s, before);
	return 0;
}

/* It works with what it has, and owns nothing: the others do otherwise. */
static void fall_behind(struct server *s, const struct revision *revision)
{
	char buf[CORE_REPORT_MAX];
	struct text report = TEXT_ON(buf);

	s->behind = true;
	s->revision = *revision;
	if (server_republish(s, &report) < 0)
		log_lines(LOG_ERR, buf);
}

static void on_apply(void *data, const struct revision *revision, uint32_t seconds)
{
	struct server *s = data;
	bool again = memcmp(&revision->id, &s->revision.id, sizeof(revision->id)) == 0;

	/* Agreed on once more, in a new view: what this node does with it stays. */
	if ((!again || s->is_local || s->behind) && take_into_use(s, revision) < 0) {
		fall_behind(s, revision);
		return;
	}
	server_confirm_begin(s, revision, seconds);
}

static void on_current(void *data, bool on)
{
	struct server *s = data;
	char buf[CORE_REPORT_MAX];
	struct text report = TEXT_ON(buf);

	if (s->current == on)
		return;
	s->current = on;
	if (server_republish(s, &report) < 0)
		log_lines(LOG_ERR, buf);
}

/* The cluster works again: what this node has done alone ends. */
static void on_open(void *data, bool on)
{
	struct server *s = data;
	char buf[CORE_REPORT_MAX];
	struct text report = TEXT_ON(buf);

	if (on && s->is_local && take_into_use(s, &s->revision) < 0)
		fall_behind(s, &s->revision);
	if (on && level_of(s) != s->level && server_republish(s, &report) < 0)
		log_lines(LOG_ERR, buf);
	server_confirm_look(s);
}

static void on_diverged(void *data, uint64_t number)
{
	(void)data;
	qb_log(LOG_ERR,
	       "this node had agreed revisions from %llu on that the others do not have (a disk "
	       "that was restored?): theirs replace them; see trireme history",
	       (unsigned long long)number);
}

static void on_view(void *data, const uint32_t *ids, size_t n)
{
	server_ring_view(data, ids, n);
}

static void on_unblock(void *data)
{
	server_ring_unblock(data);
}

static bool on_message(void *data, uint32_t sender, const void *bytes, size_t size)
{
	return server_ring_message(data, sender, bytes, size);
}

/* The boot has published it. */
static int take_over(struct server *s, struct core_running *running, struct text *report)
{
	struct config_meta meta;
	int r = core_running(&s->core, running);

	if (r < 0) {
		text_add(report, "the datastore has no revision: %s\n", strerror(-r));
		return r;
	}
	s->revision = running->revision;
	s->is_local = running->is_local;
	s->document_number = running->document;
	r = publication_read(&s->core, &s->publication, &meta);
	if (r == 0 && meta.revision == s->revision.number && meta.local == s->is_local)
		return 0;
	publication_clear(&s->publication);
	r = server_prepare(s, report);
	return r < 0 ? r : publication_make(&s->core, s->document, &s->publication, report);
}

static int begin(struct server *s, const char *root, const char *yang_dir, struct text *report)
{
	static const struct cluster_handler handler = {.check = on_check,
						       .apply = on_apply,
						       .outcome = server_outcome,
						       .current = on_current,
						       .open = on_open,
						       .view = on_view,
						       .unblock = on_unblock,
						       .message = on_message,
						       .diverged = on_diverged};
	struct replica_settings settings;
	struct core_running running = {0};
	int r;

	s->core = (struct core){.root = root, .yang_dir = yang_dir};
	r = core_open_key(&s->core, report);
	if (r == 0)
		r = core_open_store(&s->core, report);
	if (r == 0)
		r = take_over(s, &running, report);
	if (r == 0)
		r = server_ring_open(s, report);
	if (r < 0)
		return r;
	server_confirm_begin(s, &running.revision, running.remaining);
	settings_of(&s->publication, &settings);
	r = cluster_open(&s->cluster, s->loop, s->core.store, &settings, &handler, s);
	if (r == 0)
		r = ipc_io_open(s->loop, server_request, s);
	if (r < 0)
		text_add(report, "the service cannot begin: %s\n", strerror(-r));
	else
		server_ring_start(s);
	return r;
}

int server_open(struct server *s, qb_loop_t *loop, const char *root, const char *yang_dir)
{
	char buf[CORE_REPORT_MAX];
	struct text report = TEXT_ON(buf);
	int r;

	*s = (struct server){.loop = loop};
	r = begin(s, root, yang_dir, &report);
	if (r < 0)
		log_lines(LOG_ERR, buf);
	return r;
}

void server_close(struct server *s)
{
	ipc_server_close();
	cluster_close(&s->cluster);
	for (size_t i = 0; i < ARRAY_SIZE(s->waiting); i++)
		document_written_clear(&s->waiting[i].written);
	sessions_clear(&s->sessions);
	document_free(s->document);
	document_free(s->checked);
	publication_clear(&s->publication);
	core_close(&s->core);
}
