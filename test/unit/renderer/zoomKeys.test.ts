/** The keys of digital zoom: what each does, and which belong to others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zoomKey } from '../../../renderer/state/zoomKeys.ts';

type Key = Partial<Record<'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey', boolean>> & { key: string };

/** What a key did to a picture that is zoomed, or not; null when it was not one of these. */
function press(key: Key, zoomed = true, isMac = false): string | null {
  let did = '';
  const zoom = {
    zoomed,
    by: (factor: number) => void (did = `by ${factor.toFixed(2)}`),
    pan: (right: number, down: number) => void (did = `pan ${right} ${down}`),
    whole: () => void (did = 'whole'),
  };
  const event = { ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, ...key };
  return zoomKey(event, zoom, isMac) ? did : null;
}

test('Ctrl and + or − zoom, on every keyboard', () => {
  for (const key of ['+', '=']) assert.equal(press({ key, ctrlKey: true }), 'by 1.41');
  assert.equal(press({ key: '+', ctrlKey: true, shiftKey: true }), 'by 1.41');
  assert.equal(press({ key: '-', ctrlKey: true }), 'by 0.71');
  assert.equal(press({ key: '-', metaKey: true }, true, true), 'by 0.71');
  assert.equal(press({ key: '-', ctrlKey: true }, true, true), null, 'on a Mac, Cmd is what Ctrl is elsewhere');
});

test('Shift and an arrow pan while it is zoomed, and are free when it is not', () => {
  assert.equal(press({ key: 'ArrowLeft', shiftKey: true }), 'pan -0.125 0');
  assert.equal(press({ key: 'ArrowDown', shiftKey: true }), 'pan 0 0.125');
  assert.equal(press({ key: 'ArrowDown', shiftKey: true }, false), null);
});

test('0 shows the whole picture', () => {
  assert.equal(press({ key: '0' }), 'whole');
});

test('plain arrows and + − belong to the camera’s head, and other commands to others', () => {
  const others: Key[] = [
    { key: 'ArrowLeft' },
    { key: '+' },
    { key: '-' },
    { key: '1' },
    { key: '0', ctrlKey: true },
    { key: '0', shiftKey: true },
    { key: 'ArrowLeft', ctrlKey: true, shiftKey: true },
    { key: 'ArrowLeft', shiftKey: true, altKey: true },
    { key: '+', ctrlKey: true, altKey: true },
    { key: 's', ctrlKey: true },
  ];
  for (const key of others) assert.equal(press(key), null, JSON.stringify(key));
});
