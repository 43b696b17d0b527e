/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In a header, so that only those who use GnuTLS have to do with it. */
#ifndef TRIREME_BASE_GNUTLS_ERROR_H
#define TRIREME_BASE_GNUTLS_ERROR_H

#include <errno.h>
#include <gnutls/gnutls.h>

/* What GnuTLS's functions of keys, ciphers and texts return, as 0 or -errno. */
static inline int errno_of_gnutls(int r)
{
	switch (r) {
	case GNUTLS_E_SUCCESS:
		return 0;
	case GNUTLS_E_MEMORY_ERROR:
		return -ENOMEM;
	case GNUTLS_E_DECRYPTION_FAILED:
		return -EBADMSG;
	default:
		return -EIO;
	}
}

#endif
