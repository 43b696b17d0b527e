// The same part as JSON, for what is quicker to paste than to click.
import { useId, useState } from 'preact/hooks';
import type { Json, JsonObject } from '../api/types';
import { isObject } from './value';

interface Props {
  value: JsonObject;
  locked: boolean;
  onChange: (value: JsonObject) => void;
  /** Whether what stands there can be read. */
  onReadable: (yes: boolean) => void;
}

export function AsText({ value, locked, onChange, onReadable }: Props) {
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [error, setError] = useState('');
  const id = useId();
  const take = (next: string): void => {
    setText(next);
    try {
      const parsed = JSON.parse(next) as Json;
      if (!isObject(parsed)) throw new Error('an object, { … }, is expected');
      setError('');
      onReadable(true);
      onChange(parsed);
    } catch (failure) {
      onReadable(false);
      setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return (
    <div class="field">
      <label for={id}>JSON (RFC 7951), as the API takes it</label>
      <p class="problem" id={`${id}-error`}>
        {error && `This is not JSON yet, so it cannot be saved: ${error}`}
      </p>
      <textarea
        id={id}
        class="code"
        rows={24}
        spellcheck={false}
        readOnly={locked}
        value={text}
        aria-invalid={error !== ''}
        aria-describedby={`${id}-error`}
        onInput={(e) => take(e.currentTarget.value)}
      />
    </div>
  );
}
