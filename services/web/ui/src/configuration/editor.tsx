// The form of one part, and how it goes into the draft.
import { useEffect, useRef, useState } from 'preact/hooks';
import { create, replace } from '../api/client';
import type { JsonObject, ModelNode } from '../api/types';
import { useAction, type Action } from '../base/action';
import { announce } from '../base/announce';
import { draft, loadDraft, reloadDraft } from '../base/candidate';
import { entriesOf } from '../base/documents';
import { mayOperate, session } from '../base/live';
import { Button, Failure, Notice } from '../base/parts';
import { go } from '../base/router';
import { useStore } from '../base/store';
import { AsText } from './as-text';
import { Members } from './form';
import { FormContext, focusField } from './form-context';
import { apiPath, formatPlace, instanceStep, keysOf, type Step } from './place';
import { Removal } from './removal';
import { unsaved, type Edit } from './unsaved';
import { differences, isObject, pruned, same } from './value';

interface Props {
  model: ModelNode;
  steps: Step[];
  /** What the draft has. */
  base: JsonObject;
  isNew: boolean;
}

/** What a document has of the part; undefined: nothing. */
export function stored(content: JsonObject, node: ModelNode, keys: string[]): JsonObject | undefined {
  if (node.kind === 'list')
    return entriesOf(content, node.name ?? '').find((entry) => same(keysOf(node.keys ?? [], entry), keys));
  const value = content[`trireme:${node.name}`];
  return isObject(value) ? value : {};
}

/** Puts the part into the draft; returns what the draft has then. undefined: that could not be fetched, or another form has it. */
async function save({ model, steps, isNew }: Props, value: JsonObject): Promise<JsonObject | undefined> {
  const clean = pruned(value, model);
  const body: JsonObject = { [`trireme:${model.name}`]: model.kind === 'list' ? [clean] : clean };
  const before = draft.get();
  const etag = before?.etag ?? null;
  if (isNew) await create('', body, etag);
  else await replace(apiPath(steps), body, etag);
  unsaved.delete(formatPlace(steps));
  await reloadDraft();
  announce('Saved to the draft.');
  const keys = keysOf(model.keys ?? [], clean);
  if (isNew) {
    go(`configuration/${formatPlace([{ name: model.name ?? '', keys }])}`);
    return undefined;
  }
  const after = draft.get();
  return after && after !== before ? stored(after.content, model, keys) : undefined;
}

interface Edits {
  value: JsonObject;
  dirty: boolean;
  /** The draft has something else now than what the edits began from, and not what they are. */
  overtaken: boolean;
  base: JsonObject;
  change(value: JsonObject): void;
  /** Goes on from what the draft has now: without the edits, or with them. */
  restart(from: JsonObject, value: JsonObject): void;
  /** What was `value` is in the draft, which has it as `now`. */
  saved(value: JsonObject, now: JsonObject): void;
}

/** What is typed, beside what the draft has. Without edits the form shows what the draft has, whoever changes that. */
function useEdits(place: string, model: ModelNode, base: JsonObject): Edits {
  const [edit, setEdit] = useState<Edit>(() => unsaved.get(place) ?? { base, value: base });
  const latest = useRef(edit);
  const equal = (a: JsonObject, b: JsonObject): boolean => same(pruned(a, model), pruned(b, model));
  const keep = (next: Edit): void => {
    latest.current = next;
    setEdit(next);
    if (equal(next.value, next.base)) unsaved.delete(place);
    else unsaved.set(place, next);
  };
  const dirty = !equal(edit.value, edit.base);
  const moved = !equal(edit.base, base);
  const settled = moved && (!dirty || equal(edit.value, base));
  useEffect(() => {
    if (settled) keep({ base, value: base });
  }, [settled, base]);
  return {
    value: edit.value,
    dirty,
    overtaken: moved && !settled,
    base: edit.base,
    change: (value) => keep({ base: edit.base, value }),
    restart: (from, value) => keep({ base: from, value }),
    saved: (value, now) => keep({ base: now, value: latest.current.value === value ? now : latest.current.value }),
  };
}

