// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/authenticate_io.h"

#include <assert.h>
#include <errno.h>
#include <qb/qblog.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <time.h>

#include "api/attempt_io.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "proto/api_ipc.h"

static uint64_t boot_s(void)
{
	return clock_boot_ns() / NSEC_PER_SEC;
}

static int64_t wall_s(void)
{
	return (int64_t)time(NULL);
}

static void note(struct exchange *x, const char *user, const char *outcome)
{
	struct audit_entry entry = {.user = user,
				    .from = x->request.from,
				    .action = "sign-in",
				    .target = "",
				    .outcome = outcome};

	audit_note(&x->broker->audit, &entry);
}

static void forget_user(struct config_user *user)
{
	explicit_bzero(user, sizeof(*user));
}

/* One answer for all reasons: which it was is not told. */
static int refuse(struct exchange *x)
{
	answer_error(
		&x->answer, API_TAG_ACCESS_DENIED, API_APP_SIGN_IN,
		"the user, the password or the token is not right, or counts no more: sign in");
	return -EACCES;
}

static int make_wait(struct exchange *x, uint32_t seconds)
{
	answer_error(&x->answer, API_TAG_ACCESS_DENIED, API_APP_LOCKED_OUT,
		     "too many wrong tries: the next one counts in %u s", seconds);
	answer_error_add(&x->answer, "retry-after", json_integer(seconds));
	return -EACCES;
}

/* The user, or one who has the hash that takes as long, and whom nobody can be. */
static bool look_up(struct broker *b, const char *name, struct config_user *ret_user)
{
	const struct config_user *user;
	bool known;

	*ret_user = (struct config_user){0};
	pthread_rwlock_rdlock(&b->directory_lock);
	user = directory_user(&b->directory, name);
	known = user && user->password[0];
	if (known)
		*ret_user = *user;
	else
		memcpy(ret_user->password, b->directory.other_hash, sizeof(ret_user->password));
	pthread_rwlock_unlock(&b->directory_lock);
	return known;
}

static int too_many(struct exchange *x)
{
	answer_error(&x->answer, API_TAG_FAILED, API_APP_BUSY,
		     "too many passwords are being checked: try again");
	answer_error_add(&x->answer, "retry-after", json_integer(1));
	return -EACCES;
}

/* It could not be found out: no try. */
static int cannot_check(struct exchange *x, const struct attempt *attempt, int error)
{
	attempt_void(x, attempt);
	if (error == -EPIPE) {
		qb_log(LOG_CRIT, "the process that checks passwords has ended: the broker begins "
				 "anew");
		(void)kill(getpid(), SIGTERM);
	}
	return too_many(x);
}

static_assert(HELPER_WAITING_MAX < LOCKOUT_FREE,
	      "who sends the right password several times at once is not locked out meanwhile");

/* For who has a place at the helper. */
static int try_password(struct exchange *x, const char *user, const char *password,
			struct config_user *ret_user)
{
	_cleanup_(forget_user) struct config_user found = {0};
	struct attempt attempt;
	bool known = look_up(x->broker, user, &found);
	uint32_t wait = attempt_begin(x, user, &found, &attempt);
	int r;

	if (wait)
		return make_wait(x, wait);
	r = helper_check(&x->broker->helper, password, found.password);
	if (r != 0 && r != -EACCES && r != -EBADMSG)
		return cannot_check(x, &attempt, r);
	if (r == 0 && known) {
		attempt_right(x, &attempt);
		note(x, user, "ok");
		*ret_user = found;
	} else {
		/* A name that nobody has may be a password that was typed in the wrong place. */
		note(x, known ? user : "", known ? "refused" : "refused: no such user");
		r = refuse(x);
	}
	return r;
}

int authenticate_password(struct exchange *x, const char *user, const char *password,
			  struct config_user *ret_user)
{
	struct helper *helper = &x->broker->helper;
	int r;

	if (helper_enter(helper) < 0)
		return too_many(x);
	r = try_password(x, user, password, ret_user);
	helper_leave(helper);
	return r;
}

static void set_user(struct principal *p, const struct config_user *user)
{
	p->role = access_role_of(user->role);
	p->is_user = true;
	(void)copy_text(p->name, sizeof(p->name), user->name);
}

/* A name and password that were right a moment ago need not be checked again. */
static int by_password(struct exchange *x)
{
	_cleanup_(forget_user) struct config_user user = {0};
	const struct request *q = &x->request;
	bool known = look_up(x->broker, q->user, &user);
	bool has = attempt_is_verified(x, &user) && known;
	int r = has ? 0 : authenticate_password(x, q->user, q->password, &user);

	if (r < 0)
		return r;
	set_user(&x->principal, &user);
	/* The hash may be another one since. */
	if (!has)
		attempt_verified(x, &user);
	return 0;
}

