/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an answer to what the HTTP library sends, with the header fields that all answers have. */
#ifndef TRIREME_WEB_REPLY_IO_H
#define TRIREME_WEB_REPLY_IO_H

#include <microhttpd.h>

#include "web/message.h"

/* Queues the answer, whose body is taken. secure: it goes over TLS. */
enum MHD_Result reply_send(struct MHD_Connection *http, struct answer *answer, bool secure);

/* The fields of a response that is made in another way. false: out of memory. */
bool reply_add_common(struct MHD_Response *response, bool secure);

#endif
