// Values of the form: what a field's text means, and what of a value is worth keeping. Pure.
import type { Json, JsonObject, ModelNode } from '../api/types';
import { parseInstance, type InstanceStep } from './place';

export const HIDDEN = '$hidden$';
export const PLAIN = '$0$';

/** What a field's text means for a leaf of that type; undefined: nothing is set. */
export function valueOf(text: string, node: ModelNode): Json | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (node.type === 'boolean') return trimmed === 'true';
  // What is no number goes as text, and the answer says what is allowed.
  if (node.type === 'number' && /^\d{1,15}$/.test(trimmed)) return Number(trimmed);
  return node.secret ? secretOf(text, node) : trimmed;
}

/** A password as it is goes behind $0$ (RFC 7317); the router keeps only its hash. Other secrets go as they are. */
function secretOf(text: string, node: ModelNode): string {
  return node.name === 'password' && !/^\$[0-9a-z]+\$/.test(text) ? `${PLAIN}${text}` : text;
}

/** What can be said of a value without asking: '' if nothing is wrong. */
export function quickCheck(value: Json | undefined, node: ModelNode): string {
  if (value === undefined || node.type !== 'number') return '';
  const good = typeof value === 'number' && value >= (node.min ?? 0) && value <= (node.max ?? Number.MAX_SAFE_INTEGER);
  return good ? '' : `${String(value)}: allowed is ${node.allowed || 'a number'}.`;
}

export function child(node: ModelNode, name: string): ModelNode | undefined {
  return node.children?.find((c) => c.name === name);
}

/** The value without what says nothing: empty texts, lists, and containers that are there only for what is in them. */
export function pruned(value: JsonObject, node: ModelNode): JsonObject {
  const result: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const model = child(node, name);
    const kept = model ? prunedMember(member, model) : member;
    if (kept !== undefined) result[name] = kept;
  }
  return result;
}

function prunedMember(value: Json | undefined, node: ModelNode): Json | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (Array.isArray(value)) {
    const entries = value
      .filter((entry) => entry !== '' && entry !== null)
      .map((entry) => (isObject(entry) ? pruned(entry, node) : entry));
    return entries.length > 0 ? entries : undefined;
  }
  if (!isObject(value)) return value;
  const kept = pruned(value, node);
  return Object.keys(kept).length > 0 || node.presence ? kept : undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Members may stand in any order, entries not. */
export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => same(one, b[i]));
  if (!isObject(a) || !isObject(b)) return a === b;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => same(a[name], b[name]));
}

/** What is different, member by member: "port: 80 → 8080", or only the name of what has no short form. */
export function differences(before: JsonObject, after: JsonObject): string[] {
  const word = (value: Json | undefined): string => (value === undefined ? 'not set' : String(value));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !same(before[name], after[name]))
    .map((name) => {
      const [old, now] = [before[name], after[name]];
      return typeof old === 'object' || typeof now === 'object' ? name : `${name}: ${word(old)} → ${word(now)}`;
    });
}

/** The object with one member set, or without it. */
export function withMember(object: JsonObject, name: string, value: Json | undefined): JsonObject {
  const next = { ...object };
  if (value === undefined) delete next[name];
  else next[name] = value;
  return next;
}

/** An entry in a few words: "address 10.77.0.101, weight 3". */
export function summaryOf(entry: JsonObject, keyNames: string[], most = 3): string {
  const words = Object.entries(entry)
    .filter(
      ([name, value]) =>
        !keyNames.includes(name) &&
        (typeof value !== 'object' || (Array.isArray(value) && value.every((v) => typeof v !== 'object'))),
    )
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(' ') : String(value)}`);
  return words.slice(0, most).join(', ') + (words.length > most ? ', …' : '');
}

/** What a document has at an instance path. */
export function valueAt(document: JsonObject, path: string): Json | undefined {
  let found: Json | undefined = document;
  for (const step of parseInstance(path) ?? []) {
    const [here]: (Json | undefined)[] = below(found, step.name).filter((value) => isEntry(value, step));
    found = here;
  }
  return found;
}

/** Whether it has the keys that the step names. */
function isEntry(value: Json | undefined, step: InstanceStep): boolean {
  return step.keyNames.every((key, i) => isObject(value) && String(value[key]) === step.keys[i]);
}

/**
 * The values that a reference can have: those at its path in the document, or at each of its paths, with " | " between. A path that
 * begins with ".." is taken from the place of the leaf itself, an instance path.
 */
export function referenced(document: JsonObject, reference: string, place: string): string[] {
  return [...new Set(reference.split(' | ').flatMap((path) => valuesAt(document, path, place)))];
}

function valuesAt(document: JsonObject, reference: string, place: string): string[] {
  const steps = reference.split('/').filter((step) => step !== '');
  const up = steps.filter((step) => step === '..').length;
  const own = parseInstance(place) ?? [];
  const base = up > 0 ? own.slice(0, Math.max(0, own.length - up)) : [];
  let found: (Json | undefined)[] = [document];
  for (const step of base) {
    const here = found.flatMap((value) => below(value, step.name));
    found = here.filter((value) => isEntry(value, step));
  }
  for (const name of steps.slice(up)) found = found.flatMap((value) => below(value, name.replace(/^.*:/, '')));
  return found.filter((value) => value !== undefined && typeof value !== 'object').map(String);
}

function below(value: Json | undefined, name: string): (Json | undefined)[] {
  if (!isObject(value)) return [];
  const member = value[name] ?? value[`trireme:${name}`];
  return Array.isArray(member) ? member : [member];
}
