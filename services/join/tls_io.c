// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/tls_io.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <limits.h>
#include <nettle/memops.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock_io.h"

/* Nothing else is spoken: neither side is older than this program. */
#define PRIORITY "SECURE128:-VERS-ALL:+VERS-TLS1.3"
#define SERIAL_SIZE 16
#define DIGEST_SIZE 32	       /* SHA-256 */
#define VALID_S (24 * 60 * 60) /* nobody looks: the pin counts, and the clocks may differ */
#define BYE_NS (2 * NSEC_PER_SEC)

struct tls_identity {
	gnutls_certificate_credentials_t credentials;
};

struct tls {
	int fd;
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials; /* the client's own; NULL: the server's */
	uint8_t pin[CODE_PIN_SIZE];
	bool is_other;	 /* the certificate was not the pin's */
	bool is_greeted; /* the handshake is over */
};

int tls_wait(int fd, short events, uint64_t deadline)
{
	struct pollfd wait = {.fd = fd, .events = events};
	uint64_t now = clock_boot_ns(), left;
	int r;

	do {
		if (now >= deadline)
			return -ETIMEDOUT;
		left = (deadline - now) / NSEC_PER_MSEC + 1;
		r = poll(&wait, 1, left > INT_MAX ? INT_MAX : (int)left);
		now = clock_boot_ns();
	} while (r == 0 || (r < 0 && errno == EINTR));
	return r < 0 ? -errno : 0;
}

static int to_errno(const struct tls *tls, int r)
{
	switch (r) {
	case GNUTLS_E_MEMORY_ERROR:
		return -ENOMEM;
	case GNUTLS_E_PUSH_ERROR:
	case GNUTLS_E_PULL_ERROR:
	case GNUTLS_E_PREMATURE_TERMINATION:
	case GNUTLS_E_UNEXPECTED_PACKET_LENGTH: /* it ended within a record */
	case GNUTLS_E_FATAL_ALERT_RECEIVED:
		return -ECONNRESET;
	default:
		return tls && tls->is_other ? -EKEYREJECTED : -EPROTO;
	}
}

static int fill_certificate(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
	uint8_t serial[SERIAL_SIZE];
	time_t now = time(NULL);
	int r = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	serial[0] &= 0x7f; /* positive (RFC 5280, 4.1.2.2) */
	if (r == 0)
		r = gnutls_x509_crt_set_version(certificate, 3);
	if (r == 0)
		r = gnutls_x509_crt_set_serial(certificate, serial, sizeof(serial));
	if (r == 0)
		r = gnutls_x509_crt_set_activation_time(certificate, now - VALID_S);
	if (r == 0)
		r = gnutls_x509_crt_set_expiration_time(certificate, now + VALID_S);
	if (r == 0)
		r = gnutls_x509_crt_set_key(certificate, key);
	return r < 0 ? r
		     : gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
}

/* SHA-256 of the public key with its algorithm (SubjectPublicKeyInfo), as RFC 7469 pins it. */
static int pin_of(gnutls_x509_crt_t certificate, uint8_t ret_pin[CODE_PIN_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	size_t size = sizeof(digest);
	int r = gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256, digest, &size);

	if (r == 0 && size != sizeof(digest))
		r = GNUTLS_E_INTERNAL_ERROR;
	if (r == 0)
		memcpy(ret_pin, digest, CODE_PIN_SIZE);
	return r;
}

static int make_credentials(struct tls_identity *identity, gnutls_x509_crt_t certificate,
			    gnutls_x509_privkey_t key)
{
	int r = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
					     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);

	if (r == 0)
		r = fill_certificate(certificate, key);
	return r < 0 ? r
		     : gnutls_certificate_set_x509_key(identity->credentials, &certificate, 1, key);
}

int tls_identity_make(struct tls_identity **ret_identity, uint8_t ret_pin[CODE_PIN_SIZE])
{
	_cleanup_(tls_identity_freep) struct tls_identity *identity = calloc(1, sizeof(*identity));
	gnutls_x509_crt_t certificate = NULL;
	gnutls_x509_privkey_t key = NULL;
	int r = identity ? gnutls_x509_crt_init(&certificate) : GNUTLS_E_MEMORY_ERROR;

	if (r == 0)
		r = gnutls_x509_privkey_init(&key);
	if (r == 0)
		r = gnutls_certificate_allocate_credentials(&identity->credentials);
	if (r == 0)
		r = make_credentials(identity, certificate, key);
	if (r == 0)
		r = pin_of(certificate, ret_pin);
	gnutls_x509_privkey_deinit(key);
	if (certificate)
		gnutls_x509_crt_deinit(certificate);
	if (r < 0)
		return r == GNUTLS_E_MEMORY_ERROR ? -ENOMEM : -EIO;
	*ret_identity = take_ptr(identity);
	return 0;
}

void tls_identity_freep(struct tls_identity **identity)
{
	if (*identity && (*identity)->credentials)
		gnutls_certificate_free_credentials((*identity)->credentials);
	free(*identity);
}

/* What GnuTLS did not do because the socket was not ready. */
static int wait_again(struct tls *tls, int r, uint64_t deadline)
{
	if (r == GNUTLS_E_INTERRUPTED)
		return 0;
	return tls_wait(tls->fd, gnutls_record_get_direction(tls->session) ? POLLOUT : POLLIN,
			deadline);
}

static bool is_fatal(int r)
{
	return r < 0 && r != GNUTLS_E_AGAIN && r != GNUTLS_E_INTERRUPTED &&
	       gnutls_error_is_fatal(r);
}

