import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areSame, lookAtPassphrase, passphraseBytes } from '../../../renderer/state/passphrase.ts';

test('a passphrase is the same bytes whichever way its letters were composed', () => {
  assert.deepEqual(passphraseBytes('Gru\u0308ße'), passphraseBytes('Grüße'));
  assert.deepEqual(passphraseBytes('ﬁne'), passphraseBytes('fine'));
  assert.deepEqual([...passphraseBytes(' a ')], [32, 97, 32]);
  assert.equal(passphraseBytes('').length, 0);
});

test('characters are counted as they are read, not as they are stored', () => {
  assert.deepEqual(lookAtPassphrase('', 8), { is: 'empty' });
  assert.deepEqual(lookAtPassphrase('nightja', 8), { is: 'tooShort', left: 1 });
  assert.deepEqual(lookAtPassphrase('🦉🦊🐌🐝🦔🐀🐈', 8), { is: 'tooShort', left: 1 });
  assert.deepEqual(lookAtPassphrase('🦉🦊🐌🐝🦔🐀🐈🐟', 8), { is: 'short' });
  assert.deepEqual(lookAtPassphrase('nightjar', 12), { is: 'tooShort', left: 4 });
});

test('what is plainly weak is said, and length is not taken for strength where there is none', () => {
  assert.deepEqual(lookAtPassphrase('19671123', 8), { is: 'onlyDigits' });
  assert.deepEqual(lookAtPassphrase('٠١٢٣٤٥٦٧٨٩', 8), { is: 'onlyDigits' });
  assert.deepEqual(lookAtPassphrase('a'.repeat(40), 8), { is: 'oneRepeated' });
  assert.deepEqual(lookAtPassphrase('abcabcabcabcabcabc', 8), { is: 'oneRepeated' });
  assert.deepEqual(lookAtPassphrase('nightjar', 8), { is: 'short' });
  assert.deepEqual(lookAtPassphrase('heron kettle', 8), { is: 'short' });
  assert.deepEqual(lookAtPassphrase('heron kettle sand', 8), { is: 'middling' });
  assert.deepEqual(lookAtPassphrase('heron kettle sand vote window', 8), { is: 'long' });
});

test('two that were typed are the same only byte for byte', () => {
  assert.ok(areSame(passphraseBytes('heron'), passphraseBytes('heron')));
  assert.ok(!areSame(passphraseBytes('heron'), passphraseBytes('Heron')));
  assert.ok(!areSame(passphraseBytes('heron'), passphraseBytes('heron ')));
});
