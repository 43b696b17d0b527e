import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Group, Member, RealServer, Service, State } from '../api/types';
import {
  byPort,
  changesBetween,
  conditionOf,
  connectionsSoFar,
  dependents,
  endpoint,
  floating,
  memberCondition,
  partsOf,
  reachedAt,
  serviceView,
  successors,
} from './picture';

function server(name: string, more: Partial<RealServer> = {}): RealServer {
  return { name, address: '10.0.0.1', weight: 1, health: 'up', 'admin-state': 'enabled', 'in-use': true, ...more };
}

function service(servers: RealServer[], more: Partial<Service> = {}): Service {
  return { name: 'web', method: 'nat', scheduler: 'wlc', applied: true, 'real-server': servers, ...more };
}

function member(name: string, more: Partial<Member> = {}): Member {
  return { name, id: 1, role: 'router', present: true, fit: true, standby: false, ...more };
}

const state: State = {
  node: 'r1',
  version: '1',
  quorum: 'yes',
  member: [member('r1'), member('r2'), member('w', { role: 'witness', fit: false })],
  group: [{ name: 'main', owner: 'r1', alias: [] }],
  service: [service([server('a', { connections: '18446744073709551615' }), server('b', { connections: '5' })])],
  'data-source': [{ name: 'db', type: 'mysql', address: '10.0.0.9', state: 'up' }],
  configuration: { revision: 3, current: true, local: false },
};

test('a real server is in one condition', () => {
  assert.equal(conditionOf(server('a')).word, 'up');
  assert.equal(conditionOf(server('a', { health: 'down' })).word, 'down');
  assert.equal(conditionOf(server('a', { health: 'unknown' })).word, 'not checked yet');
  assert.equal(conditionOf(server('a', { 'admin-state': 'drain' })).word, 'draining');
  assert.equal(conditionOf(server('a', { 'admin-state': 'drain', health: 'down' })).word, 'down');
  assert.equal(conditionOf(server('a', { 'admin-state': 'disabled', health: 'down' })).word, 'disabled');
  assert.equal(conditionOf(server('a', { 'in-use': false })).word, 'up, not in use');
});

test('what is wrong with a service is said', () => {
  assert.equal(serviceView(service([server('a')])).trouble, '');
  assert.equal(serviceView(service([server('a'), server('b', { health: 'down' })])).trouble, '1 down');
  assert.equal(serviceView(service([server('b', { health: 'down' })])).trouble, 'nothing answers');
  assert.equal(serviceView(service([server('b', { 'admin-state': 'drain' })])).trouble, 'no real server in use');
  assert.equal(serviceView(service([])).trouble, 'no real servers');
  assert.equal(serviceView(service([server('a')], { applied: false })).trouble, 'not in the kernel');
  assert.equal(serviceView(service([server('a', { active: 2 }), server('b', { active: 3 })])).active, 5);
});

test('a service is reached at its address, or by a mark', () => {
  assert.equal(reachedAt(service([], { address: '192.0.2.1', port: 80, protocol: 'udp' })), '192.0.2.1:80 udp');
  const several = { address: '192.0.2.1', port: 0, ports: '20-21,80', protocol: 'tcp' };
  assert.equal(reachedAt(service([], several)), '192.0.2.1:20-21,80 tcp');
  assert.equal(reachedAt(service([])), 'by firewall mark');
  assert.equal(reachedAt(service([], { address: '2001:db8::10', port: 80, protocol: 'tcp' })), '[2001:db8::10]:80 tcp');
  assert.equal(reachedAt(service([], { address: '2001:db8::10', port: 0 })), '2001:db8::10');
  assert.equal(endpoint('fd00:77::101', 0), '[fd00:77::101]:0');
  assert.equal(endpoint('10.0.0.1'), '10.0.0.1');
});

test('counters of 64 bits are added up', () => {
  assert.ok(connectionsSoFar(state) > 1.8e19);
});

test('only a router that is there, fit and not in maintenance can take over', () => {
  assert.deepEqual(
    successors(state, 'r1').map((m) => m.name),
    ['r2'],
  );
  assert.deepEqual(successors({ ...state, member: [member('r1'), member('r2', { standby: true })] }, 'r1'), []);
  assert.deepEqual(successors({ ...state, member: [member('r1'), member('r2', { present: false })] }, 'r1'), []);
});

