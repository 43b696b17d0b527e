import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataPath, RealServer, Service, State, SyncRouter } from '../api/types';
import { fateOfConnections, notTaken, reasonsOf, standing, traffic } from './connections';

const router: SyncRouter = {
  name: 'r2',
  present: true,
  complete: true,
  whole: true,
  lag: '0',
  records: '12',
  messages: '3',
  missed: '0',
  stale: '1',
  unknown: '2',
  'no-room': '3',
  'wrong-key': '4',
};

function service(name: string, datapath: 'xdp' | 'ipvs'): Service {
  return { name, method: 'nat', scheduler: 'rr', applied: true, datapath };
}

function state(services: Service[], more: Partial<SyncRouter> = {}, synchronised = true): State {
  return {
    node: 'r1',
    version: '1',
    quorum: 'yes',
    service: services,
    synchronisation: {
      synchronised,
      records: '0',
      messages: '0',
      bytes: '0',
      'events-lost': '0',
      'full-transfers': '0',
      repeated: '0',
      unsent: '0',
      refused: '0',
      router: [{ ...router, ...more }],
    },
  };
}

test('what a real server has had is told both ways', () => {
  const idle: RealServer = {
    name: 'a',
    address: '10.0.0.1',
    weight: 1,
    health: 'up',
    'admin-state': 'enabled',
    'in-use': true,
  };
  assert.equal(traffic(idle), '');
  assert.equal(traffic({ ...idle, inactive: 0, 'packets-in': '0', 'bytes-in': '0' }), '');
  assert.equal(traffic({ ...idle, 'packets-in': '1', 'bytes-in': '60' }), 'in 60 B, 1 packet');
  const busy = { 'packets-in': '900', 'bytes-in': '1200000', 'packets-out': '850', 'bytes-out': '34000', inactive: 3 };
  assert.equal(traffic({ ...idle, ...busy }), 'in 1.2 MB, 900 packets · out 34 kB, 850 packets · 3 closed or of UDP');
});

test('how another router stands is one sentence', () => {
  assert.equal(standing(router, 'r1'), 'has all connections of r1');
  assert.equal(standing({ ...router, lag: '7' }, 'r1'), 'has all connections of r1, 7 ms behind');
  assert.equal(standing({ ...router, complete: false, lag: '70' }, 'r1'), 'lacks some connections of r1, 70 ms behind');
  assert.equal(standing({ ...router, present: false }, 'r1'), 'does not listen for the connections of r1');
  assert.equal(notTaken(router), 10);
});

test('reasons are those that packets had, the most frequent first', () => {
  const datapath: DataPath = {
    'half-open': 0,
    'half-open-max': 10,
    memory: '0',
    expired: '0',
    gone: '0',
    reason: [
      { name: 'a', description: 'dropped: malformed', packets: '2' },
      { name: 'b', description: 'never', packets: '0' },
      { name: 'c', description: 'passed up', packets: '30' },
    ],
  };
  assert.deepEqual(reasonsOf(datapath), [
    { words: 'passed up', packets: 30 },
    { words: 'dropped: malformed', packets: 2 },
  ]);
  assert.deepEqual(reasonsOf({ ...datapath, reason: [] }), []);
});

test('what becomes of open connections depends on data path and routers', () => {
  const xdp = [service('web', 'xdp')];
  const both = [...xdp, service('ftp', 'ipvs')];
  const begin = (s: State, owner?: string): string => fateOfConnections(s, owner).split(/[,:]/)[0] ?? '';
  assert.equal(begin(state(xdp), 'r1'), 'Connections that are open now go on');
  assert.equal(begin(state(xdp, {}, false), 'r1'), 'Some connections that are open now break');
  assert.equal(begin(state(xdp, {}, false), 'r2'), 'Connections that are open now go on');
  assert.equal(begin(state(xdp, { whole: false }), 'r2'), 'Some connections that are open now break');
  assert.equal(begin(state(xdp), 'r3'), 'Some connections that are open now break');
  assert.equal(begin(state(xdp), undefined), 'Some connections that are open now break');
  assert.match(begin(state([service('ftp', 'ipvs')]), 'r1'), /^Connections that are open now go on if/);
  assert.equal(begin(state([]), 'r1'), 'Connections that are open now break');
  const alone = state(xdp);
  delete alone.synchronisation;
  assert.equal(begin(alone, 'r1'), 'Connections that are open now break');
  assert.match(fateOfConnections(state(both), 'r1'), /go on: .* Those of ftp go on if they have had a packet .*: IPVS/);
  const many = ['a', 'b', 'c', 'd', 'e'].map((name) => service(name, 'ipvs'));
  assert.match(fateOfConnections(state([...xdp, ...many]), 'r1'), /Those of a, b, c and 2 others go on if/);
});
