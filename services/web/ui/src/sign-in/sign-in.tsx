// Signing in: plain words when it fails, and a wait that counts down when it is locked.
import { useEffect, useRef, useState } from 'preact/hooks';
import { getHello } from '../api/client';
import { ApiError, wordsOf } from '../api/errors';
import type { Hello } from '../api/types';
import { clock } from '../base/format';
import { ended, signIn } from '../base/live';
import { Button, Notice } from '../base/parts';
import { hasUnsaved } from '../configuration/unsaved';

/** Seconds until another attempt is worth making. */
function useWait(): [number, (seconds: number) => void] {
  const [until, setUntil] = useState(0);
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (until <= Date.now()) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [until]);
  return [
    Math.max(0, (until - now) / 1000),
    (seconds) => {
      setNow(Date.now());
      setUntil(Date.now() + seconds * 1000);
    },
  ];
}

export function SignIn() {
  const again = ended.get();
  const [user, setUser] = useState(again ?? '');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const [wait, setWait] = useWait();
  const [hello, setHello] = useState<Hello>({});
  const name = useRef<HTMLInputElement>(null);
  const secret = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Sign in – Trireme';
    (again ? secret : name).current?.focus();
    // Without an answer one can sign in all the same.
    getHello().then(setHello, () => undefined);
  }, []);
  const start = async (): Promise<void> => {
    setBusy(true);
    setError('');
    try {
      await signIn(user, password);
    } catch (failure) {
      setPassword('');
      secret.current?.focus();
      const wrong = failure instanceof ApiError && failure.status === 401;
      setError(wrong ? 'The user or the password is not right.' : wordsOf(failure));
      if (failure instanceof ApiError && failure.retryAfter) setWait(failure.retryAfter);
      setBusy(false);
    }
  };
  return (
    <main class="sign-in">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <img src="/trireme.svg" width="40" height="40" alt="" />
        <h1>Trireme {hello.node && <small>{hello.node}</small>}</h1>
        <Told hello={hello} again={again} error={error} />
        <label class="field">
          User
          <input
            ref={name}
            type="text"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            value={user}
            onInput={(e) => setUser(e.currentTarget.value)}
          />
        </label>
        <label class="field">
          Password
          <input
            ref={secret}
            type="password"
            autocomplete="current-password"
            required
            value={password}
            onInput={(e) => setPassword(e.currentTarget.value)}
          />
        </label>
        <Refused error={error} wait={wait} />
        <Button type="submit" class="main" off={busy || wait > 0}>
          {busy ? 'Signing in …' : 'Sign in'}
        </Button>
      </form>
    </main>
  );
}

/** What somebody should know before signing in. */
function Told({ hello, again, error }: { hello: Hello; again: string | undefined; error: string }) {
  return (
    <>
      {hello.users === false && (
        <Notice tone="warn" title="Nobody can sign in yet">
          <p>
            No user has a password. Set the administrator's password at the router's console, in its menu; then sign in
            here.
          </p>
        </Notice>
      )}
      {again && !error && (
        <Notice tone="warn" title="Your session has ended">
          <p>
            Sign in again to go on where you were.
            {hasUnsaved() && ' What you have not saved yet is still here.'}
          </p>
        </Notice>
      )}
    </>
  );
}

/** The seconds are not in the alert: it would be spoken anew with each. */
function Refused({ error, wait }: { error: string; wait: number }) {
  return (
    <>
      {error && (
        <Notice tone="bad" title="Not signed in">
          <p class="words">{error}</p>
        </Notice>
      )}
      {wait > 0 && (
        <p class="problem" role="timer">
          Next attempt in {clock(wait)}.
        </p>
      )}
    </>
  );
}
