// The draft of the one who is signed in: the candidate on the router, and how it differs from what is in use.
import { diff, getDocument, rpc, type Document } from '../api/client';
import { store } from './store';

export interface Draft extends Document {
  /** A line for each difference to the running configuration. */
  changes: string[];
}

/** null: not fetched yet, or it could not be had. */
export const draft = store<Draft | null>(null);

let latest = 0;

/** Fetches the draft. Of two fetches that overlap the later one counts. */
export async function loadDraft(): Promise<void> {
  const mine = ++latest;
  const [document, changes] = await Promise.all([getDocument('candidate'), diff('running', 'candidate')]);
  if (mine !== latest) return;
  draft.set({ ...document, changes });
}

/** The same after a change, which is made whether this comes about or not. */
export async function reloadDraft(): Promise<void> {
  await loadDraft().catch(() => undefined);
}

export async function discardDraft(): Promise<void> {
  await rpc('discard');
  await reloadDraft();
}

export function forgetDraft(): void {
  latest++;
  draft.set(null);
}
