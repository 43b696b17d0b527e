// One setting: its name, the way to enter it, what it is for and what is allowed.
import { useContext } from 'preact/hooks';
import type { Json, ModelNode } from '../api/types';
import { session } from '../base/live';
import { useStore } from '../base/store';
import { FormContext, ProblemsAt, fieldId, problemsAt } from './form-context';
import { HIDDEN, PLAIN, quickCheck, referenced, valueAt, valueOf } from './value';

interface Props {
  node: ModelNode;
  value: Json | undefined;
  path: string;
  /** It stays as it is: the key of what is there already. */
  fixed: boolean;
  onChange: (value: Json | undefined) => void;
}

/** What stands below every field: help, default, units and range. */
function Words({ node, id }: { node: ModelNode; id: string }) {
  // A choice shows its default and what is allowed by itself; the units stand behind the field.
  const chosen = node.type === 'boolean' || node.type === 'enumeration' || node.reference !== undefined;
  const range = node.secret ? '' : (node.allowed ?? '').replace(` ${node.units}`, '');
  const facts = chosen
    ? []
    : [node.default === undefined ? '' : `default ${node.default}`, range].filter((fact) => fact !== '');
  return (
    <div id={id}>
      {node.help && <p class="help">{node.help}</p>}
      {node.condition && <p class="help">Can be set {node.condition}.</p>}
      {facts.length > 0 && <p class="help facts-of">{facts.join(' · ')}</p>}
    </div>
  );
}

export function Field(props: Props) {
  const { node, value, path, fixed } = props;
  const { problems } = useContext(FormContext);
  const id = fieldId(path);
  const words = `${id} words`.replaceAll(' ', '-');
  const trouble = `${id} trouble`.replaceAll(' ', '-');
  const quick = node.kind === 'leaf' ? quickCheck(value, node) : '';
  const wrong = quick !== '' || problemsAt(problems, path).length > 0;
  return (
    <div class={`field ${wrong ? 'wrong' : ''}`}>
      <label for={id}>
        {node.name} {node.mandatory && !fixed && <span class="required">required</span>}
      </label>
      <div class="control">
        <Input {...props} id={id} describedBy={`${words} ${trouble}`} wrong={wrong} />
        {quick && (
          <p class="problem" id={trouble}>
            {quick}
          </p>
        )}
        {!quick && <ProblemsAt path={path} id={trouble} />}
        <Words node={node} id={words} />
      </div>
    </div>
  );
}

interface InputProps extends Props {
  id: string;
  describedBy: string;
  wrong: boolean;
}

function Input(props: InputProps) {
  const { node } = props;
  if (node.kind === 'leaf-list') return node.reference ? <References {...props} /> : <Lines {...props} />;
  if (node.reference) return <Reference {...props} />;
  if (node.type === 'enumeration') return <Enumeration {...props} />;
  if (node.type === 'boolean')
    return <Enumeration {...props} node={{ ...node, values: [{ name: 'true' }, { name: 'false' }] }} />;
  if (node.secret) return <Secret {...props} />;
  return <Text {...props} />;
}

function common({ id, describedBy, wrong }: InputProps) {
  return { id, 'aria-describedby': describedBy, 'aria-invalid': wrong };
}

function Text(props: InputProps) {
  const { node, value, fixed, onChange } = props;
  const { locked } = useContext(FormContext);
  return (
    <span class="with-units">
      <input
        {...common(props)}
        type="text"
        inputMode={node.type === 'number' ? 'numeric' : 'text'}
        autocomplete="off"
        spellcheck={false}
        required={node.mandatory ?? false}
        readOnly={locked || fixed}
        placeholder={node.default ?? ''}
        value={value === undefined || value === null ? '' : String(value)}
        onInput={(e) => onChange(valueOf(e.currentTarget.value, node))}
      />
      {node.units && <span class="units">{node.units}</span>}
    </span>
  );
}

