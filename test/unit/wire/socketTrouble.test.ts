import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf, saysNoWay } from '../../../main/core/wire/socketTrouble.ts';

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

test('what is no error of the system has no code', () => {
  for (const odd of [null, undefined, 'ENETUNREACH', {}, { code: 5 }, new Error('no code'), new AggregateError([])])
    assert.equal(codeOf(odd), '');
});

test('of a name with several addresses the one counts that there was a way to', () => {
  const both = [failure('ENETUNREACH'), failure('ECONNREFUSED')];
  assert.equal(codeOf(new AggregateError(both)), 'ECONNREFUSED');
  assert.equal(codeOf(new AggregateError([failure('ENETUNREACH'), failure('ENETDOWN')])), 'ENETUNREACH');
  assert.equal(codeOf(failure('ENETDOWN')), 'ENETDOWN');
});

test('only an error of this computer’s own network says that there is no way', () => {
  for (const code of ['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL']) assert.ok(saysNoWay(code));
  for (const code of ['EHOSTUNREACH', 'ECONNREFUSED', 'ETIMEDOUT', '']) assert.ok(!saysNoWay(code));
});
