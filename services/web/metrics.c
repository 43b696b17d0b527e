// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/buffer.h"
#include "base/clock_io.h"
#include "base/parse.h"

#define LABELS_MAX 3
#define LABEL_BYTES_MAX 256 /* of a value; the rest is cut off */

/* How a member becomes a number. */
enum measure {
	MEASURE_NUMBER, /* a number, or a text of digits (RFC 7951) */
	MEASURE_MSEC,	/* the same of milliseconds, as seconds */
	MEASURE_ONE,	/* 1: what is to be told stands in the labels */
	MEASURE_TRUE,	/* 1 for true, 0 for false */
	MEASURE_UP,	/* 1 for "up", 0 for "down", none for "unknown" */
	MEASURE_YES,	/* the same of "yes" and "no" */
};

struct label {
	const char *name, *member;
	bool outer; /* of the entry of the outer list */
};

struct metric {
	const char *name, *help;
	const char *list[2]; /* NULL: the state itself; [1] is a list within [0] */
	const char *inside;  /* container with the member or the list, or NULL */
	const char *member;
	struct label labels[LABELS_MAX];
	enum measure measure;
	bool counter; /* else a gauge */
};

#define GROUP .list = {"group"}
#define GROUP_LABELS .labels = {{"group", "name", false}}
#define MEMBER .list = {"member"}, .labels = {{"member", "name", false}}
#define SERVICE .list = {"service"}
#define REAL                                                                           \
	.list = {"service", "real-server"}, .labels = {{"service", "name", true},      \
						       {"real_server", "name", false}, \
						       {"address", "address", false}}
#define SOURCE \
	.list = {"data-source"}, .labels = {{"source", "name", false}, {"type", "type", false}}
#define DATAPATH .inside = "datapath"
#define TABLE DATAPATH, .list = {"table"}, .labels = {{"family", "family", false}}
#define SYNC .inside = "synchronisation"
#define ROUTER SYNC, .list = {"router"}, .labels = {{"router", "name", false}}
#define CONFIGURATION .inside = "configuration"

