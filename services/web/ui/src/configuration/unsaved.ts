// Edits of forms that have not gone into the draft, by place: they outlive a look at another page.
import type { JsonObject } from '../api/types';

export interface Edit {
  /** What the draft had when the edits began. */
  base: JsonObject;
  value: JsonObject;
}

export const unsaved = new Map<string, Edit>();

export function hasUnsaved(): boolean {
  return unsaved.size > 0;
}
