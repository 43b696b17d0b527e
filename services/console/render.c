// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/render.h"

#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define LABEL_WIDTH 10
#define BANNER_GROUPS 2
/* What the menu itself needs: a blank line before and after the banner, five items, the question.
 * And one item more of a router without a quorum.
 */
#define MENU_ROWS 8
#define BANNER_PEERS_ROWS 2
#define BANNER_VIP_ROWS 2

/* A line that continues below its label when it is full; rows are bounded. */
struct row {
	struct text *text;
	size_t column;
	unsigned int rows_left;
	bool cut;
};

static struct row row_start(struct text *text, const char *label, unsigned int max_rows)
{
	struct row row = {.text = text, .column = LABEL_WIDTH, .rows_left = max_rows - 1};

	text_add(text, "%-*s", LABEL_WIDTH, label);
	return row;
}

/* Words are never split; one that is longer than a line stands alone in it. */
static void row_word(struct row *row, const char *word)
{
	size_t length = strlen(word);
	bool first = row->column == LABEL_WIDTH;

	if (row->cut)
		return;
	if (!first && row->column + 1 + length > RENDER_COLUMNS) {
		/* Without room for another line, the last one says that there is more. */
		if (row->rows_left == 0) {
			row->cut = true;
			text_add(row->text, "...");
			return;
		}
		row->rows_left--;
		text_add(row->text, "\n%*s", LABEL_WIDTH, "");
		row->column = LABEL_WIDTH;
		first = true;
	}
	text_add(row->text, "%s%s", first ? "" : " ", word);
	row->column += length + !first;
}

static void row_words(struct row *row, const char *sentence)
{
	char word[RENDER_COLUMNS + 1];

	while (*sentence) {
		size_t length = strcspn(sentence, " ");
		size_t copied = length < sizeof(word) - 1 ? length : sizeof(word) - 1;

		memcpy(word, sentence, copied);
		word[copied] = '\0';
		if (copied)
			row_word(row, word);
		sentence += copied;
		sentence += strspn(sentence, " ");
	}
}

static void row_end(struct row *row)
{
	text_add(row->text, "\n");
}

static void add_labelled(struct text *text, const char *label, const char *sentence,
			 unsigned int max_rows)
{
	struct row row = row_start(text, label, max_rows);

	row_words(&row, sentence);
	row_end(&row);
}

static void add_rule(struct text *text)
{
	char rule[RENDER_COLUMNS + 1];

	memset(rule, '-', RENDER_COLUMNS);
	rule[RENDER_COLUMNS] = '\0';
	text_add(text, "%s\n", rule);
}

static void add_title(const struct view *view, struct text *text)
{
	const struct agent_status_node *node =
		view->agent_error ? NULL : view_this_node(&view->agent);
	const char *kind = !node ? "" : node->witness ? " (witness)" : " (router)";

	text_add(text, "Trireme %.22s   host %.32s%s\n", view->version, view->host_name, kind);
	add_rule(text);
}

/* The addresses of a group, from the configuration: the agent does not repeat them. */
static void add_vips(const struct view *view, const char *group, struct row *row)
{
	char word[CONFIG_PORT_NAME_MAX + INET6_ADDRSTRLEN], address[INET6_ADDRSTRLEN];

	for (size_t i = 0; view->config && i < view->config->n_groups; i++) {
		const struct config_group *g = &view->config->groups[i];

		if (strcmp(g->name, group) != 0)
			continue;
		for (size_t j = 0; j < g->n_aliases; j++) {
			snprintf(word, sizeof(word), "%s=%s", g->aliases[j].label,
				 format_ipv4(g->aliases[j].address, address, sizeof(address)));
			row_word(row, word);
		}
		for (size_t j = 0; j < g->n_ipv6_aliases; j++) {
			snprintf(
				word, sizeof(word), "%s=%s", g->ipv6_aliases[j].port,
				format_ipv6(&g->ipv6_aliases[j].address, address, sizeof(address)));
			row_word(row, word);
		}
	}
}

static void add_group_line(const struct view *view, const struct agent_status_group *group,
			   struct text *text)
{
	struct row row = row_start(text, "Group", BANNER_VIP_ROWS);
	char words[128];
	struct text role = TEXT_ON(words);

	text_add(&role, "%s: %s", group->name, word_role(group->role));
	if (group->role != AGENT_ROLE_OWNER)
		text_add(&role, " (owner %s)", word_node(&view->agent, group->owner));
	row_words(&row, words);
	add_vips(view, group->name, &row);
	row_end(&row);
}

static void add_peers(const struct agent_status *agent, struct text *text)
{
	struct row row = row_start(text, "Peers", BANNER_PEERS_ROWS);
	char word[64];

	for (uint32_t i = 0; i < agent->n_nodes; i++) {
		const struct agent_status_node *node = &agent->nodes[i];

		if (node->id == agent->node_id)
			continue;
		snprintf(word, sizeof(word), "%s=%s", node->name,
			 node->present ? "present" : "ABSENT");
		row_word(&row, word);
	}
	if (row.column == LABEL_WIDTH)
		row_word(&row, "none");
	row_end(&row);
}

static void add_cluster(const struct view *view, struct text *text)
{
	const struct agent_status *agent = &view->agent;
	char sentence[128];
	struct text words = TEXT_ON(sentence);

	if (view->agent_error) {
		word_no_answer("agent", view->agent_error, &words);
		add_labelled(text, "Cluster", sentence, 2);
		return;
	}
	add_labelled(text, "Quorum", word_quorum(agent->quorum), 1);
	for (uint32_t i = 0; i < agent->n_groups && i < BANNER_GROUPS; i++)
		add_group_line(view, &agent->groups[i], text);
	if (agent->n_groups > BANNER_GROUPS) {
		text_add(&words, "%u more: the live view has all", agent->n_groups - BANNER_GROUPS);
		add_labelled(text, "Groups", sentence, 1);
	}
	add_peers(agent, text);
}

size_t render_fitting(const char *words, size_t width)
{
	size_t length = strcspn(words, "\n"), blank = width;

	if (length <= width)
		return length;
	while (blank > 0 && words[blank] != ' ')
		blank--;
	return blank ? blank : width;
}

/* Lines of a problem in at most that many rows; the last one says where all of it is. */
static void add_problem(const char *words, unsigned int max_rows, struct text *text)
{
	while (*words && max_rows > 1) {
		size_t length = render_fitting(words, RENDER_COLUMNS - 2);

		text_add(text, "! %.*s\n", (int)length, words);
		words += length + (words[length] == '\n' || words[length] == ' ');
		max_rows--;
	}
	if (*words)
		text_add(text, "! ... all of it: /run/trireme/config.error\n");
}

static unsigned int count_rows(const char *words)
{
	unsigned int n = 0;

	for (; *words; words++)
		n += *words == '\n';
	return n;
}

void render_banner(const struct view *view, struct text *text)
{
	unsigned int rows = MENU_ROWS + view_may_force(view);
	size_t start = text->used;

	add_title(view, text);
	add_cluster(view, text);
	add_labelled(text, "Password",
		     view->password_set ? "set" : "none is set, so none is asked for", 1);
	add_problem(view->problem, RENDER_ROWS - rows - count_rows(text->buf + start), text);
}
