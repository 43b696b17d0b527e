// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/conform/case.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "engine/tests/conform/case_steps.h"

#define LINES_MAX 256 /* of a case */
#define LINE_MAX_SIZE 512
#define VARIABLES_MAX 4
#define VALUES_MAX 16

struct variable {
	const char *name;
	const char *values[VALUES_MAX];
	size_t n;
};

struct source {
	const char *file;
	char *lines[LINES_MAX];
	unsigned int numbers[LINES_MAX];
	size_t n;
	struct variable variables[VARIABLES_MAX];
	size_t n_variables;
	char *error;
};

static int take_variable(struct source *s, struct case_words *w)
{
	struct variable *v;

	if (s->n_variables == VARIABLES_MAX)
		return case_words_fail(w, "for: more than %d in a case", VARIABLES_MAX);
	v = &s->variables[s->n_variables];
	*v = (struct variable){0};
	if (case_words_next(w, "for", &v->name) < 0)
		return -EINVAL;
	while (w->at < w->n && v->n < VALUES_MAX)
		v->values[v->n++] = w->words[w->at++];
	if (v->n == 0 || w->at < w->n)
		return case_words_fail(w, "for %s: allowed are 1 to %d values", v->name,
				       VALUES_MAX);
	s->n_variables++;
	return 0;
}

/* The one with the longest name, where several fit. */
static const struct variable *variable_at(const struct source *s, const char *text)
{
	const struct variable *found = NULL;

	for (size_t i = 0; i < s->n_variables; i++) {
		const struct variable *v = &s->variables[i];

		if (strncmp(text, v->name, strlen(v->name)) == 0 &&
		    (!found || strlen(v->name) > strlen(found->name)))
			found = v;
	}
	return found;
}

/* The line with its variables' values: combination numbers them, the first one fastest. */
static int substitute(const struct source *s, struct case_words *w, const char *line,
		      const size_t *chosen, char *to)
{
	size_t n = 0;

	while (*line) {
		const struct variable *v;
		const char *value;

		if (*line != '$') {
			if (n + 1 == LINE_MAX_SIZE)
				return case_words_fail(w, "longer than %d characters",
						       LINE_MAX_SIZE - 1);
			to[n++] = *line++;
			continue;
		}
		v = variable_at(s, line + 1);
		if (!v)
			return case_words_fail(w, "'%s' names no variable of the case", line);
		value = v->values[chosen[v - s->variables]];
		if (strcmp(value, "-") == 0)
			value = "";
		if (n + strlen(value) >= LINE_MAX_SIZE)
			return case_words_fail(w, "longer than %d characters", LINE_MAX_SIZE - 1);
		memcpy(to + n, value, strlen(value));
		n += strlen(value);
		line += 1 + strlen(v->name);
	}
	to[n] = '\0';
	return 0;
}

static int take_name(struct source *s, struct case_words *w, const size_t *chosen,
		     struct conform_case *c)
{
	const char *name;

	if (case_words_next(w, "case", &name) < 0)
		return -EINVAL;
	if (copy_text(c->name, sizeof(c->name), name) < 0 ||
	    copy_text(c->file, sizeof(c->file), s->file) < 0)
		return case_words_fail(w, "case: '%s' is too long", name);
	for (size_t i = 0; i < s->n_variables; i++) {
		const struct variable *v = &s->variables[i];

		if (strlen(c->name) + strlen(v->values[chosen[i]]) + 2 > sizeof(c->name))
			return case_words_fail(w, "case: '%s' is too long", name);
		strcat(strcat(c->name, "/"), v->values[chosen[i]]);
	}
	c->line = w->line;
	c->path = CASE_BOTH;
	return 0;
}

static int take_line(struct source *s, struct case_words *w, const size_t *chosen,
		     struct conform_case *c)
{
	int r;

	if (case_words_is(w, "case"))
		r = take_name(s, w, chosen, c);
	else if (case_words_is(w, "for"))
		return 0;
	else
		r = case_steps_take(w, c);
	if (r == 0 && w->at < w->n)
		return case_words_fail(w, "'%s' is not known here", w->words[w->at]);
	return r;
}

/* One combination. */
static int make(struct source *s, const size_t *chosen, struct conform_case *c)
{
	struct case_words w = {.file = s->file, .error = s->error};
	char line[LINE_MAX_SIZE];

	*c = (struct conform_case){0};
	for (size_t i = 0; i < s->n; i++) {
		w.line = s->numbers[i];
		if (substitute(s, &w, s->lines[i], chosen, line) < 0 ||
		    case_words_split(&w, line) < 0 || take_line(s, &w, chosen, c) < 0)
			return -EINVAL;
	}
	if (c->n_steps == 0)
		return case_words_fail(&w, "case '%s' has no step", c->name);
	return 0;
}

static bool next_combination(const struct source *s, size_t *chosen)
{
	for (size_t i = 0; i < s->n_variables; i++) {
		if (++chosen[i] < s->variables[i].n)
			return true;
		chosen[i] = 0;
	}
	return false;
}

static int use_all(struct source *s, int (*use)(void *data, const struct conform_case *c),
		   void *data)
{
	size_t chosen[VARIABLES_MAX] = {0};
	static struct conform_case c;
	int r;

	if (s->n == 0)
		return 0;
	do {
		r = make(s, chosen, &c);
		if (r == 0)
			r = use(data, &c);
	} while (r == 0 && next_combination(s, chosen));
	s->n = s->n_variables = 0;
	return r;
}

/* A variable's line is looked at before the rest of its case. */
static int keep(struct source *s, unsigned int number, char *line)
{
	struct case_words w = {.file = s->file, .line = number, .error = s->error};

	if (s->n == LINES_MAX)
		return case_words_fail(&w, "more than %d lines in a case", LINES_MAX);
	if (s->n == 0 && strncmp(line, "case ", 5) != 0)
		return case_words_fail(&w, "'%s', allowed is 'case NAME'", line);
	if (strncmp(line, "for ", 4) == 0)
		return case_words_split(&w, line + 4) < 0 ? -EINVAL : take_variable(s, &w);
	s->lines[s->n] = line;
	s->numbers[s->n++] = number;
	return 0;
}

int case_read(const char *file, char *text, int (*use)(void *data, const struct conform_case *c),
	      void *data, char error[CASE_ERROR_MAX])
{
	struct source s = {.file = file, .error = error};
	unsigned int number = 0;
	char *line;
	int r = 0;

	error[0] = '\0';
	while (r == 0 && (line = strsep(&text, "\n"))) {
		size_t length;

		number++;
		line[strcspn(line, "#")] = '\0';
		for (length = strlen(line); length > 0 && strchr(" \t", line[length - 1]);)
			line[--length] = '\0';
		line += strspn(line, " \t");
		if (strncmp(line, "case ", 5) == 0)
			r = use_all(&s, use, data);
		if (r == 0 && *line)
			r = keep(&s, number, line);
	}
	return r == 0 ? use_all(&s, use, data) : r;
}
