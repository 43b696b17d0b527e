import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelNode } from '../api/types';
import { arrange, caseOf, isChoice, namesIn } from './arrange';
import { differences, HIDDEN, pruned, quickCheck, referenced, same, summaryOf, valueAt, valueOf } from './value';

const weight: ModelNode = { name: 'weight', kind: 'leaf', type: 'number', min: 0, max: 65535, allowed: '0 to 65535' };
const pool: ModelNode = {
  kind: 'list',
  keys: ['name'],
  children: [
    { name: 'name', kind: 'leaf', type: 'string' },
    { name: 'real-server', kind: 'list', keys: ['name'], children: [{ name: 'name', kind: 'leaf' }, weight] },
    {
      name: 'persistence',
      kind: 'container',
      presence: true,
      children: [{ name: 'timeout', kind: 'leaf', type: 'number' }],
    },
    { name: 'check', kind: 'container', children: [{ name: 'timeout', kind: 'leaf', type: 'number' }] },
  ],
};

test('texts become values of their type', () => {
  assert.equal(valueOf(' 3 ', weight), 3);
  assert.equal(valueOf('three', weight), 'three');
  assert.equal(valueOf('', weight), undefined);
  assert.equal(valueOf('false', { type: 'boolean' }), false);
  assert.equal(valueOf(' a secret ', { type: 'string', secret: true }), ' a secret ');
  assert.equal(valueOf('correct horse', { name: 'password', type: 'string', secret: true }), '$0$correct horse');
  assert.equal(valueOf('$y$j9T$salt$hash', { name: 'password', type: 'string', secret: true }), '$y$j9T$salt$hash');
});

test('a number out of its range is found without asking', () => {
  assert.equal(quickCheck(65535, weight), '');
  assert.match(quickCheck(65536, weight), /0 to 65535/);
  assert.match(quickCheck('three', weight), /three/);
  assert.equal(quickCheck(undefined, weight), '');
});

test('what says nothing is left out, and presence is kept', () => {
  const value = {
    name: 'web',
    'real-server': [{ name: 'a', weight: '' }],
    persistence: {},
    check: { timeout: null },
    other: 1,
  };
  assert.deepEqual(pruned(value, pool), { name: 'web', 'real-server': [{ name: 'a' }], persistence: {}, other: 1 });
  assert.deepEqual(pruned({ name: 'web', 'real-server': [] }, pool), { name: 'web' });
});

test('a reference has the values at its path', () => {
  const document = {
    'trireme:pool': [{ name: 'web' }, { name: 'mail' }],
    'trireme:alias-group': [
      { name: 'main', alias: [{ label: 'eth0:1', address: '192.0.2.1' }] },
      { name: 'other', alias: [{ address: '192.0.2.2' }] },
    ],
    'trireme:cluster': {
      node: [
        { name: 'r1', port: [{ name: 'eth0' }, { name: 'eth1' }] },
        { name: 'r2', port: [{ name: 'eth9' }] },
      ],
    },
  };
  assert.deepEqual(referenced(document, '/pool/name', "/trireme:virtual-service[name='x']/pool"), ['web', 'mail']);
  assert.deepEqual(referenced(document, '/tr:alias-group/tr:alias/tr:address', ''), ['192.0.2.1', '192.0.2.2']);
  const leaf = "/trireme:cluster/node[name='r1']/port[name='eth1']/vlan/parent";
  assert.deepEqual(referenced(document, '../../../port/name', leaf), ['eth0', 'eth1']);
  assert.deepEqual(referenced(document, '/nothing/there', ''), []);
  assert.deepEqual(referenced(document, '/alias-group/alias/address | /pool/name', ''), ['192.0.2.1', '192.0.2.2', 'web', 'mail']);
});

test('entries are summed up', () => {
  assert.equal(
    summaryOf({ name: 'a', address: '10.0.0.1', weight: 3, ports: ['80', '81'], deep: {} }, ['name']),
    'address 10.0.0.1, weight 3, ports 80 81',
  );
  assert.equal(summaryOf({ name: 'a', b: 1, c: 2 }, ['name'], 1), 'b 1, …');
});

test('choices become parts with cases, in each other', () => {
  const inAddress = { choice: 'match', case: 'address' };
  const nodes: ModelNode[] = [
    { name: 'name' },
    { name: 'address', choices: [inAddress] },
    { name: 'port', choices: [inAddress, { choice: 'port', case: 'port' }] },
    { name: 'ports', choices: [inAddress, { choice: 'port', case: 'ports' }] },
    { name: 'firewall-mark', choices: [{ choice: 'match', case: 'firewall-mark' }] },
    { name: 'pool' },
  ];
  const items = arrange(nodes);
  assert.equal(items.length, 3);
  const match = items[1];
  assert.ok(match && isChoice(match));
  assert.deepEqual(
    match.cases.map((c) => c.name),
    ['address', 'firewall-mark'],
  );
  assert.deepEqual(namesIn([match]), ['address', 'port', 'ports', 'firewall-mark']);
  assert.equal(caseOf(match, { ports: ['80'] }), 'address');
  assert.equal(caseOf(match, { name: 'x' }), undefined);
  const inner = match.cases[0]?.items[1];
  assert.ok(inner && isChoice(inner));
  assert.equal(caseOf(inner, { ports: ['80'] }), 'ports');
});

test('members of an object have no order, entries of a list have', () => {
  assert.ok(same({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 }));
  assert.ok(!same([1, 2], [2, 1]));
  assert.ok(!same({ a: 1 }, { a: 1, b: null }));
  assert.ok(!same({}, []));
});

test('differences are named, and said where they are short', () => {
  const before = { port: 80, pool: 'web', list: [1] };
  const after = { port: 8080, pool: 'web', list: [1, 2], x: true };
  assert.deepEqual(differences(before, after), ['port: 80 → 8080', 'list', 'x: not set → true']);
  assert.deepEqual(differences({ port: 80 }, { port: 80 }), []);
});

test('a value is found by its instance path', () => {
  const document = { 'trireme:access': { user: [{ name: 'ada', password: HIDDEN }, { name: 'eve' }] } };
  assert.equal(valueAt(document, "/trireme:access/user[name='ada']/password"), HIDDEN);
  assert.equal(valueAt(document, "/trireme:access/user[name='eve']/password"), undefined);
  assert.equal(valueAt(document, "/trireme:access/user[name='bob']/password"), undefined);
});