test('members are in one condition', () => {
  assert.equal(memberCondition(state, member('r1')).word, 'active');
  assert.equal(memberCondition(state, member('r2')).word, 'ready to take over');
  assert.equal(memberCondition(state, member('r2', { fit: false })).word, 'cannot take over');
  assert.equal(memberCondition(state, member('r2', { standby: true })).word, 'in maintenance');
  assert.equal(memberCondition(state, member('w', { role: 'witness', fit: false })).word, 'votes');
  assert.equal(memberCondition(state, member('w', { role: 'witness', present: false })).word, 'not there');
});

test('of several groups each has its sentence, unless one is true of all', () => {
  const group = (name: string, owner: string, reasons: [string, string | undefined, string][]): Group => ({
    name,
    owner,
    member: reasons.map(([n, role, reason]) => ({ name: n, ...(role ? { role } : {}), reason })),
  });
  const several: State = {
    ...state,
    group: [
      group('b', 'r2', [
        ['r1', 'standby', 'standby: r2 is the owner'],
        ['r2', 'owner', 'owner since 12:00:00'],
        ['w', undefined, 'not on the ring since 12:03:11'],
      ]),
      group('a', 'r1', [
        ['r1', 'owner', 'owner since 12:03:11'],
        ['r2', 'unfit', 'standby: eth1 has no carrier since 12:03:11'],
        ['w', undefined, 'not on the ring since 12:03:11'],
      ]),
    ],
  };
  const seen = (name: string): string[] =>
    partsOf(several, member(name)).map((p) => `${p.group.name} ${p.role} ${p.tone}: ${p.sentence}`);
  assert.deepEqual(seen('r1'), ['a owner accent: since 12:03:11', 'b standby good: r2 is the owner']);
  assert.deepEqual(seen('r2'), ['b owner accent: since 12:00:00', 'a unfit bad: eth1 has no carrier since 12:03:11']);
  assert.deepEqual(seen('w'), [], 'the same of both');
  assert.deepEqual(partsOf(state, member('r1')), [], 'one group has the sentence of its member');
});

test('what a person should hear of is named, and nothing else', () => {
  assert.deepEqual(changesBetween(state, { ...state }), []);
  const after: State = {
    ...state,
    quorum: 'no',
    member: [
      member('r1', { present: false }),
      member('r2', { standby: true }),
      member('w', { role: 'witness', fit: false }),
    ],
    group: [{ name: 'main', owner: 'r2' }],
    service: [service([server('a', { health: 'down' }), server('b')])],
    'data-source': [{ name: 'db', type: 'mysql', address: '10.0.0.9', state: 'down' }],
    configuration: { revision: 4, current: true, local: false },
  };
  assert.deepEqual(changesBetween(state, after), [
    'The cluster has no quorum.',
    'r1 is gone.',
    'r2 is in maintenance.',
    'r2 holds the addresses of main.',
    'web: a is down.',
    'Data source db is down.',
    'Revision 4 is in use.',
  ]);
});

test('services depend on a data source by their pools', () => {
  const pools = new Map([
    ['shop', 'a'],
    ['mail', 'b'],
    ['files', 'a'],
  ]);
  assert.equal(dependents(['a'], pools), 'shop and files');
  assert.equal(dependents(['c'], pools), '');
});

test('floating addresses of both families stand by the network port that they are on', () => {
  const at = (label: string): { label: string; address: string } => ({ label, address: '192.0.2.1' });
  const group = {
    name: 'main',
    alias: [at('eth0:1'), at('eth1.20:1'), at('eth0:2')],
    'ipv6-alias': [{ address: '2001:db8::1', port: 'eth0' }],
  };
  assert.deepEqual(
    byPort(floating(group)).map(([port, here]) => [port, here.map(({ address, mark }) => address + mark)]),
    [
      ['eth0', ['192.0.2.1:1', '192.0.2.1:2', '2001:db8::1']],
      ['eth1.20', ['192.0.2.1:1']],
    ],
  );
});
