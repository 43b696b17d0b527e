/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local protocol of the config service, over libqb IPC under the name CONFIG_IPC_NAME: a request
 * is one JSON object, its answer another (services/config/README.md says which). Both travel in
 * parts of at most CONFIG_IPC_PART bytes: `more` says that another follows. Every part of a
 * request but the last is answered by an empty part; after a part of an answer that has `more`, an
 * empty request asks for the next. Integers in host byte order.
 */
#ifndef TRIREME_PROTO_CONFIG_IPC_H
#define TRIREME_PROTO_CONFIG_IPC_H

#include <stdint.h>
#include <qb/qbipcc.h>

#define CONFIG_IPC_NAME "trireme-config"
#define CONFIG_IPC_VERSION 1
#define CONFIG_IPC_PART 65536
#define CONFIG_IPC_MAX (CONFIG_IPC_PART + 64) /* bytes of the largest message */

/* Bytes of a request or answer: a document of the largest size, and what is said of it. */
#define CONFIG_IPC_JSON_MAX (3u << 20)

enum config_ipc_id {
	CONFIG_IPC_JSON = 1,
};

struct config_ipc_request {
	struct qb_ipc_request_header header;
	uint32_t version;
	uint32_t size; /* of bytes */
	uint32_t more;
	uint32_t pad;
	char bytes[];
} __attribute__((aligned(8)));

struct config_ipc_answer {
	struct qb_ipc_response_header header; /* error: 0 or -errno of the transport */
	uint32_t version;
	uint32_t size;
	uint32_t more;
	uint32_t pad;
	char bytes[];
} __attribute__((aligned(8)));

#endif