/*
 * It was not made here, or is no more. Nobody guesses one, and a program that still has it must not
 * lock out those who sign in from its address: all that is bounded is how often it is noted.
 */
static int bad_token(struct exchange *x)
{
	struct broker *b = x->broker;
	uint64_t now = boot_s();
	bool often;

	pthread_mutex_lock(&b->guard);
	often = lockout_wait(&b->token_addresses, x->request.from, now) > 0;
	if (!often)
		lockout_try(&b->token_addresses, x->request.from, now);
	pthread_mutex_unlock(&b->guard);
	if (!often)
		note(x, "", "refused: no such token");
	return refuse(x);
}

/* Under the lock of the directory. */
static bool session_stands(const struct broker *b, const struct token_session *session, int64_t now,
			   struct principal *p)
{
	const struct config_user *user = directory_user(&b->directory, session->user);
	char fingerprint[TOKEN_FINGERPRINT_MAX];

	if (!user || !user->password[0] ||
	    !token_session_counts(session, b->directory.session_timeout_s, now))
		return false;
	token_fingerprint(&b->session_key, user->password, fingerprint);
	if (!token_equal(fingerprint, session->fingerprint, sizeof(fingerprint)))
		return false;
	set_user(p, user);
	return true;
}

static void renew(const struct broker *b, int64_t now, struct principal *p)
{
	struct token_session later = p->session;

	if (!token_session_ages(&p->session, b->directory.session_timeout_s, now))
		return;
	later.renewed = now;
	if (token_session_write(&b->session_key, &later, p->renew) < 0)
		p->renew[0] = '\0';
}

static int by_session(struct exchange *x)
{
	struct broker *b = x->broker;
	struct principal *p = &x->principal;
	int64_t now = wall_s();
	bool stands = false, ended;
	int r;

	pthread_rwlock_rdlock(&b->directory_lock);
	r = token_session_read(&b->session_key, x->request.token, &p->session);
	if (r == 0)
		stands = session_stands(b, &p->session, now, p);
	if (stands)
		renew(b, now, p);
	pthread_rwlock_unlock(&b->directory_lock);
	if (r < 0)
		return bad_token(x);
	pthread_mutex_lock(&b->guard);
	ended = ended_has(&b->ended, p->session.id, now);
	pthread_mutex_unlock(&b->guard);
	if (stands && !ended) {
		p->has_session = true;
		return 0;
	}
	*p = (struct principal){0};
	return refuse(x);
}

static int by_token(struct exchange *x)
{
	struct broker *b = x->broker;
	struct principal *p = &x->principal;
	char name[CONFIG_NAME_MAX], hash[TOKEN_HASH_MAX];
	const struct config_token *token = NULL;

	if (token_is_session(x->request.token))
		return by_session(x);
	if (token_api_read(x->request.token, name, hash) < 0)
		return bad_token(x);
	pthread_rwlock_rdlock(&b->directory_lock);
	token = directory_find_token(&b->directory, name, hash, wall_s());
	if (token)
		p->role = access_role_of(token->role);
	pthread_rwlock_unlock(&b->directory_lock);
	if (!token)
		return bad_token(x);
	snprintf(p->name, sizeof(p->name), "token:%s", name);
	return 0;
}

int authenticate(struct exchange *x)
{
	x->principal = (struct principal){0};
	switch (x->request.credential) {
	case REQUEST_TOKEN:
		return by_token(x);
	case REQUEST_PASSWORD:
		return by_password(x);
	case REQUEST_PEER:
		/* Who is root on this machine can do everything anyway, and says who he is. */
		if (x->request.uid == 0) {
			x->principal.role = ACCESS_ADMINISTRATOR;
			(void)copy_text(x->principal.name, sizeof(x->principal.name),
					x->request.user[0] ? x->request.user : "root");
		}
		return 0;
	case REQUEST_NOBODY:
		break;
	}
	return 0;
}

int authenticate_begin(struct broker *b, const struct config_user *user,
		       char ret_token[TOKEN_TEXT_MAX], int64_t *ret_expires)
{
	struct token_session session = {.begun = wall_s()};
	uint8_t random[TOKEN_ID_SIZE];
	int r;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -EIO;
	token_id(random, session.id);
	session.renewed = session.begun;
	(void)copy_text(session.user, sizeof(session.user), user->name);
	pthread_rwlock_rdlock(&b->directory_lock);
	token_fingerprint(&b->session_key, user->password, session.fingerprint);
	r = token_session_write(&b->session_key, &session, ret_token);
	pthread_rwlock_unlock(&b->directory_lock);
	*ret_expires = session.begun + TOKEN_LIFE_S;
	return r;
}
