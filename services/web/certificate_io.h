/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The certificate of the front with TLS and its key: read, or made at the first start. */
#ifndef TRIREME_WEB_CERTIFICATE_IO_H
#define TRIREME_WEB_CERTIFICATE_IO_H

#include "base/text.h"
#include "web/settings.h"

#define CERTIFICATE_DIR "/data/trireme"
#define CERTIFICATE_KEY "tls.key"
#define CERTIFICATE_FILE "tls.crt"
#define CERTIFICATE_FINGERPRINT "/run/trireme/tls.fingerprint"
#define CERTIFICATE_YEARS 10

struct certificate {
	char *chain, *key;    /* PEM, for GnuTLS */
	char fingerprint[96]; /* SHA-256 of the first certificate, "AB:CD:…" */
};

/*
 * What tls.crt and tls.key in the folder hold. Without both of them, makes a key (ECDSA, P-256) and
 * a certificate of that name and those addresses which it signs, and keeps them there. If they
 * cannot be used, or not be kept, *report says why, a line each, and the pair is one for this run.
 * *ret_certificate is freed by certificate_clear(). -errno: there is none at all.
 */
int certificate_get(const char *folder, const struct settings *settings,
		    struct certificate *ret_certificate, struct text *report);

/* Accepts what is half filled; the key is overwritten. */
void certificate_clear(struct certificate *certificate);

#endif
