// State as it changes: server-sent events, with a clear word when they stop.
import { getState, stateIn } from './client';
import { ApiError } from './errors';
import type { State } from './types';

const RETRY_MS = 3000;
/** Something changes each second in a cluster that works; after so long a silence it is asked. */
const SILENCE_MS = 4000;
/** And so long the answer may take. */
const ANSWER_MS = 5000;

export interface Watcher {
  state(state: State): void;
  /** The connection to the router is lost (false) or back (true). */
  connected(yes: boolean): void;
}

/** Starts to watch; the result ends it. */
export function watchState(watcher: Watcher): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = Date.now();
  let asking = false;
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
    // An event source does not tell why it failed: an ordinary request does, and says when nobody is signed in.
    source.onerror = () => void begin();
  }

  /** Whether the router answers. */
  async function ask(): Promise<boolean> {
    try {
      const state = await getState(ANSWER_MS);
      if (over) return false;
      heard();
      watcher.state(state);
      return true;
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 401) over = true;
      else if (!over) watcher.connected(false);
      return false;
    }
  }

  /** Asks until there is an answer, and only then waits for events: a network that is away would let them hang. */
  async function begin(): Promise<void> {
    source?.close();
    source = null;
    clearTimeout(timer);
    if (asking) return;
    asking = true;
    const next = (await ask()) ? open : begin;
    asking = false;
    if (!over) timer = setTimeout(() => void next(), RETRY_MS);
  }

  /** A silent network is not to be taken for a quiet cluster. */
  async function listen(): Promise<void> {
    if (asking || source === null || Date.now() - last < SILENCE_MS) return;
    asking = true;
    const answers = await ask();
    asking = false;
    if (!over && (!answers || source === null)) await begin();
  }

  open();
  const listener = setInterval(() => void listen(), 1000);
  return () => {
    over = true;
    source?.close();
    clearTimeout(timer);
    clearInterval(listener);
  };
}
