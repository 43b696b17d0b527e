// The node that is asked: its own data path, and what it and the other routers have told each other of connections.
import type { DataPath, FlowTable, State, SyncRouter, Synchronisation } from '../api/types';
import { bytes, count, counter, plural } from '../base/format';
import { Badge, Fact } from '../base/parts';
import { notTaken, reasonsOf, standing } from './connections';

/** Nothing where the node has neither. */
export function Connections({ state }: { state: State }) {
  const { datapath, synchronisation, node } = state;
  if (!datapath && !synchronisation) return null;
  return (
    <section class="carried" aria-labelledby="carried">
      <h2 id="carried">Connections at {node}</h2>
      {datapath && <Carried datapath={datapath} />}
      {synchronisation && <Told sync={synchronisation} node={node} />}
    </section>
  );
}

function Carried({ datapath }: { datapath: DataPath }) {
  const reasons = reasonsOf(datapath);
  const packets = reasons.reduce((sum, reason) => sum + reason.packets, 0);
  const [expired, gone] = [count(counter(datapath.expired)), count(counter(datapath.gone))];
  const [open, most] = [count(datapath['half-open']), count(datapath['half-open-max'])];
  return (
    <section class="card carried-card" aria-label="Data path">
      <h3>Data path (XDP)</h3>
      <dl class="facts">
        {(datapath.table ?? []).map((table) => (
          <Fact key={table.family} name={table.family === 'ipv4' ? 'IPv4' : 'IPv6'} value={<Filled table={table} />} />
        ))}
        <Fact name="Half open" value={`${open}; with more than ${most}, new ones are not remembered`} />
        <Fact name="Memory" value={bytes(counter(datapath.memory))} />
        <Fact name="Ended" value={`${expired} by their time, ${gone} with their real server or service`} />
      </dl>
      {reasons.length === 0 ? (
        <p class="muted">Every packet so far was simply forwarded.</p>
      ) : (
        <details>
          <summary>{plural(packets, 'packet')} not simply forwarded</summary>
          <table class="servers" aria-label="Packets that were not simply forwarded">
            <thead>
              <tr>
                <th scope="col">Why</th>
                <th scope="col" class="number">
                  Packets
                </th>
              </tr>
            </thead>
            <tbody>
              {reasons.map((reason) => (
                <tr key={reason.words}>
                  <th scope="row">{reason.words}</th>
                  <td class="number">{count(reason.packets)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </section>
  );
}

function Filled({ table }: { table: FlowTable }) {
  return (
    <>
      {plural(table.flows, 'connection')}
      {table.templates > 0 && `, ${plural(table.templates, 'client')} kept at a real server`}; room for{' '}
      {count(table.room)}
    </>
  );
}

function Told({ sync, node }: { sync: Synchronisation; node: string }) {
  const n = (value: string): string => count(counter(value));
  const records = plural(counter(sync.records), 'connection or change', 'connections and changes');
  const messages = `${plural(counter(sync.messages), 'message')}, ${bytes(counter(sync.bytes))}`;
  return (
    <section class="card carried-card" aria-label="Synchronisation">
      <h3>
        Synchronisation{' '}
        <Badge tone={sync.synchronised ? 'good' : 'warn'}>
          {sync.synchronised ? 'every other router has them all' : 'not complete'}
        </Badge>
      </h3>
      <dl class="facts">
        <Fact name="Told" value={`${records} in ${messages}`} />
        <Fact name="Lost" value={`${n(sync.unsent)} messages not sent, ${n(sync.repeated)} sent once more`} />
        <Fact name="Refused" value={`${n(sync.refused)} messages of strangers`} />
        <Fact
          name="All anew"
          value={
            `told ${plural(counter(sync['full-transfers']), 'time')}; ` +
            `too many changes at once ${plural(counter(sync['events-lost']), 'time')}`
          }
        />
      </dl>
      {(sync.router ?? []).length > 0 && <Others routers={sync.router ?? []} node={node} />}
    </section>
  );
}

/** A row for each other router. */
function Others({ routers, node }: { routers: SyncRouter[]; node: string }) {
  return (
    <table class="servers" aria-label="Other routers' connections">
      <thead>
        <tr>
          <th scope="col">Router</th>
          <th scope="col" class="number">
            Has told
          </th>
          <th scope="col" class="number wide">
            Messages
          </th>
          <th scope="col" class="number">
            Missed
          </th>
          <th scope="col" class="number">
            Not taken
          </th>
        </tr>
      </thead>
      <tbody>
        {routers.map((router) => (
          <tr key={router.name}>
            <th scope="row">
              {router.name}
              <small>{standing(router, node)}</small>
            </th>
            <td class="number">{count(counter(router.records))}</td>
            <td class="number wide">{count(counter(router.messages))}</td>
            <td class="number">{count(counter(router.missed))}</td>
            <td class="number">{count(notTaken(router))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
