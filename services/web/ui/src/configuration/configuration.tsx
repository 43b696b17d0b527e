// The configuration: what there is, and the part that is edited now.
import { useEffect, useState } from 'preact/hooks';
import type { JsonObject, ModelNode } from '../api/types';
import { useAction } from '../base/action';
import { draft, loadDraft } from '../base/candidate';
import { entriesOf } from '../base/documents';
import { plural } from '../base/format';
import { session } from '../base/live';
import { Failure, Heading, Loading } from '../base/parts';
import { useStore } from '../base/store';
import { EntryList } from './entry-list';
import { subjects } from './model';
import { parsePlace } from './place';
import { SubjectPage } from './subject-page';
import { child, isObject } from './value';

export function Configuration({ rest }: { rest: string }) {
  const [tops, setTops] = useState<ModelNode[]>();
  const current = useStore(draft);
  const action = useAction();
  useEffect(() => {
    void action.run(async () => {
      const [nodes] = await Promise.all([subjects(), loadDraft()]);
      setTops(nodes);
    });
  }, []);
  if (action.error) return <Failure of={action} />;
  if (!tops || !current) return <Loading what="the configuration" />;
  const steps = parsePlace(rest);
  const first = steps[0];
  const node = first && child({ children: tops }, first.name);
  return (
    <div class="configuration">
      <Subjects tops={tops} content={current.content} {...(node?.name ? { current: node.name } : {})} />
      <div class="subject">
        {!first && <Index tops={tops} content={current.content} />}
        {first && !node && <Unknown name={first.name} />}
        {first && node && (node.kind !== 'list' || first.keys.length > 0) && (
          <SubjectPage key={rest} node={node} keys={first.keys} />
        )}
        {first && node?.kind === 'list' && first.keys.length === 0 && (
          <EntryList key={node.name} node={node} entries={entriesOf(current.content, first.name)} />
        )}
      </div>
    </div>
  );
}

function Unknown({ name }: { name: string }) {
  return (
    <>
      <Heading>Configuration</Heading>
      <p>
        There is no part “{name}”. <a href="#/configuration">All parts</a>
      </p>
    </>
  );
}

/** How much of it is set, in words. */
function amount(node: ModelNode, content: JsonObject): string {
  if (node.restricted && session.get()?.role !== 'administrator') return 'administrators only';
  const value = content[`trireme:${node.name}`];
  if (node.kind === 'list') return Array.isArray(value) ? String(value.length) : '0';
  return isObject(value) ? '' : 'defaults';
}

function Subjects({ tops, content, current }: { tops: ModelNode[]; content: JsonObject; current?: string }) {
  return (
    <nav class="subjects" aria-label="Parts of the configuration">
      <ul>
        {tops.map((node) => (
          <li>
            <a href={`#/configuration/${node.name}`} aria-current={node.name === current ? 'page' : undefined}>
              {node.name} <span class="amount">{amount(node, content)}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Index({ tops, content }: { tops: ModelNode[]; content: JsonObject }) {
  return (
    <>
      <Heading>Configuration</Heading>
      <p class="lead">
        One document for the whole cluster. What you change here is your draft until you commit it; then it is in use on
        every node.
      </p>
      <ul class="parts">
        {tops.map((node) => (
          <li>
            <a class="card" href={`#/configuration/${node.name}`}>
              <strong>{node.name}</strong>
              <span class="muted">{node.help}</span>
              <span class="amount">
                {node.kind === 'list'
                  ? plural(Number(amount(node, content)), 'entry', 'entries')
                  : amount(node, content)}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
