// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long the document functions take with 500 services of 8 real servers; the best of some runs,
 * a line each as "name value", milliseconds and MiB. Run from the top of the tree.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/cleanup.h"
#include "schema/document.h"
#include "schema/tests/big_document.h"

#define RUNS 5

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct figures {
	double parse, edit, refused, next, diff, redacted;
};

static void keep(double *best, double start)
{
	double took = now_ms() - start;

	if (*best == 0 || took < *best)
		*best = took;
}

static int edit(struct document *base, const char *value, struct document **ret_document)
{
	const struct document_edit change = {.operation = DOCUMENT_MERGE,
					     .path = "virtual-service[name='s250']/scheduler",
					     .value = value};
	struct schema_error error;

	return document_edit(base, &change, 1, ret_document, &error);
}

static int run(const struct schema *schema, const char *text, struct figures *figures)
{
	_cleanup_(document_freep) struct document *base = NULL, *edited = NULL, *next = NULL;
	_cleanup_free_ char *lines = NULL, *shown = NULL;
	struct document *none = NULL;
	struct schema_error error;
	double start = now_ms();

	if (document_parse(schema, NULL, text, strlen(text), &base, &error) < 0) {
		fprintf(stderr, "%s: %s\n", error.path, error.allowed);
		return -1;
	}
	keep(&figures->parse, start);
	start = now_ms();
	if (edit(base, "rr", &edited) < 0)
		return -1;
	keep(&figures->edit, start);
	start = now_ms();
	if (document_diff(base, edited, DOCUMENT_LINES, DOCUMENT_REDACTED, &lines) < 0)
		return -1;
	keep(&figures->diff, start);
	start = now_ms();
	if (document_print(edited, DOCUMENT_REDACTED, &shown) < 0)
		return -1;
	keep(&figures->redacted, start);
	start = now_ms();
	if (edit(edited, "none", &none) == 0)
		return -1;
	keep(&figures->refused, start);
	start = now_ms();
	if (edit(edited, "lc", &next) < 0)
		return -1;
	keep(&figures->next, start);
	return 0;
}

int main(void)
{
	_cleanup_free_ char *text = big_document("services/schema/examples/demo.json", 500, 8);
	_cleanup_(schema_closep) struct schema *schema = NULL;
	struct figures figures = {0};
	struct schema_error error;
	struct rusage usage;

	if (!text || schema_open("services/schema", &schema, &error) < 0)
		return 1;
	for (int i = 0; i < RUNS; i++) {
		if (run(schema, text, &figures) < 0)
			return 1;
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("parse_ms %.1f\nedit_ms %.1f\ndiff_after_edit_ms %.1f\nredacted_ms %.1f\n",
	       figures.parse, figures.edit, figures.diff, figures.redacted);
	printf("refused_ms %.1f\nedit_after_refused_ms %.1f\nrss_mib %.1f\n", figures.refused,
	       figures.next, (double)usage.ru_maxrss / 1024);
	return 0;
}