static const struct metric metrics[] = {
	{"trireme_node_info", "Name and firmware of this node.", .member = "node",
	 .measure = MEASURE_ONE,
	 .labels = {{"node", "node", false}, {"version", "version", false}}},
	{"trireme_quorum",
	 "Whether the ring has a quorum; one that an operator has forced is none.",
	 .member = "quorum", .measure = MEASURE_YES},
	{"trireme_member_present", "Whether the member is on the ring.", .member = "present",
	 .measure = MEASURE_TRUE, MEMBER},
	{"trireme_member_fit", "Whether the member could own a group.", .member = "fit",
	 .measure = MEASURE_TRUE, MEMBER},
	{"trireme_member_standby", "Whether the member was told to own nothing.",
	 .member = "standby", .measure = MEASURE_TRUE, MEMBER},
	{"trireme_group_owner_info", "Which node owns the group's floating addresses.", GROUP,
	 .member = "owner", .measure = MEASURE_ONE,
	 .labels = {{"group", "name", false}, {"owner", "owner", false}}},
	{"trireme_group_role_info", "What this node is for the group.", GROUP, .member = "role",
	 .measure = MEASURE_ONE, .labels = {{"group", "name", false}, {"role", "role", false}}},
	{"trireme_group_epoch", "Number of the group's ownership; each new owner has a higher one.",
	 GROUP, .member = "epoch", GROUP_LABELS},
	{"trireme_group_lease_seconds", "What is left of the lease of this node.", GROUP,
	 .member = "lease-left", .measure = MEASURE_MSEC, GROUP_LABELS},
	{"trireme_service_applied", "Whether the kernel forwards the service as configured.",
	 SERVICE, .member = "applied", .measure = MEASURE_TRUE,
	 .labels = {{"service", "name", false}, {"address", "address", false}}},
	{"trireme_service_datapath_info", "What carries the service's packets, and why.", SERVICE,
	 .member = "datapath", .measure = MEASURE_ONE,
	 .labels = {{"service", "name", false},
		    {"datapath", "datapath", false},
		    {"reason", "datapath-reason", false}}},
	{"trireme_real_server_up", "Whether the real server answers its checks.",
	 .member = "health", .measure = MEASURE_UP, REAL},
	{"trireme_real_server_in_use", "Whether new connections go to it.", .member = "in-use",
	 .measure = MEASURE_TRUE, REAL},
	{"trireme_real_server_weight", "Its weight for the scheduler.", .member = "weight", REAL},
	{"trireme_real_server_active_connections", "Connections that are established or half open.",
	 .member = "active", REAL},
	{"trireme_real_server_inactive_connections", "Other connections in the table.",
	 .member = "inactive", REAL},
	{"trireme_real_server_connections_total", "Connections since it is in the table.",
	 .counter = true, .member = "connections", REAL},
	{"trireme_real_server_in_packets_total", "Packets to the real server.", .counter = true,
	 .member = "packets-in", REAL},
	{"trireme_real_server_out_packets_total", "Packets from the real server.", .counter = true,
	 .member = "packets-out", REAL},
	{"trireme_real_server_in_bytes_total", "Bytes to the real server.", .counter = true,
	 .member = "bytes-in", REAL},
	{"trireme_real_server_out_bytes_total", "Bytes from the real server.", .counter = true,
	 .member = "bytes-out", REAL},
	{"trireme_datapath_flows", "Connections in the data path's table.", TABLE,
	 .member = "flows"},
	{"trireme_datapath_templates", "Clients that persistence keeps, in the same table.", TABLE,
	 .member = "templates"},
	{"trireme_datapath_table_room", "How many of both the table could have.", TABLE,
	 .member = "room"},
	{"trireme_datapath_half_open", "TCP connections that are half open.", DATAPATH,
	 .member = "half-open"},
	{"trireme_datapath_half_open_max",
	 "With more of them new connections are served without being remembered.", DATAPATH,
	 .member = "half-open-max"},
	{"trireme_datapath_memory_bytes", "Memory of the data path's tables.", DATAPATH,
	 .member = "memory"},
	{"trireme_datapath_expired_total",
	 "Connections that were forgotten since their time was over.", DATAPATH, .counter = true,
	 .member = "expired"},
	{"trireme_datapath_gone_total", "Connections whose real server or service was removed.",
	 DATAPATH, .counter = true, .member = "gone"},
	{"trireme_datapath_packets_total", "Packets that were not simply forwarded.", DATAPATH,
	 .list = {"reason"}, .counter = true, .member = "packets",
	 .labels = {{"reason", "name", false}}},
	{"trireme_sync_synchronised", "Whether every other router has the node's connections.",
	 SYNC, .member = "synchronised", .measure = MEASURE_TRUE},
	{"trireme_sync_sent_records_total", "Connections and changes that were told.", SYNC,
	 .counter = true, .member = "records"},
	{"trireme_sync_sent_bytes_total", "Bytes of these.", SYNC, .counter = true,
	 .member = "bytes"},
	{"trireme_sync_events_lost_total",
	 "Times that more changed at once than could be noted; then all is told.", SYNC,
	 .counter = true, .member = "events-lost"},
	{"trireme_sync_full_transfers_total", "Times that all was told.", SYNC, .counter = true,
	 .member = "full-transfers"},
	{"trireme_sync_repeated_total", "Messages that others have asked for once more.", SYNC,
	 .counter = true, .member = "repeated"},
	{"trireme_sync_unsent_total", "Datagrams that the network has not taken.", SYNC,
	 .counter = true, .member = "unsent"},
	{"trireme_sync_router_complete", "Whether the router has all of the node's connections.",
	 .member = "complete", .measure = MEASURE_TRUE, ROUTER},
	{"trireme_sync_router_lag_seconds", "How old the oldest change is that it has not got.",
	 .member = "lag", .measure = MEASURE_MSEC, ROUTER},
	{"trireme_sync_router_records_total", "Connections and changes that it has told.",
	 .counter = true, .member = "records", ROUTER},
	{"trireme_sync_router_missed_total", "Messages that did not come with the first try.",
	 .counter = true, .member = "missed", ROUTER},
	{"trireme_sync_router_unknown_total", "What it told of services that are not here.",
	 .counter = true, .member = "unknown", ROUTER},
	{"trireme_sync_router_wrong_key_total", "Datagrams under another key, or forged.",
	 .counter = true, .member = "wrong-key", ROUTER},
	{"trireme_data_source_up", "Whether the data source answers its checks.", .member = "state",
	 .measure = MEASURE_UP, SOURCE},
	{"trireme_unavailable_info", "What of the state could not be asked.",
	 .list = {"unavailable"}, .member = "part", .measure = MEASURE_ONE,
	 .labels = {{"part", "part", false}}},
	{"trireme_config_revision", "Number of the running revision.", CONFIGURATION,
	 .member = "revision"},
	{"trireme_config_current", "Whether this node has the newest revision.", CONFIGURATION,
	 .member = "current", .measure = MEASURE_TRUE},
	{"trireme_config_local", "Whether it is an emergency revision of this node alone.",
	 CONFIGURATION, .member = "local", .measure = MEASURE_TRUE},
};

