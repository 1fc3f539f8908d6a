/** Bookmarks: kept sealed, found again in order, and gone without a trace with their camera. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Bookmark, mostBookmarks } from '../../../main/contract/timeline.ts';
import { bookmarksFile, parseBookmarkDocument } from '../../../main/core/library/bookmarkDocument.ts';
import { Bookmarks } from '../../../main/core/library/bookmarks.ts';
import { identityFromSecret } from '../../../main/core/vault/keys.ts';
import { cameraId, makeVault, openWithAge } from '../recorder/footage.ts';

const other = '8899aabbccddeeff';

function listOf(bookmarks: Bookmarks): Bookmark[] {
  const list = bookmarks.list();
  assert.ok(list.ok);
  return list.value;
}

test('bookmarks are kept sealed in order of time, renamed, moved and removed', async (t) => {
  const place = await makeVault();
  t.after(place.remove);
  const told: number[] = [];
  const bookmarks = await Bookmarks.open(place.vault, (list) => told.push(list.length));
  assert.deepEqual(listOf(bookmarks), []);
  const gone = await bookmarks.add(cameraId, 2000, 'Parcel gone');
  const left = await bookmarks.add(other, 1000, '');
  assert.ok(gone.ok && left.ok);
  assert.deepEqual(listOf(bookmarks), [left.value, gone.value]);
  assert.ok((await bookmarks.rename(left.value.id, 'Parcel left')).ok);
  assert.ok((await bookmarks.move(left.value.id, 3000)).ok);
  assert.ok((await bookmarks.remove(gone.value.id)).ok);
  assert.deepEqual(await bookmarks.remove(gone.value.id), { ok: false, problem: { code: 'gone' } });
  assert.deepEqual(told, [1, 2, 2, 2, 1]);

  const again = await Bookmarks.open(place.vault);
  assert.deepEqual(listOf(again), [{ ...left.value, name: 'Parcel left', atMs: 3000 }]);
  assert.ok(!readFileSync(place.vault.path(bookmarksFile)).includes('Parcel'));
  assert.ok(openWithAge(place, place.vault.path(bookmarksFile)).includes('Parcel left'));
});

test('a camera that goes takes its bookmarks along, out of the version before too', async (t) => {
  const place = await makeVault();
  t.after(place.remove);
  const bookmarks = await Bookmarks.open(place.vault);
  await bookmarks.add(cameraId, 1000, 'Parcel left');
  await bookmarks.add(other, 2000, 'Fox');
  assert.ok((await bookmarks.forgetCamera(cameraId)).ok);
  assert.deepEqual(
    listOf(bookmarks).map(({ name }) => name),
    ['Fox'],
  );
  for (const file of [bookmarksFile, `${bookmarksFile}.previous`]) {
    const text = openWithAge(place, place.vault.path(file)).toString();
    assert.ok(text.includes('Fox') && !text.includes('Parcel') && !text.includes(cameraId), file);
  }
});

test('while the vault is locked nothing is known of them, nothing is written, and afterwards they are there', async (t) => {
  const { vault, remove } = await makeVault();
  t.after(remove);
  const before = await Bookmarks.open(vault);
  await before.add(cameraId, 1000, 'Parcel left');
  assert.ok(vault.identity);
  const secret = vault.identity.toSecretString();
  vault.lock();
  const bookmarks = await Bookmarks.open(vault);
  const missing = { ok: false, problem: { code: 'keyMissing' } };
  assert.deepEqual(bookmarks.list(), missing);
  assert.deepEqual(await bookmarks.add(cameraId, 1, ''), missing);
  assert.deepEqual(await bookmarks.forgetCamera(cameraId), missing);
  const identity = identityFromSecret(secret);
  assert.ok(identity && vault.unlock(identity));
  await bookmarks.read();
  assert.equal(listOf(bookmarks)[0]?.name, 'Parcel left');
});

test('a lock forgets the list, and what was being changed is in it when it is read again', async (t) => {
  const { vault, remove } = await makeVault();
  t.after(remove);
  const bookmarks = await Bookmarks.open(vault);
  const identity = vault.identity?.copy();
  assert.ok(identity);
  const adding = bookmarks.add(cameraId, 1000, 'Parcel left');
  vault.lock();
  bookmarks.lock();
  assert.deepEqual(bookmarks.list(), { ok: false, problem: { code: 'keyMissing' } });
  assert.ok(vault.unlock(identity));
  await bookmarks.read();
  assert.equal(listOf(bookmarks)[0]?.name, 'Parcel left');
  assert.ok((await adding).ok);
});

test('a damaged list gives way to the one before it, and two damaged ones to a new one, with a warning', async (t) => {
  const { vault, remove } = await makeVault();
  t.after(remove);
  const made = await Bookmarks.open(vault);
  await made.add(cameraId, 1000, 'Parcel left');
  await made.add(cameraId, 2000, 'Parcel gone');
  writeFileSync(vault.path(bookmarksFile), 'no age file');
  const older = await Bookmarks.open(vault);
  assert.equal(older.warning?.code, 'vaultRestored');
  assert.equal(listOf(older).length, 1);
  for (const file of [bookmarksFile, `${bookmarksFile}.previous`]) writeFileSync(vault.path(file), 'no age file');
  const anew = await Bookmarks.open(vault);
  assert.equal(anew.warning?.code, 'bookmarksLost');
  assert.ok((await anew.add(cameraId, 3000, '')).ok);
});

test('only a list of the right form is one', () => {
  const one = { id: 'a'.repeat(16), cameraId, atMs: 5, name: 'x', createdMs: 6 };
  assert.deepEqual(parseBookmarkDocument({ bookmarks: [one] }), { bookmarks: [one] });
  for (const wrong of [
    ...[null, 5, {}, { bookmarks: 5 }, { bookmarks: [one, one] }],
    ...[{ atMs: -1 }, { atMs: NaN }, { id: 'x' }, { cameraId: '../..' }, { name: 'x'.repeat(301) }].map((part) => ({
      bookmarks: [{ ...one, ...part }],
    })),
    {
      bookmarks: Array.from({ length: mostBookmarks + 1 }, (_, nth) => ({
        ...one,
        id: nth.toString(16).padStart(16, '0'),
      })),
    },
  ]) {
    assert.equal(parseBookmarkDocument(wrong), null);
  }
  fc.assert(fc.property(fc.anything(), (value) => parseBookmarkDocument({ bookmarks: [value] }) === null));
});
