// Line by line: what was imported, and what became of it.
import { useState } from 'preact/hooks';
import type { MappingLine } from '../api/types';
import { pageOf } from '../configuration/place';
import { Badge, Empty, type Tone } from '../base/parts';

type Verdict = MappingLine['verdict'];

const VERDICTS: Verdict[] = ['error', 'warning', 'dropped', 'mapped'];
const TONES: Record<Verdict, Tone> = { mapped: 'good', dropped: 'plain', warning: 'warn', error: 'bad' };

export function Mapping({ mapping, source }: { mapping: MappingLine[]; source: string[] }) {
  const [hidden, setHidden] = useState<ReadonlySet<Verdict>>(new Set());
  const shown = mapping.filter((line) => !hidden.has(line.verdict));
  const toggle = (verdict: Verdict): void => {
    const next = new Set(hidden);
    if (!next.delete(verdict)) next.add(verdict);
    setHidden(next);
  };
  if (mapping.length === 0) return <Empty>It has no line that says anything.</Empty>;
  return (
    <>
      <fieldset class="filter">
        <legend class="unseen">Which lines</legend>
        {VERDICTS.map((verdict) => (
          <label class="check">
            <input type="checkbox" checked={!hidden.has(verdict)} onChange={() => toggle(verdict)} /> {verdict} (
            {mapping.filter((l) => l.verdict === verdict).length})
          </label>
        ))}
      </fieldset>
      <ol class="mapping">
        {shown.map((line) => (
          <MappingRow line={line} source={source[line.line - 1] ?? ''} />
        ))}
      </ol>
    </>
  );
}

function MappingRow({ line, source }: { line: MappingLine; source: string }) {
  const page = line.path ? pageOf(line.path) : null;
  return (
    <li class={line.verdict}>
      <span class="line-number">{line.line || ''}</span>
      <div>
        <code>{source.trim() || line.key}</code>
        <p>
          <Badge tone={TONES[line.verdict]}>{line.verdict}</Badge> {line.text}{' '}
          {line.path && (page ? <a href={page}>{line.path}</a> : <span class="muted">{line.path}</span>)}
        </p>
      </div>
    </li>
  );
}
