/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS 1.3 (RFC 8446) between two machines that know each other by a code alone: the server has a
 * certificate made for it, the client trusts the one key whose hash the code has. Deadlines are
 * times of clock_boot_ns(); every call returns -ETIMEDOUT at its.
 */
#ifndef TRIREME_JOIN_TLS_IO_H
#define TRIREME_JOIN_TLS_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "join/code.h"

struct tls_identity;
struct tls;

/* A new key (ECDSA on P-256) and a certificate of it; its pin goes to ret_pin. -ENOMEM, -EIO. */
int tls_identity_make(struct tls_identity **ret_identity, uint8_t ret_pin[CODE_PIN_SIZE]);

/* Wipes the key; for scopes, too. */
void tls_identity_freep(struct tls_identity **identity);

/*
 * The handshake as server, over a connected socket, which is taken over in every case. -EPROTO: it
 * failed, -ECONNRESET: the other side ended it.
 */
int tls_accept(const struct tls_identity *identity, int fd, uint64_t deadline,
	       struct tls **ret_tls);

/*
 * The same as client. -EKEYREJECTED: the server's key is not the pin's; nothing was sent but what
 * begins a handshake.
 */
int tls_connect(int fd, const uint8_t pin[CODE_PIN_SIZE], uint64_t deadline, struct tls **ret_tls);

int tls_send(struct tls *tls, const void *bytes, size_t size, uint64_t deadline);

/* Exactly so many bytes. -ECONNRESET: the connection has ended before. */
int tls_receive(struct tls *tls, void *bytes, size_t size, uint64_t deadline);

/* Ends the connection and closes the socket. Accepts NULL; for scopes, too. */
void tls_closep(struct tls **tls);

/* Waits until the socket can be read or written (POLLIN, POLLOUT of poll(2)). */
int tls_wait(int fd, short events, uint64_t deadline);

#endif