export function Editor(props: Props) {
  const { model, steps, base, isNew } = props;
  const edits = useEdits(formatPlace(steps), model, base);
  // Text that cannot be read is in no edit: it stays until it can be, or is undone.
  const [readable, setReadable] = useState(true);
  const [asText, setAsText] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const role = useStore(session)?.role;
  const may = model.restricted ? role === 'administrator' : mayOperate(role);
  const action = useAction();
  const document = useStore(draft)?.content ?? {};
  const { value, dirty } = edits;
  const savable = may && readable && !edits.overtaken && (dirty || isNew);
  const keyNames = model.kind === 'list' ? (model.keys ?? []) : [];
  const path = `/trireme:${instanceStep(model.name ?? '', keyNames, keysOf(keyNames, value))}`;
  const begin = (from: JsonObject, next: JsonObject): void => {
    edits.restart(from, next);
    setReadable(true);
    setAttempt(attempt + 1);
    action.clear();
  };
  const start = (): Promise<void> =>
    action.run(async () => {
      const now = await save(props, value);
      if (now) edits.saved(value, now);
    });
  return (
    <form
      class="editor"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (savable) void start();
      }}
    >
      {!may && <p class="help">Your role may look at this, not change it.</p>}
      <FormContext.Provider value={{ document, problems: action.problems, locked: !may, isNew }}>
        {asText ? (
          <AsText
            key={attempt}
            value={pruned(value, model)}
            locked={!may}
            onChange={edits.change}
            onReadable={setReadable}
          />
        ) : (
          <Members node={model} value={value} path={path} onChange={edits.change} />
        )}
      </FormContext.Provider>
      <Refusal of={action} onReload={() => void action.run(loadDraft)} />
      {edits.overtaken && (
        <Overtaken
          changes={differences(edits.base, base)}
          onTheirs={() => begin(base, base)}
          onMine={() => begin(base, value)}
        />
      )}
      <div class="save">
        {may && (
          <>
            <Button type="submit" class="main" off={action.busy || !savable}>
              {action.busy ? 'Saving …' : 'Save to the draft'}
            </Button>
            <Button class="quiet" off={action.busy || (!dirty && readable)} onClick={() => begin(base, base)}>
              Undo
            </Button>
          </>
        )}
        <Button class="quiet" off={!readable} onClick={() => setAsText(!asText)}>
          {asText ? 'As a form' : 'As text'}
        </Button>
        {may && !isNew && model.kind === 'list' && <Removal model={model} steps={steps} busy={action.busy} />}
        {dirty && <span class="muted">Not in the draft yet</span>}
      </div>
    </form>
  );
}

/** What was refused, and what to do when somebody else was faster. */
function Refusal({ of, onReload }: { of: Action; onReload: () => void }) {
  if (of.status !== 412) return <Failure of={of} title="Not saved" onGo={focusField} />;
  return (
    <Notice tone="warn" title="Your draft was changed elsewhere meanwhile">
      <p>Another window, or a program in your name, has changed it. What you typed is still here.</p>
      <button type="button" onClick={onReload}>
        Fetch the draft again
      </button>
    </Notice>
  );
}

/** Both have changed the same part: which of the two counts is for a person to say. */
function Overtaken({ changes, onTheirs, onMine }: { changes: string[]; onTheirs: () => void; onMine: () => void }) {
  return (
    <div role="alert">
      <Notice tone="warn" title="This was changed elsewhere while you edited it">
        <p>It has changed since you began:</p>
        <ul class="consequences">
          {changes.map((change) => (
            <li>{change}</li>
          ))}
        </ul>
        <div class="buttons">
          <button type="button" onClick={onTheirs}>
            Show what is there now, without my edits
          </button>
          <button type="button" onClick={onMine}>
            Keep what I have here; saving puts it in the place of that
          </button>
        </div>
      </Notice>
    </div>
  );
}
