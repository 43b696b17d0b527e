// A value that parts of the page share and that draws them anew when it changes.
import { useEffect, useState } from 'preact/hooks';

export interface Store<T> {
  get(): T;
  set(value: T): void;
  watch(call: () => void): () => void;
}

export function store<T>(value: T): Store<T> {
  const calls = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const call of [...calls]) call();
    },
    watch(call) {
      calls.add(call);
      return () => void calls.delete(call);
    },
  };
}

export function useStore<T>(from: Store<T>): T {
  const [value, setValue] = useState(from.get());
  useEffect(() => {
    const take = (): void => setValue(() => from.get());
    take();
    return from.watch(take);
  }, [from]);
  return value;
}
