// The one place that speaks HTTP with the router (RESTCONF, RFC 8040). Nothing else calls fetch.
import { ApiError, problemsOf, wordsOfStatus } from './errors';
import type { Hello, Json, JsonObject, MappingLine, ModelNode, State } from './types';

/** A commit may wait for the cluster to agree (10 s), so an answer may take this long. */
const TIMEOUT_MS = 30_000;

export type Datastore = 'running' | 'candidate';

interface Answer {
  body: Json | undefined;
  etag: string | null;
}

interface Extras {
  body?: Json;
  type?: string;
  ifMatch?: string | null;
  timeout?: number;
}

let onSignedOut: () => void = () => undefined;

/** Called when an answer says that nobody is signed in. */
export function whenSignedOut(call: () => void): void {
  onSignedOut = call;
}

/** No answer came: which of the reasons it was. */
function silence(failure: unknown, timeout: number): ApiError {
  const late = failure instanceof DOMException && failure.name === 'TimeoutError';
  const message = late
    ? `The router has not answered in ${timeout / 1000} seconds. Whether it has done what was asked is not known.`
    : wordsOfStatus(0);
  return new ApiError(0, [{ tag: 'operation-failed', message }]);
}

async function send(method: string, url: string, extras: Extras): Promise<Response> {
  const timeout = extras.timeout ?? TIMEOUT_MS;
  const headers: Record<string, string> = {
    Accept: 'application/yang-data+json',
    // Another site's page cannot set it: that is what makes the cookie safe to use.
    'X-Trireme': '1',
  };
  if (extras.body !== undefined) headers['Content-Type'] = extras.type ?? 'application/yang-data+json';
  if (extras.ifMatch) headers['If-Match'] = extras.ifMatch;
  try {
    return await fetch(url, {
      method,
      headers,
      cache: 'no-store',
      credentials: 'same-origin',
      signal: AbortSignal.timeout(timeout),
      ...(extras.body === undefined ? {} : { body: JSON.stringify(extras.body) }),
    });
  } catch (failure) {
    throw silence(failure, timeout);
  }
}

/** What was sent. An answer that is cut off is none. */
async function bodyOf(response: Response, timeout: number): Promise<Json | undefined> {
  const text = await response.text().catch((failure: unknown) => {
    throw silence(failure, timeout);
  });
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

async function request(method: string, url: string, extras: Extras = {}): Promise<Answer> {
  const response = await send(method, url, extras);
  const body = await bodyOf(response, extras.timeout ?? TIMEOUT_MS);
  if (response.ok) return { body, etag: response.headers.get('ETag') };
  const problems = problemsOf(body);
  if (problems.length === 0) problems.push({ tag: 'operation-failed', message: wordsOfStatus(response.status) });
  const wait = Number(response.headers.get('Retry-After'));
  const error = new ApiError(response.status, problems, wait > 0 ? wait : undefined);
  if (response.status === 401 && !url.endsWith(':sign-in')) onSignedOut();
  throw error;
}

/** Calls an operation of the module trireme-api. */
export async function rpc(name: string, input?: JsonObject): Promise<JsonObject> {
  const answer = await request(
    'POST',
    `/restconf/operations/trireme-api:${name}`,
    input ? { body: { 'trireme-api:input': input } } : {},
  );
  return ((answer.body as JsonObject | undefined)?.['trireme-api:output'] ?? {}) as JsonObject;
}

/** The state out of an answer or event, with or without the name around it. */
export function stateIn(body: Json | undefined): State {
  const object = (body ?? {}) as JsonObject;
  return (object['trireme-api:state'] ?? object) as unknown as State;
}

export async function getState(timeout = TIMEOUT_MS): Promise<State> {
  return stateIn((await request('GET', '/restconf/data/trireme-api:state', { timeout })).body);
}

export async function getHello(): Promise<Hello> {
  return ((await request('GET', '/hello')).body ?? {}) as Hello;
}

function urlOf(datastore: Datastore, path = ''): string {
  return `/restconf/ds/ietf-datastores:${datastore}${path ? `/${path}` : ''}`;
}

export interface Document {
  content: JsonObject;
  etag: string | null;
}

/** The whole document. Members of its top level have the module's name in front, "trireme:pool". */
export async function getDocument(datastore: Datastore): Promise<Document> {
  const answer = await request('GET', urlOf(datastore));
  const body = (answer.body ?? {}) as JsonObject;
  return { content: (body['ietf-restconf:data'] ?? body) as JsonObject, etag: answer.etag };
}

/** Puts `value` in the place of what the candidate has at `path`, or makes it. Returns the candidate's new etag. */
export async function replace(path: string, value: JsonObject, ifMatch: string | null): Promise<string | null> {
  return (await request('PUT', urlOf('candidate', path), { body: value, ifMatch })).etag;
}

/** Makes what must not be there yet. */
export async function create(parent: string, value: JsonObject, ifMatch: string | null): Promise<string | null> {
  return (await request('POST', urlOf('candidate', parent), { body: value, ifMatch })).etag;
}

export async function remove(path: string, ifMatch: string | null): Promise<string | null> {
  return (await request('DELETE', urlOf('candidate', path), { ifMatch })).etag;
}

export async function describe(path: string): Promise<ModelNode> {
  const node = (await rpc('describe', { path }))['node'];
  return (typeof node === 'string' ? JSON.parse(node) : (node ?? {})) as ModelNode;
}

/** A document by its datastore, or by the number of a revision. */
export type Which = Datastore | number;

/** A line for each change. */
export async function diff(from: Which, to: Which): Promise<string[]> {
  const output = await rpc('diff', { from, to, format: 'lines' });
  return String(output['text'] ?? '')
    .split('\n')
    .filter((line) => line !== '');
}

export async function importText(text: string, format?: string): Promise<{ mapping: MappingLine[]; summary: string }> {
  const output = await rpc('import', format ? { text, format } : { text });
  return { mapping: (output['mapping'] ?? []) as unknown as MappingLine[], summary: String(output['summary'] ?? '') };
}
