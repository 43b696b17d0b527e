import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseOf } from '../changes/etag';
import { bytes, clock, count, counter, listed, moment, plural, span } from './format';
import { parseRoute } from './router';
import { store } from './store';

test('times are for people', () => {
  assert.equal(clock(600), '10:00');
  assert.equal(clock(59.2), '1:00');
  assert.equal(clock(-1), '0:00');
  assert.equal(clock(7205), '2:00:05');
  assert.equal(span(90_000), '1 min');
  assert.equal(span(999), 'less than 1 s');
  assert.equal(moment(undefined), '–');
  assert.equal(moment('1970-01-01T00:00:00Z'), 'no time');
  assert.equal(moment('yesterday'), 'yesterday');
  assert.match(moment('2026-11-28T12:00:00Z'), /^2026-11-2\d \d\d:\d\d:00$/);
});

test('numbers and lists are for people', () => {
  assert.equal(count(1234567), '1\u202f234\u202f567');
  assert.equal(bytes(999), '999 B');
  assert.equal(bytes(1000), '1.0 kB');
  assert.equal(bytes(9_960), '10 kB');
  assert.equal(bytes(999_600), '1.0 MB');
  assert.equal(bytes(2.5e18), '2.5 EB');
  assert.equal(counter('42'), 42);
  assert.equal(counter(undefined), 0);
  assert.equal(plural(1, 'entry', 'entries'), '1 entry');
  assert.equal(plural(2, 'change'), '2 changes');
  assert.equal(listed([]), '');
  assert.equal(listed(['a', 'b', 'c']), 'a, b and c');
});

test('an address of the page has a page and a rest', () => {
  assert.deepEqual(parseRoute(''), { page: 'overview', rest: '' });
  assert.deepEqual(parseRoute('#/configuration/cluster/node=r1'), { page: 'configuration', rest: 'cluster/node=r1' });
});

test('an etag names the revision that a document is of', () => {
  assert.equal(baseOf('"12-89abcdef01234567"'), 12);
  assert.equal(baseOf('W/"7-x"'), 7);
  assert.equal(baseOf(null), undefined);
  assert.equal(baseOf('"abc"'), undefined);
});

test('a store tells of what is new, as long as one listens', () => {
  const seen: number[] = [];
  const numbers = store(1);
  const end = numbers.watch(() => seen.push(numbers.get()));
  numbers.set(2);
  numbers.set(2);
  end();
  numbers.set(3);
  assert.deepEqual(seen, [2]);
});
