// State as it changes: server-sent events, with a clear word when they stop.
import { getState, stateIn } from './client';
import { ApiError } from './errors';
import type { State } from './types';

const RETRY_MS = 3000;
/** Something changes each second in a cluster that works; after so long a silence it is asked. */
const PROBE_MS = 5000;

export interface Watcher {
  state(state: State): void;
  /** The connection to the router is lost (false) or back (true). */
  connected(yes: boolean): void;
}

/** Starts to watch; the result ends it. */
export function watchState(watcher: Watcher): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = 0;
  let over = false;

  function heard(): void {
    last = Date.now();
    watcher.connected(true);
  }

  function open(): void {
    source = new EventSource('/events');
    source.onopen = heard;
    source.addEventListener('state', (event) => {
      heard();
      watcher.state(stateIn(JSON.parse((event as MessageEvent<string>).data)));
    });
    source.onerror = () => void again();
  }

  /** An event source does not tell why it failed: an ordinary request does, and says when nobody is signed in. */
  async function again(): Promise<void> {
    source?.close();
    clearTimeout(timer);
    try {
      watcher.state(await getState());
      heard();
    } catch (failure) {
      watcher.connected(false);
      if (failure instanceof ApiError && failure.status === 401) return;
    }
    if (!over) timer = setTimeout(open, RETRY_MS);
  }

  /** Nothing heard for a while: asks, so that a silent network is not taken for a quiet cluster. */
  async function probe(): Promise<void> {
    if (Date.now() - last < PROBE_MS || document.hidden || source?.readyState !== EventSource.OPEN) return;
    try {
      watcher.state(await getState());
      heard();
    } catch {
      await again();
    }
  }

  open();
  const prober = setInterval(() => void probe(), PROBE_MS / 2);
  const wake = (): void => void probe();
  document.addEventListener('visibilitychange', wake);
  return () => {
    over = true;
    source?.close();
    clearTimeout(timer);
    clearInterval(prober);
    document.removeEventListener('visibilitychange', wake);
  };
}
