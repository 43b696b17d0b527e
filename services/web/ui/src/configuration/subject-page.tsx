// One part of the document that is edited as a whole: a container of its top, or an entry of a list there.
import { useEffect, useState } from 'preact/hooks';
import type { ModelNode } from '../api/types';
import { useAction } from '../base/action';
import { draft } from '../base/candidate';
import { session } from '../base/live';
import { Failure, Heading, Loading, Notice } from '../base/parts';
import { useStore } from '../base/store';
import { Editor, stored } from './editor';
import { modelOf } from './model';
import { formatPlace, schemaPath } from './place';
import { RealServerHelp } from './real-server-help';
import { unsaved } from './unsaved';

/** In the place of a key: an entry that is not there yet. No name may begin with this sign. */
export const NEW = '+';

interface Props {
  node: ModelNode;
  keys: string[];
}

export function SubjectPage({ node, keys }: Props) {
  const steps = [{ name: node.name ?? '', keys }];
  const [model, setModel] = useState<ModelNode>();
  const action = useAction();
  const content = useStore(draft)?.content ?? {};
  const administrator = useStore(session)?.role === 'administrator';
  const isNew = keys[0] === NEW;
  const base = isNew ? {} : stored(content, node, keys);
  const hidden = (node.restricted ?? false) && !administrator;
  useEffect(() => {
    if (!hidden) void action.run(async () => setModel(await modelOf(schemaPath(steps))));
  }, [hidden]);
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
      {!model && !hidden && !action.error && <Loading what="the form" />}
      {model && base && <Editor model={model} steps={steps} base={base} isNew={isNew} />}
      {node.name === 'pool' && !isNew && base && <RealServerHelp pool={keys[0] ?? ''} />}
      {model && !base && <Missing node={node} place={formatPlace(steps)} />}
    </>
  );
}

/** Nothing is there; edits of what was are shown, for they are nowhere else. */
function Missing({ node, place }: { node: ModelNode; place: string }) {
  const [edit, setEdit] = useState(unsaved.get(place));
  return (
    <>
      <p>
        Your draft has no {node.name} of that name. <a href={`#/configuration/${node.name}`}>All of them</a>
      </p>
      {edit && (
        <Notice tone="warn" title="It was removed elsewhere while you edited it">
          <p>What you had here:</p>
          <pre class="code">{JSON.stringify(edit.value, null, 2)}</pre>
          <button
            type="button"
            onClick={() => {
              unsaved.delete(place);
              setEdit(undefined);
            }}
          >
            Forget it
          </button>
        </Notice>
      )}
    </>
  );
}
