/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small model as model_read() makes one of the real modules, for tests and fuzz targets. */
#ifndef TRIREME_WEB_TESTS_FIXTURE_H
#define TRIREME_WEB_TESTS_FIXTURE_H

#include "web/model.h"

/* trireme: cluster/{name,node[name]/{id,port[name]}}, pool[name]; trireme-api: state, operations.
 */
void fixture_model(struct model *model);

#endif