function Choose(props: InputProps & { options: string[] }) {
  const { node, value, fixed, onChange, options } = props;
  const { locked } = useContext(FormContext);
  const current = value === undefined || value === null ? '' : String(value);
  const all = current === '' || options.includes(current) ? options : [...options, current];
  return (
    <select
      {...common(props)}
      value={current}
      disabled={locked || fixed}
      onChange={(e) => onChange(valueOf(e.currentTarget.value, node))}
    >
      <option value="">{node.default === undefined ? '–' : `default: ${node.default}`}</option>
      {all.map((option) => (
        <option value={option}>{option}</option>
      ))}
    </select>
  );
}

function Enumeration(props: InputProps) {
  const values = props.node.values ?? [];
  const current = String(props.value ?? props.node.default ?? '');
  const help = values.find((v) => v.name === current)?.help;
  return (
    <>
      <Choose {...props} options={values.map((v) => v.name)} />
      {help && (
        <p class="help chosen">
          {current}: {help}
        </p>
      )}
    </>
  );
}

function Reference(props: InputProps) {
  const { document } = useContext(FormContext);
  const options = referenced(document, props.node.reference ?? '', props.path);
  return (
    <>
      <Choose {...props} options={options} />
      {options.length === 0 && (
        <p class="help">There is nothing to choose from yet: {props.node.reference} has no entries in your draft.</p>
      )}
    </>
  );
}

/** Several of the values that there are. */
function References(props: InputProps) {
  const { node, value, path, onChange, id, describedBy } = props;
  const { document, locked } = useContext(FormContext);
  const chosen = (Array.isArray(value) ? value : []).map(String);
  const options = [...new Set([...referenced(document, node.reference ?? '', path), ...chosen])];
  const toggle = (option: string, on: boolean): void =>
    onChange(on ? [...chosen, option] : chosen.filter((c) => c !== option));
  return (
    <div id={id} role="group" tabIndex={-1} aria-label={node.name} aria-describedby={describedBy} class="checks">
      {options.map((option) => (
        <label class="check">
          <input
            type="checkbox"
            checked={chosen.includes(option)}
            disabled={locked}
            onChange={(e) => toggle(option, e.currentTarget.checked)}
          />{' '}
          {option}
        </label>
      ))}
      {options.length === 0 && <p class="help">There is nothing to choose from yet.</p>}
    </div>
  );
}

/** Several values, one a line. */
function Lines(props: InputProps) {
  const { node, value, onChange } = props;
  const { locked } = useContext(FormContext);
  const lines = (Array.isArray(value) ? value : []).map(String);
  return (
    <>
      <textarea
        {...common(props)}
        rows={Math.max(2, lines.length + 1)}
        spellcheck={false}
        readOnly={locked}
        value={lines.join('\n')}
        onInput={(e) => onChange(linesOf(e.currentTarget.value, node))}
      />
      <p class="help">One a line, in the order that counts.</p>
    </>
  );
}

/** While one types, an empty line is a line that is to come. */
function linesOf(text: string, node: ModelNode): Json[] | undefined {
  const lines = text.split('\n').map((line) => valueOf(line, node) ?? '');
  return lines.every((line) => line === '') ? undefined : lines;
}

function Secret(props: InputProps) {
  const { node, value, path, onChange } = props;
  const { document, locked } = useContext(FormContext);
  const administrator = useStore(session)?.role === 'administrator';
  const wasSet = valueAt(document, path) === HIDDEN;
  const removed = wasSet && value === undefined;
  const hint = removed ? 'removed when you save' : value === HIDDEN ? 'set; stays as it is' : '';
  return (
    <span class="with-units">
      <input
        {...common(props)}
        type="password"
        autocomplete="new-password"
        readOnly={locked || !administrator}
        placeholder={administrator ? hint : 'only for administrators'}
        value={value === HIDDEN || value === undefined ? '' : String(value).replace(PLAIN, '')}
        onInput={({ currentTarget: { value: typed } }) =>
          onChange(typed === '' && wasSet ? HIDDEN : valueOf(typed, node))
        }
      />
      {wasSet && !locked && administrator && !node.mandatory && (
        <button type="button" class="small" onClick={() => onChange(removed ? HIDDEN : undefined)}>
          {removed ? 'Keep' : 'Remove'}
          <span class="unseen"> {node.name}</span>
        </button>
      )}
    </span>
  );
}