static int shake_hands(struct tls *tls, uint64_t deadline)
{
	for (;;) {
		int r = gnutls_handshake(tls->session);

		if (r == 0) {
			tls->is_greeted = true;
			return 0;
		}
		if (is_fatal(r)) {
			/* So that the other side knows why. */
			gnutls_alert_send_appropriate(tls->session, r);
			return to_errno(tls, r);
		}
		if (r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED) {
			r = wait_again(tls, r, deadline);
			if (r < 0)
				return r;
		}
	}
}

/* The socket belongs to *ret_tls from here on. */
static int begin(int fd, unsigned int role, struct tls **ret_tls)
{
	struct tls *tls = calloc(1, sizeof(*tls));
	int r;

	if (!tls) {
		close(fd);
		return -ENOMEM;
	}
	tls->fd = fd;
	*ret_tls = tls;
	r = gnutls_init(&tls->session, role | GNUTLS_NONBLOCK | GNUTLS_NO_TICKETS);
	if (r == 0)
		r = gnutls_priority_set_direct(tls->session, PRIORITY, NULL);
	if (r < 0)
		return to_errno(NULL, r);
	gnutls_session_set_ptr(tls->session, tls);
	gnutls_transport_set_int(tls->session, fd);
	/* Our own deadlines count. */
	gnutls_handshake_set_timeout(tls->session, GNUTLS_INDEFINITE_TIMEOUT);
	return 0;
}

int tls_accept(const struct tls_identity *identity, int fd, uint64_t deadline, struct tls **ret_tls)
{
	_cleanup_(tls_closep) struct tls *tls = NULL;
	int r = begin(fd, GNUTLS_SERVER, &tls);

	if (r < 0)
		return r;
	r = gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, identity->credentials);
	if (r < 0)
		return to_errno(NULL, r);
	r = shake_hands(tls, deadline);
	if (r < 0)
		return r;
	*ret_tls = take_ptr(tls);
	return 0;
}

/* Called within the handshake, before anything of ours is sent. */
static int check_pin(gnutls_session_t session)
{
	struct tls *tls = gnutls_session_get_ptr(session);
	unsigned int n = 0;
	const gnutls_datum_t *list = gnutls_certificate_get_peers(session, &n);
	uint8_t pin[CODE_PIN_SIZE];
	gnutls_x509_crt_t certificate;
	int r = GNUTLS_E_CERTIFICATE_ERROR;

	if (list && n > 0 && gnutls_x509_crt_init(&certificate) == 0) {
		r = gnutls_x509_crt_import(certificate, &list[0], GNUTLS_X509_FMT_DER);
		if (r == 0)
			r = pin_of(certificate, pin);
		gnutls_x509_crt_deinit(certificate);
	}
	if (r == 0 && memeql_sec(pin, tls->pin, sizeof(pin)))
		return 0;
	tls->is_other = true;
	return GNUTLS_E_CERTIFICATE_ERROR;
}

int tls_connect(int fd, const uint8_t pin[CODE_PIN_SIZE], uint64_t deadline, struct tls **ret_tls)
{
	_cleanup_(tls_closep) struct tls *tls = NULL;
	int r = begin(fd, GNUTLS_CLIENT, &tls);

	if (r < 0)
		return r;
	memcpy(tls->pin, pin, sizeof(tls->pin));
	r = gnutls_certificate_allocate_credentials(&tls->credentials);
	if (r == 0)
		r = gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
	if (r < 0)
		return to_errno(NULL, r);
	gnutls_session_set_verify_function(tls->session, check_pin);
	r = shake_hands(tls, deadline);
	if (r < 0)
		return r;
	*ret_tls = take_ptr(tls);
	return 0;
}

int tls_send(struct tls *tls, const void *bytes, size_t size, uint64_t deadline)
{
	const uint8_t *at = bytes;

	while (size > 0) {
		ssize_t n = gnutls_record_send(tls->session, at, size);
		int r = 0;

		if (n >= 0) {
			at += n;
			size -= (size_t)n;
		} else if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED) {
			r = wait_again(tls, (int)n, deadline);
		} else if (is_fatal((int)n)) {
			r = to_errno(tls, (int)n);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

int tls_receive(struct tls *tls, void *bytes, size_t size, uint64_t deadline)
{
	uint8_t *at = bytes;

	while (size > 0) {
		ssize_t n = gnutls_record_recv(tls->session, at, size);
		int r = 0;

		if (n > 0) {
			at += n;
			size -= (size_t)n;
		} else if (n == 0) {
			r = -ECONNRESET;
		} else if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED) {
			r = wait_again(tls, (int)n, deadline);
		} else if (is_fatal((int)n)) {
			r = to_errno(tls, (int)n);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * Says goodbye, then reads what still comes until the other side has ended, too: a socket that is
 * closed before resets the connection, and what was said last may be lost with it.
 */
static void say_goodbye(struct tls *tls)
{
	uint64_t deadline = clock_boot_ns() + BYE_NS;
	char rest[4096];
	int r;

	do {
		r = gnutls_bye(tls->session, GNUTLS_SHUT_WR);
	} while (r == GNUTLS_E_AGAIN && wait_again(tls, r, deadline) == 0);
	if (shutdown(tls->fd, SHUT_WR) < 0)
		return;
	while (tls_wait(tls->fd, POLLIN, deadline) == 0 && recv(tls->fd, rest, sizeof(rest), 0) > 0)
		continue;
}

void tls_closep(struct tls **tls)
{
	struct tls *own = *tls;

	if (!own)
		return;
	if (own->is_greeted)
		say_goodbye(own);
	if (own->session)
		gnutls_deinit(own->session);
	if (own->credentials)
		gnutls_certificate_free_credentials(own->credentials);
	close(own->fd);
	free(own);
}
