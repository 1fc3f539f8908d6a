import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLockKey, type KeyPress } from '../../../renderer/state/lockKey.ts';

function press(key: string, code: string, more: Partial<KeyPress> = {}): KeyPress {
  return { key, code, ctrlKey: true, metaKey: false, shiftKey: false, altKey: false, ...more };
}

test('Ctrl+L locks by its letter, wherever the keyboard has it, and by its place where there is no such letter', () => {
  assert.ok(isLockKey(press('l', 'KeyL'), false));
  assert.ok(isLockKey(press('L', 'KeyL'), false), 'Caps Lock');
  assert.ok(isLockKey(press('l', 'KeyP'), false), 'Dvorak');
  assert.ok(isLockKey(press('д', 'KeyL'), false), 'Cyrillic');
  assert.ok(isLockKey(press('λ', 'KeyL'), false), 'Greek');
});

test('on a Mac it is Cmd+L, and Ctrl+L is not', () => {
  assert.ok(isLockKey(press('l', 'KeyL', { ctrlKey: false, metaKey: true }), true));
  assert.ok(!isLockKey(press('l', 'KeyL'), true));
});

test('another letter, or another modifier, does not lock', () => {
  assert.ok(!isLockKey(press('n', 'KeyL'), false), 'Dvorak has N there');
  for (const more of [{ shiftKey: true }, { altKey: true }, { metaKey: true }, { ctrlKey: false }])
    assert.ok(!isLockKey(press('l', 'KeyL', more), false));
});
