/** Protected clips: kept sealed, known in an instant for every recording, and everything is protected while they are not. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { clipsFile, parseClipDocument, type StoredClip } from '../../../main/core/library/clipDocument.ts';
import { Clips } from '../../../main/core/library/clips.ts';
import { spanCopy } from './spanCopy.ts';
import { makeIdentity } from '../../../main/core/vault/keys.ts';
import { Vault } from '../../../main/core/vault/folder.ts';
import { cameraId, makeVault, openWithAge } from '../recorder/footage.ts';

const other = '8899aabbccddeeff';

test('clips are kept sealed, renamed and released', async (t) => {
  const place = await makeVault();
  t.after(place.remove);
  const clips = await Clips.open(place.vault, spanCopy());
  assert.ok((await clips.protect([cameraId, other], { fromMs: 1000, toMs: 2000 }, 'Parcel left')).ok);
  const [first, second] = clips.list();
  assert.ok(first && second && first.cameraId === cameraId && second.cameraId === other);
  assert.ok((await clips.rename(first.id, 'Parcel gone')).ok);
  assert.ok((await clips.remove(second.id)).ok);
  assert.deepEqual(await clips.remove(second.id), { ok: false, problem: { code: 'gone' } });
  assert.ok(!(await clips.protect([cameraId], { fromMs: 5, toMs: 5 }, '')).ok);

  const again = await Clips.open(place.vault, spanCopy());
  assert.deepEqual(again.list(), [{ ...first, name: 'Parcel gone' }]);
  assert.ok(!readFileSync(place.vault.path(clipsFile)).includes('Parcel'));
  assert.ok(openWithAge(place, place.vault.path(clipsFile)).includes('Parcel gone'));
});

test('a recording is protected exactly when it touches a clip of its camera', async (t) => {
  const place = await makeVault();
  t.after(place.remove);
  const clips = await Clips.open(place.vault, spanCopy());
  const span = fc
    .tuple(fc.nat(60), fc.integer({ min: 1, max: 30 }))
    .map(([fromMs, ms]) => ({ fromMs, toMs: fromMs + ms }));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(cameraId, other), span), { maxLength: 6 }), async (spans) => {
      for (const { id } of [...clips.list()]) await clips.remove(id);
      for (const [id, each] of spans) assert.ok((await clips.protect([id], each, '')).ok);
      for (let startMs = 0; startMs < 95; startMs += 3) {
        const row = { startMs, endMs: startMs + 3 };
        const touches = spans.some(([id, each]) => id === cameraId && row.endMs > each.fromMs && startMs < each.toMs);
        assert.equal(clips.protects(cameraId, row), touches);
      }
    }),
    { numRuns: 40 },
  );
});

test('a clip that an older list does not know is protected all the same, and stands in the list again', async (t) => {
  const row = { startMs: 30, endMs: 31 };
  for (const lost of ['the newest', 'both']) {
    const place = await makeVault();
    t.after(place.remove);
    const copy = spanCopy();
    const made = await Clips.open(place.vault, copy);
    assert.ok((await made.protect([cameraId], { fromMs: 10, toMs: 20 }, 'First')).ok);
    assert.ok((await made.protect([cameraId], { fromMs: 30, toMs: 40 }, 'Second')).ok);
    if (lost === 'both') for (const name of [clipsFile, `${clipsFile}.previous`]) rmSync(place.vault.path(name));
    else writeFileSync(place.vault.path(clipsFile), 'not an age file');

    const away = { code: 'diskReadOnly', folder: '' } as const;
    const { id, recipients, folder, identity } = place.vault;
    assert.ok(identity);
    const onReadOnly = new Vault(folder, { version: 1, id, recipients: [...recipients] }, identity);
    onReadOnly.holdBack(() => away);
    assert.equal((await Clips.open(onReadOnly, copy)).protects(cameraId, row), true, lost);
    const restored = await Clips.open(place.vault, copy);
    assert.equal(restored.protects(cameraId, row), true, lost);
    const again = await Clips.open(place.vault, copy);
    const names = again.list().map(({ fromMs, name }) => [fromMs, name]);
    assert.deepEqual(names, [
      [10, lost === 'both' ? '' : 'First'],
      [30, ''],
    ]);
  }
});

test('locked, the bare spans say what is protected; when nothing is known every recording is', async (t) => {
  const place = await makeVault();
  t.after(place.remove);
  const row = { startMs: 0, endMs: 1 };
  const copy = spanCopy();
  const made = await Clips.open(place.vault, copy);
  assert.ok((await made.protect([cameraId], { fromMs: 10, toMs: 20 }, '')).ok);
  assert.ok((await made.protect([cameraId], { fromMs: 30, toMs: 40 }, '')).ok);
  assert.equal(made.protects(cameraId, row), false);

  const { id, recipients, folder } = place.vault;
  const locked = await Clips.open(new Vault(folder, { version: 1, id, recipients: [...recipients] }, null), copy);
  assert.deepEqual(locked.problem, { code: 'keyMissing' });
  assert.equal(locked.protects(cameraId, row), false);
  assert.equal(locked.protects(cameraId, { startMs: 35, endMs: 36 }), true);
  assert.equal(locked.protects(other, { startMs: 35, endMs: 36 }), false);
  assert.deepEqual(await locked.remove('a'.repeat(16)), { ok: false, problem: { code: 'keyMissing' } });
  const stranger = makeIdentity().identity;
  const closed = await Clips.open(new Vault(folder, { version: 1, id, recipients: [...recipients] }, stranger), copy);
  assert.equal(closed.protects(cameraId, row), true);

  for (const name of [clipsFile, `${clipsFile}.previous`]) writeFileSync(place.vault.path(name), 'not an age file');
  const damaged = await Clips.open(place.vault, copy);
  assert.deepEqual(damaged.problem, { code: 'clipsUnknown', file: clipsFile });
  assert.equal(damaged.protects(cameraId, row), true);
  assert.deepEqual(await damaged.protect([cameraId], { fromMs: 1, toMs: 2 }, ''), {
    ...{ ok: false, problem: { code: 'clipsUnknown', file: clipsFile } },
  });
});

test('a copy of the spans that a crash left behind is put right, and never protects less than the list', async (t) => {
  const place = await makeVault();
  t.after(place.remove);
  const copy = spanCopy();
  const clips = await Clips.open(place.vault, copy);
  copy.refuses = true;
  assert.ok(!(await clips.protect([cameraId], { fromMs: 1, toMs: 2 }, '')).ok);
  assert.deepEqual(clips.list(), []);
  copy.refuses = false;
  assert.ok((await clips.protect([cameraId], { fromMs: 1, toMs: 2 }, '')).ok);
  assert.deepEqual(copy.spans(), [{ cameraId, fromMs: 1, toMs: 2 }]);
  await copy.keep([]);
  await Clips.open(place.vault, copy);
  assert.deepEqual(copy.spans(), [{ cameraId, fromMs: 1, toMs: 2 }]);
});

test('a list of clips that is not wholly as it was written is none', () => {
  const clip: StoredClip = { id: 'a'.repeat(16), cameraId, name: 'x', fromMs: 1, toMs: 2, createdMs: 3 };
  assert.deepEqual(parseClipDocument({ clips: [clip] }), { clips: [clip] });
  assert.deepEqual(parseClipDocument({ clips: [{ ...clip, later: 1 }] }), { clips: [clip] });
  for (const bad of [
    ...[null, {}, { clips: {} }, { clips: [null] }, { clips: [clip, clip] }],
    ...[{ toMs: 1 }, { fromMs: -1 }, { fromMs: NaN }, { cameraId: '..' }, { id: 'A'.repeat(16) }, { name: 1 }].map(
      (change) => ({ clips: [{ ...clip, ...change }] }),
    ),
  ]) {
    assert.equal(parseClipDocument(bad), null);
  }
});
