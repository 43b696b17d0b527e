// The form of one part, and how it goes into the draft.
import { useState } from 'preact/hooks';
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
import { useEdits, type Edits } from './edits';
import { Members } from './form';
import { FormContext, focusField } from './form-context';
import { apiPath, formatPlace, instanceStep, keysOf, type Step } from './place';
import { Removal } from './removal';
import { unsaved } from './unsaved';
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

export function Editor(props: Props) {
  const { model, steps, base, isNew } = props;
  // Text that cannot be read is in no edit: it stays until it can be, or is undone.
  const [readable, setReadable] = useState(true);
  const edits = useEdits(formatPlace(steps), model, base, readable);
  const [asText, setAsText] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const role = useStore(session)?.role;
  const may = model.restricted ? role === 'administrator' : mayOperate(role);
  const action = useAction();
  const document = useStore(draft)?.content ?? {};
  const { value } = edits;
  const savable = may && readable && !edits.overtaken && (edits.dirty || isNew);
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
            // Anew when something else is shown than what is typed.
            key={`${attempt} ${JSON.stringify(edits.base)}`}
            value={pruned(value, model)}
            locked={!may}
            onChange={edits.change}
            onReadable={setReadable}
          />
        ) : (
          <Members node={model} value={value} path={pathOf(model, value)} onChange={edits.change} />
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
        {may && <Actions edits={edits} busy={action.busy} {...{ savable, readable }} onUndo={() => begin(base, base)} />}
        <Button class="quiet" off={!readable} onClick={() => setAsText(!asText)}>
          {asText ? 'As a form' : 'As text'}
        </Button>
        {may && !isNew && model.kind === 'list' && <Removal model={model} steps={steps} busy={action.busy} />}
        {edits.dirty && <span class="muted">Not in the draft yet</span>}
      </div>
    </form>
  );
}

/** Instance path of what is edited. */
function pathOf(model: ModelNode, value: JsonObject): string {
  const keyNames = model.kind === 'list' ? (model.keys ?? []) : [];
  return `/trireme:${instanceStep(model.name ?? '', keyNames, keysOf(keyNames, value))}`;
}

interface ActionsProps {
  edits: Edits;
  busy: boolean;
  savable: boolean;
  readable: boolean;
  onUndo: () => void;
}

function Actions({ edits, busy, savable, readable, onUndo }: ActionsProps) {
  return (
    <>
      <Button type="submit" class="main" off={busy || !savable}>
        {busy ? 'Saving …' : 'Save to the draft'}
      </Button>
      <Button class="quiet" off={busy || (!edits.dirty && readable)} onClick={onUndo}>
        Undo
      </Button>
    </>
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
