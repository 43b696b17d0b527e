// The state of the cluster as this page last heard it, and who is signed in.
import { getState, rpc, whenSignedOut } from '../api/client';
import { ApiError } from '../api/errors';
import { watchState } from '../api/events';
import type { Role, State } from '../api/types';
import { store } from './store';

export interface Session {
  user: string;
  role: Role;
}

/** undefined: not known yet; null: nobody is signed in. */
export const session = store<Session | null | undefined>(undefined);
/** Whose session has ended without his doing; undefined: nobody's. What he has not saved waits for him. */
export const ended = store<string | undefined>(undefined);
export const state = store<State | null>(null);
export const connection = store<{ up: boolean; /** Time of the last word from the router. */ heard: number }>({
  up: true,
  heard: Date.now(),
});

let stop: (() => void) | undefined;

function take(next: State): void {
  state.set(next);
  const known = session.get();
  const told = next.session;
  if (told && (told.user !== known?.user || told.role !== known.role)) session.set(told);
}

function watch(): void {
  stop?.();
  stop = watchState({
    state: take,
    connected: (up) => connection.set({ up, heard: up ? Date.now() : connection.get().heard }),
  });
}

function leave(user: string | undefined): void {
  ended.set(user);
  stop?.();
  stop = undefined;
  session.set(null);
  state.set(null);
}

/** An answer says so: the session was idle for too long, or somebody ended it. */
function expired(): void {
  leave(session.get()?.user || ended.get());
}

/** Finds out whether somebody is signed in already, by the cookie. Fails when the router does not answer. */
export async function begin(): Promise<void> {
  whenSignedOut(expired);
  try {
    take(await getState());
    if (!session.get()) session.set({ user: '', role: 'viewer' });
    watch();
  } catch (failure) {
    if (!(failure instanceof ApiError && failure.status === 401)) throw failure;
  }
}

export async function signIn(user: string, password: string): Promise<void> {
  const output = await rpc('sign-in', { user, password });
  session.set({ user, role: (output['role'] as Role | undefined) ?? 'viewer' });
  await refresh();
  watch();
}

export async function signOut(): Promise<void> {
  await rpc('sign-out');
  leave(undefined);
}

/** Asks now, so that what was just done is seen without waiting for the next event. Without an answer that one will do. */
export async function refresh(): Promise<void> {
  await getState().then(take, () => undefined);
}

export function mayOperate(role: Role | undefined): boolean {
  return role === 'operator' || role === 'administrator';
}
