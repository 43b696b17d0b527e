// The form of a part of the document, made from the model's description of it.
import { useContext, useId, useState } from 'preact/hooks';
import type { Json, JsonObject, ModelNode } from '../api/types';
import { arrange, caseOf, isChoice, namesIn, type Choice, type Item } from './arrange';
import { Field } from './field';
import { FormContext, ProblemsAt, fieldId } from './form-context';
import { instanceStep, keysOf } from './place';
import { isObject, summaryOf, withMember } from './value';

export interface MembersProps {
  node: ModelNode;
  value: JsonObject;
  /** Instance path of the value. */
  path: string;
  /** The keys are given and stay. */
  fixedKeys?: boolean;
  onChange: (value: JsonObject) => void;
}

/** All children of a container or of an entry. */
export function Members(props: MembersProps) {
  return <Items {...props} items={arrange(props.node.children ?? [])} />;
}

function Items({ items, ...props }: MembersProps & { items: Item[] }) {
  return (
    <>
      {items.map((item) =>
        isChoice(item) ? (
          <ChoicePart key={item.choice} choice={item} {...props} />
        ) : (
          <Member key={item.node.name} member={item.node} {...props} />
        ),
      )}
    </>
  );
}

function Member({ member, node, value, path, fixedKeys, onChange }: MembersProps & { member: ModelNode }) {
  const { isNew } = useContext(FormContext);
  const name = member.name ?? '';
  const isKey = node.keys?.includes(name) ?? false;
  const set = (next: Json | undefined): void => onChange(withMember(value, name, next));
  const at = `${path}/${name}`;
  if (member.kind === 'container') return <Container node={member} value={value[name]} path={at} onChange={set} />;
  if (member.kind === 'list') return <List node={member} value={value[name]} path={path} onChange={set} />;
  return <Field node={member} value={value[name]} path={at} fixed={isKey && (fixedKeys ?? !isNew)} onChange={set} />;
}

interface PartProps {
  node: ModelNode;
  value: Json | undefined;
  path: string;
  onChange: (value: Json | undefined) => void;
}

function Container({ node, value, path, onChange }: PartProps) {
  const { locked } = useContext(FormContext);
  const there = !node.presence || isObject(value);
  return (
    <fieldset class="part" id={fieldId(path)} tabIndex={-1}>
      <legend>{node.name}</legend>
      <Help node={node} />
      <ProblemsAt path={path} />
      {node.presence && (
        <label class="check">
          <input
            type="checkbox"
            checked={there}
            disabled={locked}
            onChange={(e) => onChange(e.currentTarget.checked ? {} : undefined)}
          />{' '}
          use it
        </label>
      )}
      {there && <Members node={node} value={isObject(value) ? value : {}} path={path} onChange={onChange} />}
    </fieldset>
  );
}

/** Of several things one: which, and its fields. */
function ChoicePart({ choice, ...props }: MembersProps & { choice: Choice }) {
  const { locked } = useContext(FormContext);
  const [asked, setAsked] = useState<string>();
  const id = useId();
  const current = caseOf(choice, props.value) ?? asked ?? '';
  const pick = (name: string): void => {
    const others = choice.cases.filter((c) => c.name !== name).flatMap((c) => namesIn(c.items));
    setAsked(name);
    props.onChange(Object.fromEntries(Object.entries(props.value).filter(([member]) => !others.includes(member))));
  };
  const chosen = choice.cases.find((c) => c.name === current);
  return (
    <div class="choice">
      <div class="field">
        <label for={id}>kind of {choice.choice}</label>
        <div class="control">
          <select id={id} value={current} disabled={locked} onChange={(e) => pick(e.currentTarget.value)}>
            <option value="">–</option>
            {choice.cases.map((c) => (
              <option value={c.name}>{c.name}</option>
            ))}
          </select>
        </div>
      </div>
      {chosen && <Items {...props} items={chosen.items} />}
    </div>
  );
}

function Help({ node }: { node: ModelNode }) {
  return (
    <>
      {node.help && <p class="help">{node.help}</p>}
      {node.condition && <p class="help">Can be set {node.condition}.</p>}
    </>
  );
}

/** The entries of a list below, each folded until it is wanted. */
function List({ node, value, path, onChange }: PartProps) {
  const { locked } = useContext(FormContext);
  const [opened, setOpened] = useState<number>();
  const entries = (Array.isArray(value) ? value : []) as JsonObject[];
  const id = useId();
  const at = `${path}/${node.name}`;
  const replace = (index: number, entry: JsonObject | undefined): void =>
    onChange(entries.flatMap((old, i) => (i === index ? (entry ? [entry] : []) : [old])));
  const add = (): void => {
    setOpened(entries.length);
    onChange([...entries, {}]);
  };
  return (
    <section class="part list" aria-labelledby={id} id={fieldId(at)} tabIndex={-1}>
      <h3 id={id}>
        {node.name} <span class="amount">{entries.length}</span>
      </h3>
      <Help node={node} />
      <ProblemsAt path={at} />
      {entries.map((entry, index) => (
        <Entry
          key={index}
          node={node}
          entry={entry}
          path={path}
          startOpen={index === opened}
          onChange={(next) => replace(index, next)}
        />
      ))}
      {!locked && (
        <button type="button" class="small" onClick={add}>
          Add {node.name}
        </button>
      )}
    </section>
  );
}

interface EntryProps {
  node: ModelNode;
  entry: JsonObject;
  path: string;
  startOpen: boolean;
  onChange: (entry: JsonObject | undefined) => void;
}

function Entry({ node, entry, path, startOpen, onChange }: EntryProps) {
  const { locked, problems } = useContext(FormContext);
  const [toggled, setToggled] = useState<boolean>();
  const keyNames = node.keys ?? [];
  const title = keysOf(keyNames, entry).join(', ') || 'new';
  const at = `${path}/${instanceStep(node.name ?? '', keyNames, keysOf(keyNames, entry))}`;
  const wrong = problems.some((p) => p.path === at || (p.path?.startsWith(`${at}/`) ?? false));
  const open = toggled ?? (startOpen || wrong);
  return (
    <div class={`entry ${wrong ? 'wrong' : ''}`} id={fieldId(at)} tabIndex={-1}>
      <div class="entry-head">
        <button type="button" class="fold" aria-expanded={open} onClick={() => setToggled(!open)}>
          <strong>{title}</strong> {!open && <span class="muted">{summaryOf(entry, keyNames)}</span>}
        </button>
        {!locked && (
          <button
            type="button"
            class="quiet small"
            aria-label={`Remove ${node.name} ${title}`}
            onClick={() => onChange(undefined)}
          >
            Remove
          </button>
        )}
      </div>
      {open && (
        <div class="entry-body">
          <ProblemsAt path={at} />
          <Members node={node} value={entry} path={at} fixedKeys={false} onChange={onChange} />
        </div>
      )}
    </div>
  );
}
