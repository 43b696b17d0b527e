// The same part as JSON, for what is quicker to paste than to click.
import { useId, useState } from 'preact/hooks';
import type { Json, JsonObject } from '../api/types';
import { isObject } from './value';

interface Props {
  value: JsonObject;
  locked: boolean;
  onChange: (value: JsonObject) => void;
}

export function AsText({ value, locked, onChange }: Props) {
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [error, setError] = useState('');
  const id = useId();
  const take = (next: string): void => {
    setText(next);
    try {
      const parsed = JSON.parse(next) as Json;
      if (!isObject(parsed)) throw new Error('an object, { … }, is expected');
      setError('');
      onChange(parsed);
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return (
    <div class="field">
      <label for={id}>JSON (RFC 7951), as the API takes it</label>
      <textarea
        id={id}
        class="code"
        rows={24}
        spellcheck={false}
        readOnly={locked}
        value={text}
        aria-invalid={error !== ''}
        onInput={(e) => take(e.currentTarget.value)}
      />
      {error && <p class="problem">This is not JSON yet: {error}</p>}
    </div>
  );
}
