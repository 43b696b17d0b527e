// Tier 3: the data sources, and what depends on them.
import type { DataSource, Health, State } from '../api/types';
import { counter, listed, span } from '../base/format';
import { mayOperate, session } from '../base/live';
import { Badge, Empty, type Tone } from '../base/parts';
import { useStore } from '../base/store';
import { dependents } from './picture';

const TONES: Record<Health, Tone> = { up: 'good', down: 'bad', unknown: 'plain' };
const WORDS: Record<Health, string> = { up: 'up', down: 'down', unknown: 'not checked yet' };

export function Sources({ state, poolOf }: { state: State; poolOf: Map<string, string> }) {
  const operator = mayOperate(useStore(session)?.role);
  const sources = state['data-source'] ?? [];
  if (sources.length === 0) {
    return (
      <Empty>
        No data sources.{' '}
        {operator && (
          <>
            <a href="#/configuration/data-source">Add one</a> to see here whether what the real servers depend on
            answers.
          </>
        )}
      </Empty>
    );
  }
  return (
    <div class="sources">
      {sources.map((source) => (
        <SourceCard key={source.name} source={source} poolOf={poolOf} />
      ))}
    </div>
  );
}

function SourceCard({ source, poolOf }: { source: DataSource; poolOf: Map<string, string> }) {
  const pools = source.consumer ?? [];
  const services = dependents(pools, poolOf);
  const since = source.for === undefined ? '' : ` for ${span(counter(source.for))}`;
  return (
    <article class={`card source ${source.state === 'down' ? 'troubled' : ''}`} aria-label={source.name}>
      <header>
        <h3>{source.name}</h3>
        <Badge tone={TONES[source.state]}>
          {WORDS[source.state]}
          {source.state !== 'unknown' && since}
        </Badge>
      </header>
      <p class="muted">
        {source.type} · {source.address}
        {source.port !== undefined && `:${source.port}`}
      </p>
      {source.reason && source.state !== 'up' && <p class="reason">{source.reason}</p>}
      <p>
        {pools.length === 0 ? (
          <span class="muted">No pool depends on it.</span>
        ) : (
          `Needed by ${pools.length === 1 ? 'the pool' : 'the pools'} ${listed(pools)}`
        )}
      </p>
      {services && <p class="muted">so by {services}</p>}
    </article>
  );
}
