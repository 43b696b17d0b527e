import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLine } from './line';

test('a changed value', () => {
  const line = parseLine("~ virtual-service[name='web']/scheduler: wrr → rr");
  assert.deepEqual(line, {
    sign: '~',
    path: "virtual-service[name='web']/scheduler",
    rest: ': wrr → rr',
    page: '#/configuration/virtual-service=web',
  });
});

test('a key with a colon in it', () => {
  const line = parseLine("+ alias-group[name='main']/alias[label='eth0:3']  (address 203.0.113.21)");
  assert.equal(line.path, "alias-group[name='main']/alias[label='eth0:3']");
  assert.equal(line.rest, '  (address 203.0.113.21)');
});

test('what is removed whole leads nowhere, what is removed from something leads there', () => {
  assert.equal(parseLine("- pool[name='web']  (…)").page, null);
  assert.equal(parseLine("- pool[name='web']/real-server[name='a']").page, '#/configuration/pool=web');
});

test('words that are no such line stay as they are', () => {
  assert.deepEqual(parseLine('no difference'), { sign: null, path: '', rest: 'no difference', page: null });
});
