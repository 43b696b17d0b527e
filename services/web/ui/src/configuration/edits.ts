// What is typed into the form of a part, and what becomes of it when the draft changes meanwhile.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { JsonObject, ModelNode } from '../api/types';
import { unsaved, type Edit } from './unsaved';
import { pruned, same } from './value';

export interface Edits {
  value: JsonObject;
  dirty: boolean;
  /** The draft has something else now than what the edits began from, and not what they are. */
  overtaken: boolean;
  base: JsonObject;
  change(value: JsonObject): void;
  /** Goes on from what the draft has now: without the edits, or with them. */
  restart(from: JsonObject, value: JsonObject): void;
  /** What was `value` is in the draft, which has it as `now`. */
  saved(value: JsonObject, now: JsonObject): void;
}

/**
 * What is typed, beside what the draft has. Without edits the form shows what the draft has, whoever changes that. Text that is not
 * readable is an edit, too.
 */
export function useEdits(place: string, model: ModelNode, base: JsonObject, readable: boolean): Edits {
  const [edit, setEdit] = useState<Edit>(() => unsaved.get(place) ?? { base, value: base });
  const latest = useRef(edit);
  const equal = (a: JsonObject, b: JsonObject): boolean => same(pruned(a, model), pruned(b, model));
  const keep = (next: Edit): void => {
    latest.current = next;
    setEdit(next);
    if (equal(next.value, next.base)) unsaved.delete(place);
    else unsaved.set(place, next);
  };
  const dirty = !equal(edit.value, edit.base);
  const moved = !equal(edit.base, base);
  const settled = moved && readable && (!dirty || equal(edit.value, base));
  useEffect(() => {
    if (settled) keep({ base, value: base });
  }, [settled, base]);
  return {
    value: edit.value,
    dirty,
    overtaken: moved && !settled,
    base: edit.base,
    change: (value) => keep({ base: edit.base, value }),
    restart: (from, value) => keep({ base: from, value }),
    saved: (value, now) => keep({ base: now, value: latest.current.value === value ? now : latest.current.value }),
  };
}
