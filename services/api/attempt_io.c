// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/attempt_io.h"

#include "base/clock_io.h"

static uint64_t boot_s(void)
{
	return clock_boot_ns() / NSEC_PER_SEC;
}

static const char *address_of(const struct exchange *x)
{
	return x->is_local ? "" : x->request.from;
}

/* Of a user at an address; another password makes it another place. */
static void place_of(const struct exchange *x, const struct config_user *account,
		     uint8_t ret_place[TOKEN_DIGEST_SIZE])
{
	token_digest(&x->broker->memory_key, account->name, address_of(x), "", account->password,
		     ret_place);
}

uint32_t attempt_begin(struct exchange *x, const char *user, const struct config_user *account,
		       struct attempt *ret_attempt)
{
	struct attempt attempt = {.user = x->is_local ? "" : user, .address = address_of(x)};
	struct broker *b = x->broker;
	uint64_t now = boot_s();
	uint32_t wait, other;

	place_of(x, account, attempt.place);
	pthread_mutex_lock(&b->guard);
	if (verified_has(&b->places, attempt.place, now))
		attempt.user = "";
	wait = lockout_wait(&b->users, attempt.user, now);
	other = lockout_wait(&b->addresses, attempt.address, now);
	wait = other > wait ? other : wait;
	if (wait == 0) {
		lockout_try(&b->users, attempt.user, now);
		lockout_try(&b->addresses, attempt.address, now);
	}
	pthread_mutex_unlock(&b->guard);
	*ret_attempt = attempt;
	return wait;
}

void attempt_right(struct exchange *x, const struct attempt *attempt)
{
	struct broker *b = x->broker;

	pthread_mutex_lock(&b->guard);
	lockout_succeeded(&b->users, attempt->user);
	/* Who has one right password could else try others without end. */
	lockout_take_back(&b->addresses, attempt->address);
	if (attempt->address[0])
		verified_add(&b->places, attempt->place, boot_s() + VERIFIED_PLACE_S);
	pthread_mutex_unlock(&b->guard);
}

void attempt_void(struct exchange *x, const struct attempt *attempt)
{
	struct broker *b = x->broker;

	pthread_mutex_lock(&b->guard);
	lockout_take_back(&b->users, attempt->user);
	lockout_take_back(&b->addresses, attempt->address);
	pthread_mutex_unlock(&b->guard);
}

static void digest_of(const struct exchange *x, const struct config_user *account,
		      uint8_t ret_digest[TOKEN_DIGEST_SIZE])
{
	token_digest(&x->broker->memory_key, x->request.user, address_of(x), x->request.password,
		     account->password, ret_digest);
}

bool attempt_is_verified(struct exchange *x, const struct config_user *account)
{
	struct broker *b = x->broker;
	uint8_t digest[TOKEN_DIGEST_SIZE];
	uint64_t now = boot_s();
	bool has;

	digest_of(x, account, digest);
	pthread_mutex_lock(&b->guard);
	has = lockout_wait(&b->addresses, address_of(x), now) == 0 &&
	      verified_has(&b->verified, digest, now);
	pthread_mutex_unlock(&b->guard);
	return has;
}

void attempt_verified(struct exchange *x, const struct config_user *account)
{
	struct broker *b = x->broker;
	uint8_t digest[TOKEN_DIGEST_SIZE];

	digest_of(x, account, digest);
	pthread_mutex_lock(&b->guard);
	verified_add(&b->verified, digest, boot_s() + VERIFIED_PASSWORD_S);
	pthread_mutex_unlock(&b->guard);
}
