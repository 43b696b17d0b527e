/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that held a password or a token is not to hold it when it is free. Pure. */
#ifndef TRIREME_BASE_WIPE_H
#define TRIREME_BASE_WIPE_H

/*
 * free(3), after all of the memory was overwritten; NULL is accepted. With it as jansson's
 * (json_set_alloc_funcs(), before the first JSON) nothing of any JSON stays.
 */
void wipe_free(void *memory);

#endif
