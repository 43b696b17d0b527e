// Something that a button starts: at most once at a time, with its failure in words.
import { useRef, useState } from 'preact/hooks';
import { ApiError, wordsOf, type Problem } from '../api/errors';

export interface Action {
  busy: boolean;
  error: string;
  problems: Problem[];
  /** HTTP's status of the failure; undefined: none. */
  status: number | undefined;
  run(work: () => Promise<void>): Promise<void>;
  clear(): void;
}

interface Outcome {
  busy: boolean;
  error: string;
  problems: Problem[];
  status: number | undefined;
}

const NOTHING: Outcome = { busy: false, error: '', problems: [], status: undefined };

export function useAction(): Action {
  const [outcome, setOutcome] = useState<Outcome>(NOTHING);
  // Two clicks may come before anything is drawn anew.
  const busy = useRef(false);
  async function run(work: () => Promise<void>): Promise<void> {
    if (busy.current) return;
    busy.current = true;
    setOutcome({ ...NOTHING, busy: true });
    try {
      await work();
      setOutcome(NOTHING);
    } catch (failure) {
      const api = failure instanceof ApiError ? failure : undefined;
      setOutcome({ busy: false, error: wordsOf(failure), problems: api?.problems ?? [], status: api?.status });
    } finally {
      busy.current = false;
    }
  }
  return { ...outcome, run, clear: () => setOutcome(NOTHING) };
}
