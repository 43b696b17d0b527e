import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realServerWords } from './real-servers';

function document(...services: object[]) {
  return {
    'trireme:virtual-service': services.map((service, i) => ({ name: `s${i}`, pool: 'web', ...service })),
    'trireme:firewall-mark': [{ mark: 7, match: [{ address: '203.0.113.10' }, { address: '203.0.113.20' }] }],
    'trireme:alias-group': [
      {
        alias: [
          { label: 'eth0:1', address: '203.0.113.10' },
          { label: 'eth1:1', address: '10.77.0.1' },
        ],
        'ipv6-alias': [
          { port: 'eth0', address: '2001:db8::10' },
          { port: 'eth1', address: 'fd00:77::1' },
        ],
      },
      { alias: [{ label: 'eth10:1', address: '203.0.113.20' }] },
    ],
  };
}

function words(...services: object[]): string[] {
  return realServerWords(document(...services), 'web').map((found) => found.words);
}

test('nat is the gateway of the group, direct the address itself', () => {
  assert.deepEqual(words({ address: '203.0.113.10' }), ['nat --gateway 10.77.0.1']);
  assert.deepEqual(words({ address: '2001:db8::10', method: 'nat' }), ['nat --gateway fd00:77::1']);
  assert.deepEqual(words({ address: '203.0.113.10', method: 'direct' }), ['direct --vip 203.0.113.10']);
  assert.deepEqual(words({ address: '203.0.113.10', method: 'tunnel' }), ['tunnel --vip 203.0.113.10']);
  assert.deepEqual(words({ 'firewall-mark': 7, method: 'direct' }), ['direct --vip 203.0.113.10 --vip 203.0.113.20']);
});

test('services that need the same are named together, those of other pools not at all', () => {
  const found = realServerWords(
    document({ address: '203.0.113.10' }, { address: '203.0.113.10', port: 81 }, { address: '203.0.113.10', pool: 'x' }),
    'web',
  );
  assert.deepEqual(found, [{ words: 'nat --gateway 10.77.0.1', services: ['s0', 's1'] }]);
});

test('nothing is said where the script is of no help', () => {
  assert.deepEqual(words({ address: '203.0.113.20' }), [], 'no gateway; eth10 is another port');
  assert.deepEqual(words({ 'firewall-mark': 8 }), []);
  assert.deepEqual(realServerWords({}, 'web'), []);
});
