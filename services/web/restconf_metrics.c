// SPDX-License-Identifier: GPL-2.0-or-later
/* GET of /metrics and /events: the state, in other forms than RESTCONF's. */
#include "proto/api_ipc.h"
#include "web/event.h"
#include "web/exchange.h"
#include "web/metrics.h"
#include "web/restconf_error.h"

static void take_metrics(struct exchange *x, json_t *reply)
{
	char *text = NULL;

	(void)metrics_text(json_object_get(reply, "state"), x->site->counters, &text);
	exchange_text(x, METRICS_TYPE, text);
}

void restconf_metrics(struct exchange *x)
{
	struct problem problem;
	json_t *ask;

	if (x->site->metrics) {
		/* The broker knows whether they are for everybody. */
		ask = exchange_state("");
		json_object_set_new(ask, "metrics", json_true());
		exchange_question(x, ask, take_metrics);
		return;
	}
	problem_say(&problem, "invalid-value", "no metrics are offered", NULL,
		    "/trireme:management/metrics/enabled: true");
	problem.app_tag = API_APP_NOT_FOUND;
	exchange_refuse(x, &problem);
}

/* For who is told of changes, the state as it is now comes first. */
static void take_first(struct exchange *x, json_t *reply)
{
	const json_t *state = json_object_get(reply, "state");
	char *common = event_common(state);

	x->session = event_session(state);
	answer_take(&x->answer, 200, TYPE_EVENTS, common ? event_text(common, x->session) : NULL);
	x->streams = x->answer.status == 200;
	free(common);
}

void restconf_events(struct exchange *x)
{
	exchange_question(x, exchange_state(""), take_first);
	x->value = json_incref(x->ask);
}
