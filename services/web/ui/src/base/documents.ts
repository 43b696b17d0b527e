// The running configuration, fetched again when another revision is in use.
import { useEffect, useState } from 'preact/hooks';
import { getDocument } from '../api/client';
import type { JsonObject } from '../api/types';
import { state } from './live';
import { useStore } from './store';

let cached: { revision: number; content: Promise<JsonObject> } | undefined;

function running(revision: number): Promise<JsonObject> {
  if (cached?.revision !== revision) {
    const content = getDocument('running').then((document) => document.content);
    cached = { revision, content };
    // A failure is not kept.
    content.catch(() => (cached = undefined));
  }
  return cached.content;
}

/** Others may see other parts of it. */
export function forgetRunning(): void {
  cached = undefined;
}

/** undefined: not there yet, or it could not be had. */
export function useRunning(): JsonObject | undefined {
  const revision = useStore(state)?.configuration?.revision ?? 0;
  const [content, setContent] = useState<JsonObject>();
  useEffect(() => {
    let wanted = true;
    running(revision).then(
      (document) => wanted && setContent(document),
      () => wanted && setContent(undefined),
    );
    return () => void (wanted = false);
  }, [revision]);
  return content;
}

/** Entries of a list at the document's top. */
export function entriesOf(document: JsonObject | undefined, list: string): JsonObject[] {
  const value = document?.[`trireme:${list}`];
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}