/* In a label's value, and in it alone, three characters are escaped. */
static void add_label_value(struct buffer *buffer, const char *value)
{
	size_t size = strnlen(value, LABEL_BYTES_MAX);

	/* Whole characters of UTF-8 only. */
	while (size == LABEL_BYTES_MAX && size > 0 && ((unsigned char)value[size] & 0xc0) == 0x80)
		size--;
	for (size_t i = 0; i < size; i++) {
		if (value[i] == '\n')
			buffer_text(buffer, "\\n");
		else if (value[i] == '"' || value[i] == '\\')
			buffer_format(buffer, "\\%c", value[i]);
		else
			buffer_add(buffer, &value[i], 1);
	}
}

static void add_labels(struct buffer *buffer, const struct metric *metric, const json_t *entry,
		       const json_t *outer)
{
	const char *separator = "{";

	for (size_t i = 0; i < LABELS_MAX && metric->labels[i].name; i++) {
		const struct label *label = &metric->labels[i];
		const char *value = json_string_value(
			json_object_get(label->outer ? outer : entry, label->member));

		if (!value)
			continue;
		buffer_format(buffer, "%s%s=\"", separator, label->name);
		add_label_value(buffer, value);
		buffer_text(buffer, "\"");
		separator = ",";
	}
	if (separator[0] == ',')
		buffer_text(buffer, "}");
}

static int number_of(const json_t *value, uint64_t *ret_number)
{
	if (json_is_string(value))
		return parse_u64(json_string_value(value), 0, UINT64_MAX, ret_number);
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return -EINVAL;
	*ret_number = (uint64_t)json_integer_value(value);
	return 0;
}

/* 1 for `yes`, 0 for `no`; -EINVAL for what is neither. */
static int either(const json_t *value, const char *yes, const char *no, uint64_t *ret_number)
{
	const char *text = json_string_value(value);

	if (!text || (strcmp(text, yes) != 0 && strcmp(text, no) != 0))
		return -EINVAL;
	*ret_number = strcmp(text, yes) == 0;
	return 0;
}

static int measure(const struct metric *metric, const json_t *value, uint64_t *ret_number)
{
	switch (metric->measure) {
	case MEASURE_NUMBER:
	case MEASURE_MSEC:
		return number_of(value, ret_number);
	case MEASURE_ONE:
		*ret_number = 1;
		return json_is_string(value) ? 0 : -EINVAL;
	case MEASURE_TRUE:
		*ret_number = json_is_true(value);
		return json_is_boolean(value) ? 0 : -EINVAL;
	case MEASURE_UP:
		return either(value, "up", "down", ret_number);
	case MEASURE_YES:
		if (either(value, "yes", "forced", ret_number) == 0)
			return 0;
		return either(value, "yes", "no", ret_number);
	}
	return -EINVAL;
}

static void add_sample(struct buffer *buffer, const struct metric *metric, const json_t *entry,
		       const json_t *outer)
{
	bool within = metric->inside && !metric->list[0];
	const json_t *from = within ? json_object_get(entry, metric->inside) : entry;
	uint64_t number;

	if (measure(metric, json_object_get(from, metric->member), &number) < 0)
		return;
	buffer_text(buffer, metric->name);
	add_labels(buffer, metric, entry, outer);
	if (metric->measure == MEASURE_MSEC)
		buffer_format(buffer, " %" PRIu64 ".%03" PRIu64 "\n", number / 1000, number % 1000);
	else
		buffer_format(buffer, " %" PRIu64 "\n", number);
}

