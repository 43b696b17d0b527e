// What the API says when it refuses (RFC 8040 section 7.1), and how that reads.
import type { Json, JsonObject } from './types';

/** One refusal. `path` is an instance path, /trireme:pool[name='web']/real-server. */
export interface Problem {
  tag: string;
  appTag?: string;
  message: string;
  path?: string;
  value?: string;
  allowed?: string;
}

export class ApiError extends Error {
  constructor(
    /** HTTP's status; 0: no answer came. */
    readonly status: number,
    readonly problems: Problem[],
    /** Seconds until it makes sense to ask again. */
    readonly retryAfter?: number,
  ) {
    super(problems.map((problem) => problem.message).join('; '));
  }
}

/** More objects than an answer of the API can have; what is deeper is not looked at. */
const DEPTH_MAX = 12;

function text(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function problemOf(error: JsonObject): Problem {
  const info = (error['error-info'] ?? {}) as JsonObject;
  const problem: Problem = {
    tag: text(error['error-tag']) ?? 'operation-failed',
    message: text(error['error-message']) ?? '',
  };
  const optional = {
    appTag: text(error['error-app-tag']),
    path: text(error['error-path']),
    value: text(info['value']),
    allowed: text(info['allowed']),
  };
  return Object.assign(problem, Object.fromEntries(Object.entries(optional).filter(([, v]) => v !== undefined)));
}

/** All errors of an answer, wherever it has them: those of a YANG Patch stand deeper than others (RFC 8072). */
export function problemsOf(answer: Json | undefined, depth = 0): Problem[] {
  if (answer === null || typeof answer !== 'object' || depth > DEPTH_MAX) return [];
  if (Array.isArray(answer)) return answer.flatMap((item) => problemsOf(item, depth + 1));
  if ('error-tag' in answer || 'error-message' in answer) return [problemOf(answer)];
  return Object.values(answer).flatMap((item) => problemsOf(item, depth + 1));
}

/** What a status means where the answer has no words of its own. */
export function wordsOfStatus(status: number): string {
  switch (status) {
    case 0:
      return (
        'The router does not answer. Check the network connection; if its certificate was replaced, load the page ' +
        'again to accept that.'
      );
    case 401:
      return 'You are not signed in, or your session has ended.';
    case 403:
      return 'Your role does not allow this.';
    case 404:
      return 'There is no such thing on the router.';
    case 412:
      return 'It was changed by somebody else meanwhile.';
    case 413:
      return 'That is more than the router takes at once.';
    case 429:
      return 'Too many attempts. Wait a while.';
    case 503:
      return 'The router is busy, or the service that answers this does not run.';
    default:
      return `The router answered with the error ${status}.`;
  }
}

/** Words for any failure. */
export function wordsOf(failure: unknown): string {
  if (failure instanceof ApiError) {
    const words = failure.problems.map((p) => p.message).filter((m) => m !== '');
    return words.length > 0 ? words.join('\n') : wordsOfStatus(failure.status);
  }
  return failure instanceof Error ? failure.message : String(failure);
}
