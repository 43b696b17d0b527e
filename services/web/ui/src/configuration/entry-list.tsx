// A list at the document's top: its entries, and a way to add one.
import { useState } from 'preact/hooks';
import type { JsonObject, ModelNode } from '../api/types';
import { plural } from '../base/format';
import { mayOperate, session } from '../base/live';
import { Empty, Heading } from '../base/parts';
import { useStore } from '../base/store';
import { formatPlace, keysOf } from './place';
import { NEW } from './subject-page';
import { summaryOf } from './value';

/** From so many entries on there is a filter. */
const FILTER_FROM = 8;

export function EntryList({ node, entries }: { node: ModelNode; entries: JsonObject[] }) {
  const [words, setWords] = useState('');
  const operator = mayOperate(useStore(session)?.role);
  const name = node.name ?? '';
  const keys = node.keys ?? [];
  const shown = entries.filter((entry) => JSON.stringify(entry).toLowerCase().includes(words.toLowerCase()));
  return (
    <>
      <Heading
        aside={
          operator && (
            <a class="button main" href={`#/configuration/${formatPlace([{ name, keys: [NEW] }])}`}>
              Add
            </a>
          )
        }
      >
        {name}
      </Heading>
      <p class="lead">{node.help}</p>
      {entries.length >= FILTER_FROM && (
        <div class="filter">
          <label>
            Find <input type="search" value={words} onInput={(e) => setWords(e.currentTarget.value)} />
          </label>
          <span class="muted" role="status">
            {shown.length} of {plural(entries.length, 'entry', 'entries')}
          </span>
        </div>
      )}
      {entries.length === 0 && <Empty>There is none yet.</Empty>}
      {entries.length > 0 && shown.length === 0 && <Empty>No entry has that in it.</Empty>}
      <ul class="entries">
        {shown.map((entry) => (
          <li key={keysOf(keys, entry).join('\n')}>
            <a href={`#/configuration/${formatPlace([{ name, keys: keysOf(keys, entry) }])}`}>
              <strong>{keysOf(keys, entry).join(', ')}</strong> <span class="muted">{summaryOf(entry, keys, 5)}</span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
