/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells clients what there is (RFC 6415, RFC 8040 sections 3.1, 3.3 and 9.1, RFC 8525). */
#ifndef TRIREME_WEB_DISCOVERY_H
#define TRIREME_WEB_DISCOVERY_H

#include "web/model.h"

#define DISCOVERY_LIBRARY "ietf-yang-library"
#define DISCOVERY_MONITORING "ietf-restconf-monitoring"
#define DISCOVERY_LIBRARY_VERSION "2019-01-04"

/* Texts of malloc(), or NULL without memory. */
char *discovery_host_meta(void);

/* New objects, or NULL without memory. */
json_t *discovery_root(const struct model *model);
json_t *discovery_library_version(void);
json_t *discovery_operations(const struct model *model);

/* Whole data of modules that are the same all the time: {"module:name": …}; NULL: not of these. */
json_t *discovery_data(const struct model *model, const char *module);

/*
 * The YANG library as libyang prints it for the modules that are read, as it is served: with what
 * it does not know of, the datastores and ietf-restconf-monitoring, and an identifier of its
 * content. *ret_text is the caller's. -EINVAL: it is no library; -ENOMEM.
 */
int discovery_library(const char *printed, char **ret_text);

/* Value of Set-Cookie for a session's token; "" ends it. A token that does not fit is left out. */
void discovery_cookie(const char *token, char *buf, size_t size);

#endif
