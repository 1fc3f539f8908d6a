/** A name from the save dialog replaces nothing unasked. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { chosenFile } from '../../../main/app/chosenFile.ts';

test('a typed name gets its ending, and never that of a file that the dialog did not ask about', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const named = (name: string): string => path.join(folder, name);
  assert.deepEqual(await chosenFile(named('Picture.PNG'), ['png']), { ok: true, value: named('Picture.PNG') });
  // What is left of the suggested name without its ending looks like an ending.
  const stamped = named('Front door 2026-11-17 17.56.10');
  assert.deepEqual(await chosenFile(stamped, ['png']), { ok: true, value: `${stamped}.png` });
  writeFileSync(named('Picture.png'), 'of the user');
  const taken = { ok: false, problem: { code: 'fileExists', file: 'Picture.png' } };
  assert.deepEqual(await chosenFile(named('Picture'), ['png']), taken);
  assert.deepEqual(await chosenFile(named('Picture.png'), ['png']), { ok: true, value: named('Picture.png') });
});
