// Taking over what another load balancer was configured with: lvs.cf of Piranha, keepalived.conf.
import { useEffect, useRef, useState } from 'preact/hooks';
import { importText } from '../api/client';
import type { MappingLine } from '../api/types';
import { useAction } from '../base/action';
import { announce } from '../base/announce';
import { draft, reloadDraft } from '../base/candidate';
import { plural } from '../base/format';
import { mayOperate, session } from '../base/live';
import { Button, Failure, Heading, Notice } from '../base/parts';
import { useStore } from '../base/store';
import { Mapping } from './mapping';

/** More is not taken by the API. */
const BYTES_MAX = 1024 * 1024;

interface Result {
  mapping: MappingLine[];
  summary: string;
  /** The lines that were imported. */
  source: string[];
}

async function readFile(file: File): Promise<string> {
  if (file.size > BYTES_MAX)
    throw new Error(`${file.name} has ${Math.ceil(file.size / 1024)} KiB; allowed are ${BYTES_MAX / 1024}.`);
  const text = await file.text();
  if (text.includes('\0')) throw new Error(`${file.name} is not a text file.`);
  return text;
}

export function Import() {
  const operator = mayOperate(useStore(session)?.role);
  const changes = useStore(draft)?.changes.length ?? 0;
  const [text, setText] = useState('');
  const [format, setFormat] = useState('');
  const [result, setResult] = useState<Result>();
  const action = useAction();
  useDropGuard();
  const take = (file: File | undefined): void => {
    if (file) void action.run(async () => setText(await readFile(file)));
  };
  const start = (): Promise<void> =>
    action.run(async () => {
      setResult(undefined);
      const answer = await importText(text, format || undefined);
      setResult({ ...answer, source: text.split('\n') });
      announce(answer.summary || 'Imported into the draft.');
      await reloadDraft();
    });
  return (
    <>
      <Heading>Import</Heading>
      <p class="lead">
        Takes over lvs.cf (Piranha) or keepalived.conf. The result becomes your draft, in the place of what the draft
        has now; nothing is in use before you commit.
      </p>
      {!operator && <Notice tone="warn" title="Your role may look, not import" />}
      <form
        class="import"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <DropZone onFile={take} />
        <label class="field">
          Or paste it here
          <textarea
            class="code"
            rows={10}
            spellcheck={false}
            value={text}
            onInput={(e) => setText(e.currentTarget.value)}
          />
        </label>
        <Format value={format} onChange={setFormat} />
        {changes > 0 && !result && <Replaces changes={changes} />}
        <Failure of={action} title="Not imported" />
        <div class="buttons">
          <Button type="submit" class="main" off={action.busy || !operator || text.trim() === ''}>
            {action.busy ? 'Working …' : 'Import into my draft'}
          </Button>
        </div>
      </form>
      {result && <Outcome result={result} />}
    </>
  );
}

/** An import begins with what is in use, not with the draft. */
function Replaces({ changes }: { changes: number }) {
  return (
    <Notice tone="warn" title={`Your draft has ${plural(changes, 'difference')}`}>
      <p>
        An import takes their place. <a href="#/changes">Commit them</a> first if you want to keep them.
      </p>
    </Notice>
  );
}

function Format({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <label class="field narrow">
      Format
      <select value={value} onChange={(e) => onChange(e.currentTarget.value)}>
        <option value="">by its content</option>
        <option value="lvs">lvs.cf</option>
        <option value="keepalived">keepalived.conf</option>
      </select>
    </label>
  );
}

/** A file that is dropped beside the field is not to take the place of this page. */
function useDropGuard(): void {
  useEffect(() => {
    const keep = (event: DragEvent): void => event.preventDefault();
    addEventListener('dragover', keep);
    addEventListener('drop', keep);
    return () => {
      removeEventListener('dragover', keep);
      removeEventListener('drop', keep);
    };
  }, []);
}

function DropZone({ onFile }: { onFile: (file: File | undefined) => void }) {
  const [over, setOver] = useState(false);
  return (
    <label
      class={`drop ${over ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFile(event.dataTransfer?.files[0]);
      }}
    >
      Drop a file here, or choose one
      <input
        type="file"
        onChange={(event) => {
          onFile(event.currentTarget.files?.[0]);
          // The same file can be chosen again after it was changed.
          event.currentTarget.value = '';
        }}
      />
    </label>
  );
}

function Outcome({ result }: { result: Result }) {
  const changes = useStore(draft)?.changes.length ?? 0;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [result]);
  return (
    <section aria-labelledby="outcome">
      <h2 id="outcome" ref={heading} tabIndex={-1}>
        What became of each line
      </h2>
      {result.summary && <p class="words">{result.summary}</p>}
      <Mapping mapping={result.mapping} source={result.source} />
      <p>
        {changes > 0 ? (
          <a class="button main" href="#/changes">
            Look at the {plural(changes, 'difference')} and commit
          </a>
        ) : (
          'Your draft does not differ from what is in use.'
        )}
      </p>
    </section>
  );
}
