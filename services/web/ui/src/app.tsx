// The page's frame: who is signed in, the way to the parts, and what concerns all of them.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Account } from './account/account';
import { wordsOf } from './api/errors';
import { Changes } from './changes/changes';
import { TrialBanner } from './changes/trial';
import { Configuration } from './configuration/configuration';
import { hasUnsaved, unsaved } from './configuration/unsaved';
import { History } from './history/history';
import { Import } from './import/import';
import { Overview } from './overview/overview';
import { Announcer } from './base/announce';
import { draft, forgetDraft, loadDraft } from './base/candidate';
import { forgetRunning } from './base/documents';
import { span } from './base/format';
import { begin, connection, ended, session, state } from './base/live';
import { Notice } from './base/parts';
import { useRoute, type Route } from './base/router';
import { useStore } from './base/store';
import { SignIn } from './sign-in/sign-in';

/** A part of the page: its name in the address, its title, and what draws it. */
interface Page {
  name: string;
  title: string;
  show: (rest: string) => JSX.Element;
}

const PAGES: Page[] = [
  { name: 'overview', title: 'Overview', show: () => <Overview /> },
  { name: 'configuration', title: 'Configuration', show: (rest) => <Configuration rest={rest} /> },
  { name: 'changes', title: 'Changes', show: () => <Changes /> },
  { name: 'history', title: 'History', show: () => <History /> },
  { name: 'import', title: 'Import', show: () => <Import /> },
  { name: 'account', title: 'Account', show: () => <Account /> },
];

export function App() {
  const who = useStore(session);
  const [error, setError] = useState('');
  const start = (): void => {
    setError('');
    begin().catch((failure: unknown) => setError(wordsOf(failure)));
  };
  useEffect(start, []);
  if (error) return <Unreachable words={error} onRetry={start} />;
  if (who === undefined) return <p class="loading">Asking the router …</p>;
  return who ? <Frame key={who.user} user={who.user} /> : <SignIn />;
}

function Unreachable({ words, onRetry }: { words: string; onRetry: () => void }) {
  return (
    <main class="sign-in">
      <div class="card">
        <h1>Trireme</h1>
        <Notice tone="bad" title="The page cannot start">
          <p>{words}</p>
        </Notice>
        <button type="button" class="main" onClick={onRetry}>
          Try again
        </button>
      </div>
    </main>
  );
}

/** Warns before edits are lost with the window. */
function useLeaveWarning(): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (hasUnsaved()) event.preventDefault();
    };
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, []);
}

/** The draft follows what is in use: its differences are others when that changes. With the one who was signed in, it goes. */
function useDraft(): void {
  const revision = useStore(state)?.configuration?.revision;
  useEffect(() => {
    loadDraft().catch(() => undefined);
    return undefined;
  }, [revision]);
  useEffect(
    () => () => {
      forgetDraft();
      forgetRunning();
    },
    [],
  );
}

/** Edits wait for him whose session has ended by itself; with a sign-out they go, and nobody else sees them. */
function useOwnEdits(user: string): void {
  useEffect(() => {
    if (ended.get() !== user) unsaved.clear();
    ended.set(undefined);
    return () => {
      if (ended.get() === undefined) unsaved.clear();
    };
  }, []);
}

function Frame({ user }: { user: string }) {
  const route = useRoute();
  useOwnEdits(user);
  useLeaveWarning();
  useDraft();
  const page = PAGES.find((p) => p.name === route.page);
  return (
    <>
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          // The address belongs to the router of this page.
          event.preventDefault();
          document.getElementById('content')?.focus();
        }}
      >
        Skip to the content
      </a>
      <Header route={route} />
      <ConnectionBanner />
      <TrialBanner />
      <main id="content" tabIndex={-1}>
        {page ? page.show(route.rest) : <p>There is no page “{route.page}”.</p>}
      </main>
      <Announcer />
    </>
  );
}

function Header({ route }: { route: Route }) {
  const node = useStore(state)?.node;
  const user = useStore(session)?.user;
  const changes = useStore(draft)?.changes.length ?? 0;
  const title = (page: Page): string => (page.name === 'account' && user ? user : page.title);
  return (
    <header class="top">
      <a class="brand" href="#/overview">
        <img src="/trireme.svg" width="24" height="24" alt="" />
        <span>Trireme {node && <small>{node}</small>}</span>
      </a>
      <nav aria-label="Pages">
        <ul>
          {PAGES.map((page) => (
            <li class={`to-${page.name}`}>
              <a href={`#/${page.name}`} aria-current={page.name === route.page ? 'page' : undefined}>
                {page.name === 'account' && <span class="unseen">Account of </span>}
                {title(page)}
                {page.name === 'changes' && changes > 0 && (
                  <span class="number-of" aria-label={`${changes} not committed`}>
                    {changes}
                  </span>
                )}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

/** A short loss has other reasons than a certificate. */
const LONG_MS = 15_000;

/** Says clearly that what is shown may be old. */
function ConnectionBanner() {
  const { up, heard } = useStore(connection);
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    document.body.classList.toggle('stale', !up);
    if (up) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [up]);
  if (up) return null;
  return (
    <div class="lost">
      <p role="alert">
        <strong>The connection to the router is lost.</strong> What you see is old. Trying again …
      </p>
      <p>Last word from it: {span(now - heard)} ago.</p>
      {now - heard > LONG_MS && (
        <p>
          If its certificate was replaced,{' '}
          <a href="/" target="_blank" rel="noreferrer">
            open the router in a new window
          </a>{' '}
          and accept that there; this page then goes on, with what you typed.
        </p>
      )}
    </div>
  );
}
