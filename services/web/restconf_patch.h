/* SPDX-License-Identifier: GPL-2.0-or-later */
/* YANG Patch (RFC 8072): the form of a request, and the status that answers it. Pure. */
#ifndef TRIREME_WEB_RESTCONF_PATCH_H
#define TRIREME_WEB_RESTCONF_PATCH_H

#include <jansson.h>

#include "web/restconf_error.h"

/* Whether the body has a patch-id: then its status can answer, whatever else is wrong with it. */
bool patch_has_id(const json_t *body);

/*
 * Whether the body has the form of section 2.2, as far as a status depends on it: members that are
 * known, patch-id, and an edit-id of its own for each edit. What the edits say is the
 * configuration's matter. 0, or -EINVAL and *problem.
 */
int patch_check(const json_t *body, struct problem *problem);

/* What the patch says of itself, or NULL. */
const char *patch_comment(const json_t *body);

/*
 * The status (section 2.3) of a patch that has a patch-id. errors is the object with the list
 * `error`, which is taken; NULL: all went well. edit: which one they are about, counted from 1; 0:
 * none, they are global. A new object, or NULL without memory.
 */
json_t *patch_status(const json_t *body, unsigned int edit, json_t *errors);

#endif
