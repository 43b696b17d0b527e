// A line of a difference, taken apart. Pure.
import { pageOf } from '../configuration/place';

export interface Line {
  sign: '+' | '-' | '~' | null;
  path: string;
  rest: string;
  /** The page that edits what it is about; null: what is removed has none. */
  page: string | null;
}

/** Behind a path stands the end, ": …" or blanks; keys may have any sign in their quotes. */
const LINE = /^([+\-~]) ((?:[^\s:['"]|\[[^=\]]+=(?:'[^']*'|"[^"]*")\])+)(.*)$/s;

export function parseLine(text: string): Line {
  const found = LINE.exec(text);
  if (!found) return { sign: null, path: '', rest: text, page: null };
  const sign = found[1] as '+' | '-' | '~';
  const path = found[2] ?? '';
  const removed = sign === '-' && !path.includes('/');
  return { sign, path, rest: found[3] ?? '', page: removed ? null : pageOf(path) };
}
