// What the picture of the cluster shows, worked out of the state. Pure.
import type { Group, Member, RealServer, Service, State } from '../api/types';
import { counter, listed } from '../base/format';
import type { Tone } from '../base/parts';

/** How a real server is, in one word. */
export interface Condition {
  word: string;
  tone: Tone;
  /** Name of the mark that stands for it where there is no room for the word. */
  mark: 'up' | 'down' | 'unknown' | 'rest';
}

export function conditionOf(server: RealServer): Condition {
  if (server['admin-state'] === 'disabled') return { word: 'disabled', tone: 'plain', mark: 'rest' };
  if (server.health === 'down') return { word: 'down', tone: 'bad', mark: 'down' };
  if (server['admin-state'] === 'drain') return { word: 'draining', tone: 'warn', mark: 'rest' };
  if (server.health === 'unknown') return { word: 'not checked yet', tone: 'plain', mark: 'unknown' };
  if (!server['in-use']) return { word: 'up, not in use', tone: 'warn', mark: 'rest' };
  return { word: 'up', tone: 'good', mark: 'up' };
}

export interface ServiceView {
  service: Service;
  servers: RealServer[];
  up: number;
  /** Connections that are open now. */
  active: number;
  /** What is wrong with it; empty: nothing. */
  trouble: string;
}

function troubleOf(service: Service, servers: RealServer[], up: number): string {
  const down = servers.filter((server) => conditionOf(server).mark === 'down').length;
  if (!service.applied) return 'not in the kernel';
  if (servers.length === 0) return 'no real servers';
  if (up === 0) return down > 0 ? 'nothing answers' : 'no real server in use';
  return down > 0 ? `${down} down` : '';
}

export function serviceView(service: Service): ServiceView {
  const servers = service['real-server'] ?? [];
  const up = servers.filter((server) => conditionOf(server).mark === 'up').length;
  const active = servers.reduce((sum, server) => sum + (server.active ?? 0), 0);
  return { service, servers, up, active, trouble: troubleOf(service, servers, up) };
}

