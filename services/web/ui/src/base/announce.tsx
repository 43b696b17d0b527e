// Words for those who do not see the page: a live region that every part can speak through.
import { store, useStore } from './store';

const words = store('');

export function announce(text: string): void {
  // The same words twice would not be spoken again.
  words.set(words.get() === text ? `${text}\u00a0` : text);
}

export function Announcer() {
  return (
    <div class="unseen" role="status" aria-live="polite">
      {useStore(words)}
    </div>
  );
}
