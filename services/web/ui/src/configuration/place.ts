// Places in the configuration: in the page's address (pool=web), in the API (RFC 8040) and in its errors (instance paths). Pure.
import type { Json, JsonObject } from '../api/types';

export interface Step {
  name: string;
  /** Of a list's entry; empty: the whole list, or no list. */
  keys: string[];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** "cluster/node=r1" */
export function parsePlace(text: string): Step[] {
  return text
    .split('/')
    .filter((part) => part !== '')
    .map((part) => {
      const cut = part.indexOf('=');
      return cut < 0
        ? { name: decode(part), keys: [] }
        : {
            name: decode(part.slice(0, cut)),
            keys: part
              .slice(cut + 1)
              .split(',')
              .map(decode),
          };
    });
}

/** As an api-path without the module's name; keys are percent-encoded (RFC 8040 section 3.5.3). */
export function formatPlace(steps: Step[]): string {
  return steps
    .map((step) => step.name + (step.keys.length > 0 ? `=${step.keys.map(encodeURIComponent).join(',')}` : ''))
    .join('/');
}

export function apiPath(steps: Step[]): string {
  return `trireme:${formatPlace(steps)}`;
}

/** The same without keys: a path of the model. */
export function schemaPath(steps: Step[]): string {
  return `/trireme:${steps.map((step) => step.name).join('/')}`;
}

function quoted(value: string): string {
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}

/** One step of an instance path: node[name='r1']. */
export function instanceStep(name: string, keyNames: string[], values: Json[]): string {
  return name + keyNames.map((key, i) => `[${key}=${quoted(String(values[i] ?? ''))}]`).join('');
}

/** The keys of an entry, as texts. */
export function keysOf(keyNames: string[], entry: JsonObject): string[] {
  return keyNames.map((key) => String(entry[key] ?? ''));
}

const INSTANCE_STEP = /^\/(?:[a-z0-9-]+:)?([A-Za-z0-9_.-]+)((?:\[[^=\]]+=(?:'[^']*'|"[^"]*")\])*)/;

/** A step of an instance path, with the names of its keys. */
export interface InstanceStep extends Step {
  keyNames: string[];
}

/** The steps of an instance path; null: it is none. */
export function parseInstance(path: string): InstanceStep[] | null {
  const steps: InstanceStep[] = [];
  let rest = path.startsWith('/') ? path : `/${path}`;
  while (rest !== '') {
    const found = INSTANCE_STEP.exec(rest);
    if (!found) return null;
    const keys = [...(found[2] ?? '').matchAll(/\[([^=\]]+)=(?:'([^']*)'|"([^"]*)")\]/g)];
    steps.push({
      name: found[1] ?? '',
      keys: keys.map((key) => key[2] ?? key[3] ?? ''),
      keyNames: keys.map((key) => key[1] ?? ''),
    });
    rest = rest.slice(found[0].length);
  }
  return steps.length > 0 ? steps : null;
}

/** Address of the page that shows what an instance path means: the part of the document that is edited as one. */
export function pageOf(path: string): string | null {
  const first = parseInstance(path)?.[0];
  return first ? `#/configuration/${formatPlace([first])}` : null;
}
