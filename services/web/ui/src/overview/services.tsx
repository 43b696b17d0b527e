// Tier 2: the services, and the real servers that answer for them.
import { useMemo, useState } from 'preact/hooks';
import type { RealServer, Service, State } from '../api/types';
import { entriesOf, useRunning } from '../base/documents';
import { count, counter, plural } from '../base/format';
import { mayOperate, session } from '../base/live';
import { Badge, Empty } from '../base/parts';
import { useStore } from '../base/store';
import { AdminStateDialog } from './admin-state';
import { traffic } from './connections';
import { conditionOf, endpoint, reachedAt, serviceView, type ServiceView } from './picture';

/** Up to so many services are shown unfolded. */
const UNFOLDED_MAX = 6;

function matches(view: ServiceView, words: string): boolean {
  const text = [view.service.name, reachedAt(view.service), ...view.servers.flatMap((r) => [r.name, r.address])].join(
    ' ',
  );
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word));
}

export function Services({ state }: { state: State }) {
  const [words, setWords] = useState('');
  const [onlyTrouble, setOnlyTrouble] = useState(false);
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const operator = mayOperate(useStore(session)?.role);
  const views = (state.service ?? []).map(serviceView);
  if (views.length === 0) {
    return (
      <Empty>
        No services yet.{' '}
        {operator && (
          <>
            <a href="#/configuration/virtual-service">Add one</a>, or <a href="#/import">import</a> them from what you
            have now.
          </>
        )}
      </Empty>
    );
  }
  const few = views.length <= UNFOLDED_MAX;
  const troubled = views.filter((view) => view.trouble !== '').length;
  const shown = views.filter((view) => matches(view, words) && (!onlyTrouble || view.trouble !== ''));
  const toggle = (name: string): void =>
    setToggled((old) => {
      const next = new Set(old);
      if (!next.delete(name)) next.add(name);
      return next;
    });
  return (
    <>
      {!few && (
        <Filter {...{ words, setWords, onlyTrouble, setOnlyTrouble, troubled }}>
          {shown.length === views.length
            ? plural(views.length, 'service')
            : `${shown.length} of ${plural(views.length, 'service')}`}
        </Filter>
      )}
      {shown.length === 0 && <Empty>No service is like that.</Empty>}
      <div class={few ? 'services few' : 'services'}>
        {shown.map((view) => (
          <Unchanging
            key={view.service.name}
            view={view}
            open={few !== toggled.has(view.service.name)}
            onToggle={() => toggle(view.service.name)}
          />
        ))}
      </div>
    </>
  );
}

interface FilterProps {
  words: string;
  setWords: (words: string) => void;
  onlyTrouble: boolean;
  setOnlyTrouble: (yes: boolean) => void;
  troubled: number;
  /** How many are shown. */
  children: string;
}

function Filter({ words, setWords, onlyTrouble, setOnlyTrouble, troubled, children }: FilterProps) {
  return (
    <div class="filter">
      <label>
        Find{' '}
        <input
          type="search"
          value={words}
          placeholder="name or address"
          onInput={(e) => setWords(e.currentTarget.value)}
        />
      </label>
      <label class="check">
        <input type="checkbox" checked={onlyTrouble} onChange={(e) => setOnlyTrouble(e.currentTarget.checked)} /> only
        with problems ({troubled})
      </label>
      <span class="muted" role="status">
        {children}
      </span>
    </div>
  );
}

interface CardProps {
  view: ServiceView;
  open: boolean;
  onToggle: () => void;
}

/** A state comes each second, and of hundreds of services most are as before: those are not drawn anew. */
function Unchanging(props: CardProps) {
  return useMemo(() => <ServiceCard {...props} />, [JSON.stringify(props.view.service), props.open]);
}

