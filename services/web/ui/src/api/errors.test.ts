import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, problemsOf, wordsOf } from './errors';

const problem = { 'error-tag': 'invalid-value', 'error-path': '/trireme:a', 'error-message': 'no' };

test('errors are found wherever an answer has them', () => {
  const info = { 'error-info': { value: 'x', allowed: 'y' } };
  assert.deepEqual(problemsOf({ 'ietf-restconf:errors': { error: [{ ...problem, ...info }] } }), [
    { tag: 'invalid-value', message: 'no', path: '/trireme:a', value: 'x', allowed: 'y' },
  ]);
  const patch = { 'edit-status': { edit: [{ 'edit-id': '1', errors: { error: [problem] } }] } };
  assert.equal(problemsOf({ 'ietf-yang-patch:yang-patch-status': patch }).length, 1);
  assert.deepEqual(problemsOf(undefined), []);
  assert.deepEqual(problemsOf('text'), []);
});

test('every failure has words', () => {
  assert.equal(wordsOf(new ApiError(400, problemsOf([problem, problem]))), 'no\nno');
  assert.match(wordsOf(new ApiError(403, [])), /role/);
  assert.match(wordsOf(new ApiError(500, [{ tag: 'operation-failed', message: '' }])), /500/);
  assert.equal(wordsOf(new Error('words')), 'words');
});
