/**
 * Every bit of a small sealed recording and of a small sealed document is flipped, and every byte of their ends cut
 * off: each time the check names that file. What is not altered is the control: nothing is named then.
 */
import assert from 'node:assert/strict';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { checkDocument } from '../../../main/core/library/checkDocument.ts';
import { checkRecording, type CheckedFile } from '../../../main/core/library/checkRecording.ts';
import type { Finding } from '../../../main/contract/check.ts';
import { openStore } from '../../../main/core/vault/sealedStore.ts';
import { sealToFile } from '../../../main/core/vault/sealedFile.ts';
import { looksLikeRecovery } from '../../../main/core/vault/recoveryForm.ts';
import { makeFootage, makeVault, type Place, tenMs } from '../recorder/footage.ts';

const recording = 'recording.mp4.age';
const span = { startMs: tenMs, endMs: tenMs + 1000 };
const form = { version: 1, parse: (value: unknown) => (Array.isArray(value) ? value : null) };
let place: Place;
before(async () => {
  place = await makeVault();
  const { vault } = place;
  const { init, fragments } = makeFootage({ seconds: 1, size: '16x16', framesPerSecond: 1, bare: true });
  const bytes = Buffer.concat([init.bytes, ...fragments.map((fragment) => fragment.bytes)]);
  await sealToFile(vault.path(recording), vault.recipients, bytes);
  const store = await openStore<string[]>({ path: vault.path('names.json.age'), vault, initial: [], ...form });
  assert.ok(store.ok && (await store.value.update(() => ['Garden', 'Door'])).ok);
});
after(() => place.remove());

function checkedFile(file: string): CheckedFile {
  assert.ok(place.vault.identity);
  return { folder: place.vault.folder, file, identity: place.vault.identity, signal: new AbortController().signal };
}

async function findingsOf(file: string): Promise<Finding[]> {
  if (file === recording) {
    const found = await checkRecording(checkedFile(file), span);
    assert.ok(found.ok);
    return found.value;
  }
  const found = await checkDocument(checkedFile(file), form);
  assert.ok(found.ok);
  return found.value.findings;
}

for (const file of [recording, 'names.json.age']) {
  test(`every single flipped bit of ${file} is noticed, and the file named`, async () => {
    const onDisk = place.vault.path(file);
    assert.deepEqual(await findingsOf(file), []);
    const bytes = readFileSync(onDisk);
    const handle = await open(onDisk, 'r+');
    try {
      for (let at = 0; at < bytes.length; at += 1) {
        const byte = bytes.readUInt8(at);
        for (let bit = 0; bit < 8; bit += 1) {
          await handle.write(Uint8Array.of(byte ^ (1 << bit)), 0, 1, at);
          const found = await findingsOf(file);
          assert.ok(found.length > 0 && found.every((one) => one.file === file), `bit ${bit} of byte ${at}`);
        }
        await handle.write(Uint8Array.of(byte), 0, 1, at);
      }
    } finally {
      await handle.close();
    }
    assert.deepEqual(await findingsOf(file), []);
  });

  test(`every truncation of ${file} is noticed, and the file named`, async () => {
    const whole = readFileSync(place.vault.path(file));
    for (let size = statSync(place.vault.path(file)).size - 1; size >= 0; size -= 1) {
      truncateSync(place.vault.path(file), size);
      const found = await findingsOf(file);
      assert.ok(found.length > 0 && found.every((one) => one.file === file), `cut off at ${size}`);
    }
    writeFileSync(place.vault.path(file), whole);
    assert.deepEqual(await findingsOf(file), []);
  });
}

test('every truncation of recovery.age is noticed without its words', () => {
  const bytes = readFileSync(path.join(place.vault.folder, 'recovery.age'));
  assert.ok(looksLikeRecovery(bytes));
  for (let size = 0; size < bytes.length; size += 1) assert.equal(looksLikeRecovery(bytes.subarray(0, size)), false);
  assert.equal(looksLikeRecovery(Buffer.concat([bytes, Buffer.alloc(1)])), false);
});
