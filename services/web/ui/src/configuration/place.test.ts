import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiPath, formatPlace, instanceStep, pageOf, parseInstance, parsePlace, schemaPath } from './place';

test('a place goes to text and back', () => {
  const steps = [
    { name: 'alias-group', keys: ['main'] },
    { name: 'alias', keys: ['eth0:1'] },
  ];
  assert.equal(formatPlace(steps), 'alias-group=main/alias=eth0%3A1');
  assert.deepEqual(parsePlace('alias-group=main/alias=eth0%3A1'), steps);
  assert.deepEqual(parsePlace('route=10.1.0.0%2F16'), [{ name: 'route', keys: ['10.1.0.0/16'] }]);
  assert.equal(apiPath(steps.slice(0, 1)), 'trireme:alias-group=main');
  assert.equal(schemaPath(steps), '/trireme:alias-group/alias');
});

test('what is no percent-encoding stays as it is', () => {
  assert.deepEqual(parsePlace('pool=100%'), [{ name: 'pool', keys: ['100%'] }]);
});

test('an instance path is read', () => {
  assert.deepEqual(parseInstance("/trireme:pool[name='web']/real-server[name=\"it's\"]/weight"), [
    { name: 'pool', keys: ['web'], keyNames: ['name'] },
    { name: 'real-server', keys: ["it's"], keyNames: ['name'] },
    { name: 'weight', keys: [], keyNames: [] },
  ]);
  assert.deepEqual(parseInstance("system/dns/server[.='192.0.2.1']"), [
    { name: 'system', keys: [], keyNames: [] },
    { name: 'dns', keys: [], keyNames: [] },
    { name: 'server', keys: ['192.0.2.1'], keyNames: ['.'] },
  ]);
  assert.equal(parseInstance('edit 1'), null);
  assert.equal(parseInstance("/trireme:pool[name='web"), null);
});

test('steps are written as the API writes them', () => {
  assert.equal(instanceStep('node', ['name'], ['r1']), "node[name='r1']");
  assert.equal(instanceStep('node', ['name'], ["a'b"]), 'node[name="a\'b"]');
  assert.equal(instanceStep('cluster', [], []), 'cluster');
});

test('an instance path leads to the page that edits it', () => {
  assert.equal(pageOf("/trireme:pool[name='web']/real-server[name='a']"), '#/configuration/pool=web');
  assert.equal(pageOf('/trireme:cluster/timing'), '#/configuration/cluster');
  assert.equal(pageOf(''), null);
});
