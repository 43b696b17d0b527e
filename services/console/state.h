/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The API's state (module trireme-api) as the picture that the screens show. Pure. */
#ifndef TRIREME_CONSOLE_STATE_H
#define TRIREME_CONSOLE_STATE_H

#include <jansson.h>

#include "console/view.h"

/*
 * Fills in an empty view, which the caller clears in any case. -ENOMEM; -EPROTO: the state is none
 * of this API.
 */
int state_view(const json_t *state, struct view *view);

#endif
