// What is said of the router's own data path and of what routers tell each other of connections. Pure.
import type { DataPath, RealServer, State, SyncRouter } from '../api/types';
import { bytes, count, counter, listed, plural } from '../base/format';

/** Names of services that are written out. */
const NAMES_MAX = 4;

/** What a real server has had: "in 1.2 MB, 900 packets · out 34 kB, 850 packets · 3 closed or of UDP". Empty: nothing. */
export function traffic(server: RealServer): string {
  const way = (name: string, size?: string, packets?: string): string[] =>
    counter(packets) > 0 ? [`${name} ${bytes(counter(size))}, ${plural(counter(packets), 'packet')}`] : [];
  const inactive = server.inactive ?? 0;
  return [
    ...way('in', server['bytes-in'], server['packets-in']),
    ...way('out', server['bytes-out'], server['packets-out']),
    ...(inactive > 0 ? [`${count(inactive)} closed or of UDP`] : []),
  ].join(' · ');
}

/** Whether connections of `node` would go on at that router. */
export function standing(router: SyncRouter, node: string): string {
  if (!router.present) return `does not listen for the connections of ${node}`;
  const behind = counter(router.lag) > 0 ? `, ${count(counter(router.lag))} ms behind` : '';
  return `${router.complete ? 'has all' : 'lacks some'} connections of ${node}${behind}`;
}

/** What the router has told that could not be taken. */
export function notTaken(router: SyncRouter): number {
  const counters = [router.stale, router.unknown, router['no-room'], router['wrong-key']];
  return counters.reduce((sum, n) => sum + counter(n), 0);
}

/** Packets that were not simply forwarded, most frequent reasons first; without those that there were none for. */
export function reasonsOf(datapath: DataPath): { words: string; packets: number }[] {
  return (datapath.reason ?? [])
    .map(({ description, packets }) => ({ words: description, packets: counter(packets) }))
    .filter(({ packets }) => packets > 0)
    .sort((a, b) => b.packets - a.packets);
}

function named(services: string[]): string {
  if (services.length <= NAMES_MAX) return listed(services);
  return `${services.slice(0, NAMES_MAX - 1).join(', ')} and ${services.length - NAMES_MAX + 1} others`;
}

const ANEW = 'Downloads and sessions begin anew when their clients connect again.';

const BY_KERNEL =
  'go on if they have had a packet since the other router came: IPVS tells it of those. All others break and begin anew ' +
  'when their clients connect again.';

/** What becomes of connections that are open when `owner` gives its addresses to another router. */
export function fateOfConnections(state: State, owner: string | undefined): string {
  const services = state.service ?? [];
  const lost = services.filter((s) => s.datapath !== 'xdp').map((s) => s.name);
  const sync = state.synchronisation;
  // Of what others have of another router this one knows nothing, unless it is the only one that can take over.
  const other = sync?.router?.length === 1 ? sync.router[0] : undefined;
  const known = owner === state.node ? sync?.synchronised : other?.name === owner && other?.whole;
  if (!sync || services.length === 0) {
    return `Connections that are open now break, under NAT and with direct routing alike: no other router hears of them. ${ANEW}`;
  }
  if (lost.length === services.length) return `Connections that are open now ${BY_KERNEL}`;
  const kept = known
    ? 'Connections that are open now go on: the other router has them.'
    : 'Some connections that are open now break: it is not sure that the other router has all of them.';
  if (lost.length > 0) return `${kept} Those of ${named(lost)} ${BY_KERNEL}`;
  return known ? kept : `${kept} ${ANEW}`;
}
