// One part of the document that is edited as a whole: a container of its top, or an entry of a list there.
import { useEffect, useState } from 'preact/hooks';
import { create, remove, replace } from '../api/client';
import type { JsonObject, ModelNode } from '../api/types';
import { useAction, type Action } from '../base/action';
import { announce } from '../base/announce';
import { draft, loadDraft, reloadDraft } from '../base/candidate';
import { Dialog } from '../base/dialog';
import { entriesOf } from '../base/documents';
import { mayOperate, session } from '../base/live';
import { Failure, Heading, Loading, Notice } from '../base/parts';
import { go } from '../base/router';
import { useStore } from '../base/store';
import { Members } from './form';
import { FormContext, focusField } from './form-context';
import { modelOf } from './model';
import { apiPath, formatPlace, instanceStep, keysOf, schemaPath } from './place';
import { AsText } from './as-text';
import { unsaved } from './unsaved';
import { isObject, pruned, same } from './value';

/** In the place of a key: an entry that is not there yet. No name may begin with this sign. */
export const NEW = '+';

interface Props {
  node: ModelNode;
  keys: string[];
}

function stored(content: JsonObject, node: ModelNode, keys: string[]): JsonObject | undefined {
  if (node.kind === 'list')
    return entriesOf(content, node.name ?? '').find((entry) => same(keysOf(node.keys ?? [], entry), keys));
  const value = content[`trireme:${node.name}`];
  return isObject(value) ? value : {};
}

export function SubjectPage({ node, keys }: Props) {
  const steps = [{ name: node.name ?? '', keys }];
  const [model, setModel] = useState<ModelNode>();
  const action = useAction();
  const content = useStore(draft)?.content ?? {};
  const isNew = keys[0] === NEW;
  const base = isNew ? {} : stored(content, node, keys);
  useEffect(() => void action.run(async () => setModel(await modelOf(schemaPath(steps)))), []);
  const title =
    node.kind !== 'list' ? (node.name ?? '') : isNew ? `New ${node.name}` : `${node.name} ${keys.join(', ')}`;
  return (
    <>
      {node.kind === 'list' && (
        <p class="way">
          <a href={`#/configuration/${node.name}`}>{node.name}</a> /
        </p>
      )}
      <Heading>{title}</Heading>
      <p class="lead">
        {node.help} {node.restricted && 'Only administrators see and change it.'}
      </p>
      <Failure of={action} />
      {!model && !action.error && <Loading what="the form" />}
      {model && base && <Editor model={model} steps={steps} base={base} isNew={isNew} />}
      {model && !base && (
        <p>
          Your draft has no {node.name} of that name. <a href={`#/configuration/${node.name}`}>All of them</a>
        </p>
      )}
    </>
  );
}

interface EditorProps {
  model: ModelNode;
  steps: { name: string; keys: string[] }[];
  base: JsonObject;
  isNew: boolean;
}

/** What the page does with the draft. */
async function save({ model, steps, isNew }: EditorProps, value: JsonObject): Promise<void> {
  const clean = pruned(value, model);
  const name = `trireme:${model.name}`;
  const body: JsonObject = { [name]: model.kind === 'list' ? [clean] : clean };
  const etag = draft.get()?.etag ?? null;
  if (isNew) await create('', body, etag);
  else await replace(apiPath(steps), body, etag);
  unsaved.delete(formatPlace(steps));
  await reloadDraft();
  announce('Saved to the draft.');
  if (isNew) go(`configuration/${formatPlace([{ name: model.name ?? '', keys: keysOf(model.keys ?? [], clean) }])}`);
}

function Editor(props: EditorProps) {
  const { model, steps, base, isNew } = props;
  const place = formatPlace(steps);
  const [value, setValue] = useState<JsonObject>(unsaved.get(place) ?? base);
  const [asText, setAsText] = useState(false);
  const [removing, setRemoving] = useState(false);
  const role = useStore(session)?.role;
  const operator = model.restricted ? role === 'administrator' : mayOperate(role);
  const action = useAction();
  const content = useStore(draft)?.content ?? {};
  const dirty = !same(pruned(value, model), pruned(base, model));
  const path = `/trireme:${instanceStep(model.name ?? '', model.kind === 'list' ? (model.keys ?? []) : [], keysOf(model.keys ?? [], value))}`;
  const change = (next: JsonObject): void => {
    setValue(next);
    if (same(pruned(next, model), pruned(base, model))) unsaved.delete(place);
    else unsaved.set(place, next);
  };
  const reset = (): void => {
    unsaved.delete(place);
    setValue(base);
    action.clear();
  };
  return (
    <form
      class="editor"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void action.run(() => save(props, value));
      }}
    >
      <FormContext.Provider value={{ document: content, problems: action.problems, locked: !operator, isNew }}>
        {asText ? (
          <AsText value={pruned(value, model)} locked={!operator} onChange={change} />
        ) : (
          <Members node={model} value={value} path={path} onChange={change} />
        )}
      </FormContext.Provider>
      <Refusal of={action} onReload={() => void action.run(loadDraft)} />
      <div class="save">
        {operator && (
          <>
            <button type="submit" class="main" disabled={action.busy || (!dirty && !isNew)}>
              {action.busy ? 'Saving …' : 'Save to the draft'}
            </button>
            <button type="button" class="quiet" disabled={action.busy || !dirty} onClick={reset}>
              Undo
            </button>
          </>
        )}
        <button type="button" class="quiet" onClick={() => setAsText(!asText)}>
          {asText ? 'As a form' : 'As text'}
        </button>
        {operator && !isNew && model.kind === 'list' && (
          <button type="button" class="quiet danger" disabled={action.busy} onClick={() => setRemoving(true)}>
            Remove…
          </button>
        )}
        {dirty && <span class="muted">Not in the draft yet</span>}
      </div>
      {removing && <Removal model={model} steps={steps} onClose={() => setRemoving(false)} />}
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

function Removal({
  model,
  steps,
  onClose,
}: {
  model: ModelNode;
  steps: { name: string; keys: string[] }[];
  onClose: () => void;
}) {
  const action = useAction();
  const start = (): Promise<void> =>
    action.run(async () => {
      await remove(apiPath(steps), draft.get()?.etag ?? null);
      unsaved.delete(formatPlace(steps));
      await reloadDraft();
      announce('Removed from the draft.');
      go(`configuration/${model.name}`);
    });
  return (
    <Dialog title={`Remove ${model.name} ${steps[0]?.keys.join(', ')}?`} onClose={onClose} busy={action.busy}>
      <p>It is taken out of your draft. What is in use changes when you commit.</p>
      <Failure of={action} />
      <div class="buttons end">
        <button type="button" class="quiet" disabled={action.busy} onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="main danger" disabled={action.busy} onClick={() => void start()}>
          Remove
        </button>
      </div>
    </Dialog>
  );
}
