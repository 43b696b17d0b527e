/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of one import share. Private to services/import. */
#ifndef TRIREME_IMPORT_IMPORTER_H
#define TRIREME_IMPORT_IMPORTER_H

#include "import/arena.h"
#include "import/plan.h"
#include "import/report.h"
#include "import/statement.h"

struct importer {
	struct arena *arena;
	enum import_format format;
	struct report report;
	struct plan plan;
};

/* Functions return 0, -EBADMSG (report_fail() has been called) or -ENOMEM. */

/* The text as statements. Text ends with NUL at text[size]. */
int lvs_parse(struct importer *im, const char *text, size_t size,
	      const struct statement **ret_first);
int keepalived_parse(struct importer *im, const char *text, size_t size,
		     const struct statement **ret_first);

/* What they mean, into the plan and the report. */
int lvs_map(struct importer *im, const struct statement *first);
int keepalived_map(struct importer *im, const struct statement *first);

/* Leaves out of the plan what the document cannot have, until it is valid. */
int judge(struct importer *im);

/* The plan as edits. */
int edits_make(struct importer *im, struct import_result *result);

#define ROW(im, statement, owner, verdict, path, ...) \
	report_add(&(im)->report, statement, owner, verdict, path, __VA_ARGS__)

#endif
