/** What is said of letters before they are burnt in is what becomes of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canBurnIn } from '../../../main/contract/burntLetters.ts';
import { lettersOf } from '../../../main/core/exporter/letters.ts';

const [box = []] = lettersOf('\u4e00');

/** A mark may stand above it. */
function hasBox(text: string): boolean {
  return lettersOf(text).some((rows) => rows.slice(2).join() === box.slice(2).join());
}

test('a letter is told to become a box exactly where it does', () => {
  for (let code = 0x20; code < 0x3000; code += 1) {
    const letter = String.fromCodePoint(code);
    // A mark alone is no letter.
    if (/\p{M}/u.test(letter)) continue;
    assert.equal(canBurnIn(letter), !hasBox(letter), `U+${code.toString(16)}`);
  }
});

test('names', () => {
  for (const name of ['Front door', 'Gärten Süd', 'Größe 3', 'Café ñ', '']) assert.ok(canBurnIn(name), name);
  for (const name of ['Кухня', '玄関', 'Łódź', 'Door 🚪']) assert.ok(!canBurnIn(name) && hasBox(name), name);
});
