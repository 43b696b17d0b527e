// The form of a part of the document, made from the model's description of it.
import { useContext, useEffect, useId, useRef, useState } from 'preact/hooks';
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

/** What tells entries apart that may have no key yet: one that is removed takes nothing of the next one's with it. */
function useIds(length: number): { ids: number[]; take: (index: number) => void } {
  const ids = useRef<number[]>([]);
  const next = useRef(0);
  while (ids.current.length < length) ids.current.push(next.current++);
  ids.current.length = length;
  return { ids: ids.current, take: (index) => void ids.current.splice(index, 1) };
}

/** The entries of a list below, each folded until it is wanted. */
function List({ node, value, path, onChange }: PartProps) {
  const { locked } = useContext(FormContext);
  const entries = (Array.isArray(value) ? value : []) as JsonObject[];
  const { ids, take } = useIds(entries.length);
  const [added, setAdded] = useState<number>();
  const section = useRef<HTMLElement>(null);
  const id = useId();
  const at = `${path}/${node.name}`;
  const replace = (index: number, entry: JsonObject | undefined): void => {
    onChange(entries.flatMap((old, i) => (i === index ? (entry ? [entry] : []) : [old])));
    if (entry) return;
    // The button that was pressed goes with its entry.
    take(index);
    section.current?.focus();
  };
  const add = (): void => {
    setAdded(entries.length);
    onChange([...entries, {}]);
  };
  return (
    <section ref={section} class="part list" aria-labelledby={id} id={fieldId(at)} tabIndex={-1}>
      <h3 id={id}>
        {node.name} <span class="amount">{entries.length}</span>
      </h3>
      <Help node={node} />
      <ProblemsAt path={at} />
      {entries.map((entry, index) => (
        <Entry
          key={ids[index]}
          node={node}
          entry={entry}
          path={path}
          isAdded={index === added}
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
  /** It was just added: there typing goes on. */
  isAdded: boolean;
  onChange: (entry: JsonObject | undefined) => void;
}

function Entry({ node, entry, path, isAdded, onChange }: EntryProps) {
  const { locked, problems } = useContext(FormContext);
  const [toggled, setToggled] = useState<boolean>();
  const keyNames = node.keys ?? [];
  const title = keysOf(keyNames, entry).join(', ') || 'new';
  const at = `${path}/${instanceStep(node.name ?? '', keyNames, keysOf(keyNames, entry))}`;
  const wrong = problems.some((p) => p.path === at || (p.path?.startsWith(`${at}/`) ?? false));
  const open = toggled ?? (isAdded || wrong);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isAdded) body.current?.querySelector<HTMLElement>('input, select, textarea')?.focus();
  }, []);
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
        <div class="entry-body" ref={body}>
          <ProblemsAt path={at} />
          <Members node={node} value={entry} path={at} fixedKeys={false} onChange={onChange} />
        </div>
      )}
    </div>
  );
}
