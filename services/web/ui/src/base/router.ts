// Which page is shown: the part of the address behind '#', so that the server has one file to serve.
import { store, useStore } from './store';

export interface Route {
  /** "overview", "configuration", … */
  page: string;
  /** The rest, "pool=web". */
  rest: string;
}

export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '');
  const cut = path.indexOf('/');
  return cut < 0 ? { page: path || 'overview', rest: '' } : { page: path.slice(0, cut), rest: path.slice(cut + 1) };
}

const current = store(parseRoute(typeof location === 'undefined' ? '' : location.hash));

export function startRouter(): void {
  addEventListener('hashchange', () => current.set(parseRoute(location.hash)));
}

export function useRoute(): Route {
  return useStore(current);
}

export function go(path: string): void {
  location.hash = `#/${path}`;
}