function ServiceCard({ view, open, onToggle }: CardProps) {
  const { service, servers, up, active, trouble } = view;
  return (
    <article class={`card service ${trouble ? 'troubled' : ''}`} aria-label={service.name}>
      <h3>
        <button type="button" class="fold" aria-expanded={open} onClick={onToggle}>
          <span class="service-name">{service.name}</span>
          <span class="service-at">{reachedAt(service)}</span>
          <Marks servers={servers} />
          <span class="service-sum">
            {up} of {servers.length} up · {count(active)} open
          </span>
          <span class="service-trouble">{trouble && <Badge tone="bad">{trouble}</Badge>}</span>
        </button>
      </h3>
      {open && (
        <>
          <p class="service-how">
            method {service.method} · scheduler {service.scheduler}
            {service.datapath && ` · data path ${service.datapath}`}
            {service.datapath && service['datapath-reason'] && `: ${service['datapath-reason']}`}
          </p>
          <ServerTable service={service} servers={servers} />
        </>
      )}
    </article>
  );
}

/** A mark for each real server, so that many fit into a line. */
function Marks({ servers }: { servers: RealServer[] }) {
  return (
    <span class="marks" aria-hidden="true">
      {servers.map((server) => (
        <span
          key={server.name}
          class={`mark ${conditionOf(server).mark}`}
          title={`${server.name}: ${conditionOf(server).word}`}
        />
      ))}
    </span>
  );
}

function ServerTable({ service, servers }: { service: Service; servers: RealServer[] }) {
  const [asked, setAsked] = useState<RealServer>();
  const operator = mayOperate(useStore(session)?.role);
  const pool = String(
    entriesOf(useRunning(), 'virtual-service').find((s) => s['name'] === service.name)?.['pool'] ?? '',
  );
  const most = Math.max(1, ...servers.map((server) => server.active ?? 0));
  if (servers.length === 0) return <Empty>Its pool has no real servers.</Empty>;
  return (
    <>
      <table class="servers" aria-label={`Real servers of ${service.name}`}>
        <thead>
          <tr>
            <th scope="col">Real server</th>
            <th scope="col" class="number wide">
              Weight
            </th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Open
            </th>
            <th scope="col" class="number wide">
              So far
            </th>
            {operator && pool && (
              <th scope="col">
                <span class="unseen">Change</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {servers.map((server) => (
            <ServerRow
              key={server.name}
              server={server}
              most={most}
              {...(operator && pool ? { onAsk: () => setAsked(server) } : {})}
            />
          ))}
        </tbody>
      </table>
      {asked && <AdminStateDialog pool={pool} server={asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}

/** The row of a real server, one for what it has had, and one for the reason if something is wrong with it. */
function ServerRow({ server, most, onAsk }: { server: RealServer; most: number; onAsk?: () => void }) {
  const condition = conditionOf(server);
  const had = traffic(server);
  const active = server.active ?? 0;
  const row = (
    <tr>
      <th scope="row">
        {server.name}
        <small>
          {endpoint(server.address, server.port)}
          <span class="narrow-only">weight {server.weight}</span>
        </small>
      </th>
      <td class="number wide">{server.weight}</td>
      <td>
        <Badge tone={condition.tone}>{condition.word}</Badge>
      </td>
      <td class="number">
        {count(active)}
        <span class="bar" aria-hidden="true">
          <span style={{ width: `${Math.round((100 * active) / most)}%` }} />
        </span>
      </td>
      <td class="number wide">{count(counter(server.connections))}</td>
      {onAsk && (
        <td class="act">
          <button type="button" class="quiet small" aria-label={`Use of ${server.name}`} onClick={onAsk}>
            Use…
          </button>
        </td>
      )}
    </tr>
  );
  const why = condition.mark === 'up' ? '' : server.reason;
  return (
    <>
      {row}
      {had && (
        <tr class="had">
          <td colSpan={onAsk ? 6 : 5}>{had}</td>
        </tr>
      )}
      {why && (
        <tr class="why">
          <td colSpan={onAsk ? 6 : 5}>{why}</td>
        </tr>
      )}
    </>
  );
}