static void add_head(struct buffer *buffer, const char *name, const char *help, const char *type)
{
	buffer_format(buffer, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A sample of each entry of the list within, or of the entry itself. */
static void add_entry(struct buffer *buffer, const struct metric *metric, const json_t *entry)
{
	const json_t *list = json_object_get(entry, metric->list[1]);

	if (!metric->list[1])
		add_sample(buffer, metric, entry, NULL);
	for (size_t i = 0; i < json_array_size(list); i++)
		add_sample(buffer, metric, json_array_get(list, i), entry);
}

static void add_metric(struct buffer *buffer, const struct metric *metric, const json_t *state)
{
	const json_t *from = metric->inside ? json_object_get(state, metric->inside) : state;
	const json_t *list = json_object_get(from, metric->list[0]);

	add_head(buffer, metric->name, metric->help, metric->counter ? "counter" : "gauge");
	if (!metric->list[0])
		add_sample(buffer, metric, state, NULL);
	for (size_t i = 0; i < json_array_size(list); i++)
		add_entry(buffer, metric, json_array_get(list, i));
}

static uint64_t number_in(const json_t *object, const char *member)
{
	uint64_t number = 0;

	(void)number_of(json_object_get(object, member), &number);
	return number;
}

#define SECONDS "%" PRIu64 ".%09" PRIu64
#define OF_NS(ns) (uint64_t)((ns) / NSEC_PER_SEC), (uint64_t)((ns) % NSEC_PER_SEC)

/* Buckets are cumulative here as there. */
static void add_histogram(struct buffer *buffer, const char *name, const json_t *times)
{
	const json_t *buckets = json_object_get(times, "bucket"), *bucket;
	uint64_t count = number_in(times, "count"), total = number_in(times, "total");
	size_t i;

	json_array_foreach(buckets, i, bucket)
	{
		uint64_t below = number_in(bucket, "below");

		buffer_format(buffer, "%s_bucket{le=\"" SECONDS "\"} %" PRIu64 "\n", name,
			      OF_NS(below), number_in(bucket, "count"));
	}
	buffer_format(buffer, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
	buffer_format(buffer, "%s_sum " SECONDS "\n", name, OF_NS(total));
	buffer_format(buffer, "%s_count %" PRIu64 "\n", name, count);
}

static void add_times(struct buffer *buffer, const json_t *state)
{
	static const char *const metrics_of[][3] = {
		{"echo", "trireme_agent_echo_seconds",
		 "From a heartbeat until a quorum has confirmed it."},
		{"reform", "trireme_agent_reform_seconds",
		 "From a new membership until its members have told what they know."},
	};
	const json_t *list = json_object_get(state, "agent-time"), *times;
	size_t k;

	for (size_t i = 0; i < ARRAY_SIZE(metrics_of); i++) {
		add_head(buffer, metrics_of[i][1], metrics_of[i][2], "histogram");
		json_array_foreach(list, k, times)
		{
			const char *name = json_string_value(json_object_get(times, "name"));

			if (name && strcmp(name, metrics_of[i][0]) == 0)
				add_histogram(buffer, metrics_of[i][1], times);
		}
	}
}

static void add_gauge(struct buffer *buffer, const char *name, const char *help,
		      unsigned long long value)
{
	add_head(buffer, name, help, "gauge");
	buffer_format(buffer, "%s %llu\n", name, value);
}

/* What the front knows of itself. */
static void add_own(struct buffer *buffer, const struct counters *counters)
{
	add_head(buffer, "trireme_http_answers_total", "Answers, by class of status.", "counter");
	for (size_t i = 0; i < COUNTERS_CLASSES; i++)
		buffer_format(buffer, "trireme_http_answers_total{class=\"%zuxx\"} %llu\n", i + 1,
			      (unsigned long long)atomic_load(&counters->answers[i]));
	add_head(buffer, "trireme_http_refused_total",
		 "Connections that were too many, too fast or not allowed.", "counter");
	buffer_format(buffer, "trireme_http_refused_total %llu\n",
		      (unsigned long long)atomic_load(&counters->refused));
	add_head(buffer, "trireme_http_late_total",
		 "Connections whose request took too long to come.", "counter");
	buffer_format(buffer, "trireme_http_late_total %llu\n",
		      (unsigned long long)atomic_load(&counters->late));
	add_gauge(buffer, "trireme_http_connections", "Connections that are open.",
		  atomic_load(&counters->connections));
	add_gauge(buffer, "trireme_http_streams", "Streams of events that are open.",
		  atomic_load(&counters->streams));
}

int metrics_text(const json_t *state, const struct counters *counters, char **ret_text)
{
	_cleanup_buffer_ struct buffer buffer = buffer_of(METRICS_MAX);
	size_t size;

	state = json_object_get(state, "trireme-api:state");
	add_gauge(&buffer, "trireme_up", "Whether the node's own services answer.",
		  json_is_object(state));
	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++)
		add_metric(&buffer, &metrics[i], state);
	add_times(&buffer, state);
	add_own(&buffer, counters);
	return buffer_take(&buffer, ret_text, &size);
}