/** An address with a port, if there is one: "10.77.0.101:80", "[fd00:77::101]:80" (RFC 3986, 3.2.2). */
export function endpoint(address: string, port?: number | string): string {
  if (port === undefined || port === '') return address;
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** Where clients reach it: "203.0.113.10:80 tcp". */
export function reachedAt(service: Service): string {
  if (!service.address) return 'by firewall mark';
  return `${endpoint(service.address, service.port || service.ports)}${service.protocol ? ` ${service.protocol}` : ''}`;
}

/** All connections that the services have been given so far. */
export function connectionsSoFar(state: State): number {
  return (state.service ?? [])
    .flatMap((s) => s['real-server'] ?? [])
    .reduce((sum, server) => sum + counter(server.connections), 0);
}

export function groupsOf(state: State, member: string): Group[] {
  return (state.group ?? []).filter((group) => group.owner === member);
}

/** What a router is for one of several groups. */
export interface Part {
  group: Group;
  role: string;
  tone: Tone;
  /** Why it is or is not the owner. */
  sentence: string;
}

const ROLE_TONES: Record<string, Tone> = {
  owner: 'accent',
  standby: 'good',
  unfit: 'bad',
  waiting: 'warn',
  releasing: 'warn',
};

/** Group by group, those that it has first; none where one sentence is true of all: the member's own. */
export function partsOf(state: State, member: Member): Part[] {
  const parts = (state.group ?? []).map((group): Part => {
    const here = group.member?.find((m) => m.name === member.name);
    const role = here?.role ?? 'not there';
    // The badge says the role already.
    const sentence = (here?.reason ?? '').replace(/^(standby:|owner) /, '');
    return { group, role, tone: ROLE_TONES[role] ?? 'plain', sentence };
  });
  if (new Set(parts.map((p) => p.sentence)).size < 2) return [];
  const held = (part: Part): number => Number(part.group.owner === member.name);
  const troubled = (part: Part): number => Number(part.role !== 'standby');
  return parts.sort((a, b) => held(b) - held(a) || troubled(b) - troubled(a));
}

/** A floating address; `mark` tells those of a port apart: ":1" of the label "eth0:1", which IPv6 addresses have not. */
export interface Floating {
  address: string;
  port: string;
  mark: string;
}

/** All of a group's floating addresses. */
export function floating(group: Group): Floating[] {
  const ipv4 = (group.alias ?? []).map(({ address, label }) => {
    const port = label.replace(/:[^:]*$/, '');
    return { address, port, mark: label.slice(port.length) };
  });
  return [...ipv4, ...(group['ipv6-alias'] ?? []).map(({ address, port }) => ({ address, port, mark: '' }))];
}

/** By the network port that they are on. */
export function byPort(addresses: Floating[]): [string, Floating[]][] {
  const ports = new Map<string, Floating[]>();
  for (const address of addresses) ports.set(address.port, [...(ports.get(address.port) ?? []), address]);
  return [...ports];
}

/** The routers that could take over what `owner` has. */
export function successors(state: State, owner: string | undefined): Member[] {
  return (state.member ?? []).filter(
    (m) => m.name !== owner && m.role === 'router' && m.present && m.fit && !m.standby,
  );
}

/** How a member of the cluster is. */
export function memberCondition(state: State, member: Member): { word: string; tone: Tone } {
  if (!member.present) return { word: 'not there', tone: 'bad' };
  if (member.role === 'witness') return { word: 'votes', tone: 'good' };
  if (groupsOf(state, member.name).length > 0) return { word: 'active', tone: 'accent' };
  if (member.standby) return { word: 'in maintenance', tone: 'warn' };
  return member.fit ? { word: 'ready to take over', tone: 'good' } : { word: 'cannot take over', tone: 'bad' };
}

function memberChanges(before: State, after: State): string[] {
  const known = new Map((before.member ?? []).map((m) => [m.name, m]));
  return (after.member ?? []).flatMap((m) => {
    const was = known.get(m.name);
    if (!was) return [`${m.name} is a new member.`];
    if (was.present !== m.present) return [m.present ? `${m.name} is back.` : `${m.name} is gone.`];
    if (was.standby !== m.standby) return [m.standby ? `${m.name} is in maintenance.` : `${m.name} takes part again.`];
    if (was.fit !== m.fit)
      return [
        m.fit ? `${m.name} is ready to take over.` : `${m.name} cannot take over: ${m.reason ?? 'no reason given'}.`,
      ];
    return [];
  });
}

function groupChanges(before: State, after: State): string[] {
  const owner = new Map((before.group ?? []).map((g) => [g.name, g.owner]));
  return (after.group ?? [])
    .filter((g) => owner.has(g.name) && owner.get(g.name) !== g.owner)
    .map((g) =>
      g.owner ? `${g.owner} holds the addresses of ${g.name}.` : `Nobody holds the addresses of ${g.name}.`,
    );
}

function serviceChanges(before: State, after: State): string[] {
  const known = new Map((before.service ?? []).map((s) => [s.name, s]));
  return (after.service ?? []).flatMap((service) => {
    const old = new Map((known.get(service.name)?.['real-server'] ?? []).map((r) => [r.name, conditionOf(r).word]));
    const changed = (service['real-server'] ?? []).filter(
      (r) => old.has(r.name) && old.get(r.name) !== conditionOf(r).word,
    );
    return changed.map((r) => `${service.name}: ${r.name} is ${conditionOf(r).word}.`);
  });
}

function sourceChanges(before: State, after: State): string[] {
  const known = new Map((before['data-source'] ?? []).map((d) => [d.name, d.state]));
  return (after['data-source'] ?? [])
    .filter((d) => known.has(d.name) && known.get(d.name) !== d.state)
    .map((d) => `Data source ${d.name} is ${d.state}.`);
}

/** What a person should hear of, between two states. */
export function changesBetween(before: State, after: State): string[] {
  const quorum =
    before.quorum === after.quorum
      ? []
      : [after.quorum === 'yes' ? 'The cluster has quorum.' : 'The cluster has no quorum.'];
  const revision =
    before.configuration?.revision === after.configuration?.revision
      ? []
      : [`Revision ${after.configuration?.revision} is in use.`];
  return [
    ...quorum,
    ...memberChanges(before, after),
    ...groupChanges(before, after),
    ...serviceChanges(before, after),
    ...sourceChanges(before, after),
    ...revision,
  ];
}

/** Which services depend on a data source, by the pools that it names: "web, shop and mail". */
export function dependents(consumers: string[], poolOf: Map<string, string>): string {
  return listed([...poolOf].filter(([, pool]) => consumers.includes(pool)).map(([service]) => service));
}
