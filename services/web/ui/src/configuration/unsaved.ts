// Edits of forms that have not gone into the draft, by place: they outlive a look at another page.
import type { JsonObject } from '../api/types';

export const unsaved = new Map<string, JsonObject>();

export function hasUnsaved(): boolean {
  return unsaved.size > 0;
}
