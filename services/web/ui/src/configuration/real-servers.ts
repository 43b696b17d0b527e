// What is typed on the machines of a pool so that they are real servers: realserver.sh with the values of each service.
import type { JsonObject } from '../api/types';
import { entriesOf } from '../base/documents';

/** The port with the addresses that are for real servers. */
const PRIVATE = 'eth1';

function listIn(object: JsonObject | undefined, name: string): JsonObject[] {
  const value = object?.[name];
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}

/** The floating addresses at which clients reach the service. */
function addressesOf(document: JsonObject, service: JsonObject): string[] {
  if (service['address'] !== undefined) return [String(service['address'])];
  const mark = entriesOf(document, 'firewall-mark').find((entry) => entry['mark'] === service['firewall-mark']);
  return listIn(mark, 'match').map((match) => String(match['address']));
}

/** The address in the same group that is for real servers; undefined: there is none. */
function gatewayOf(document: JsonObject, address: string): string | undefined {
  const list = address.includes(':') ? 'ipv6-alias' : 'alias';
  const group = entriesOf(document, 'alias-group').find((entry) =>
    listIn(entry, list).some((alias) => alias['address'] === address),
  );
  const gateway = listIn(group, list).find(
    (alias) => String(alias['port'] ?? alias['label']).split(':')[0] === PRIVATE,
  );
  return gateway && String(gateway['address']);
}

/** "nat --gateway 10.77.0.1"; undefined: the script does not set up what the service needs. */
function wordsFor(document: JsonObject, service: JsonObject): string | undefined {
  const method = String(service['method'] ?? 'nat');
  const addresses = addressesOf(document, service);
  const nat = method === 'nat';
  const values = nat ? addresses.map((address) => gatewayOf(document, address)) : addresses;
  if (values.length === 0 || values.includes(undefined)) return undefined;
  const word = nat ? '--gateway' : '--vip';
  return [method, ...[...new Set(values)].map((value) => `${word} ${value}`)].join(' ');
}

/** What a pool's services need of its machines, each once: words for realserver.sh, and for which services. */
export function realServerWords(document: JsonObject, pool: string): { words: string; services: string[] }[] {
  const found = new Map<string, string[]>();
  for (const service of entriesOf(document, 'virtual-service')) {
    const words = service['pool'] === pool ? wordsFor(document, service) : undefined;
    if (words) found.set(words, [...(found.get(words) ?? []), String(service['name'])]);
  }
  return [...found].map(([words, services]) => ({ words, services }));
}
