import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import * as v from 'valibot';
import { makeIdentity } from '../../../main/core/vault/keys.ts';
import { openFile, sealToFile } from '../../../main/core/vault/sealedFile.ts';
import { openStore } from '../../../main/core/vault/sealedStore.ts';
import type { SealedStore, StoreOptions } from '../../../main/core/vault/sealedStore.ts';

const { identity, recipient } = makeIdentity();
const vault = { recipients: [recipient], identity };
const form = v.object({ names: v.array(v.string()) });
type Names = v.InferOutput<typeof form>;
const of = 'names.json.age';
let folder = '';
let path = '';
const folders: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-store-'));
  folders.push(folder);
  path = join(folder, 'names.json.age');
});
after(async () => {
  for (const one of folders) await rm(one, { recursive: true });
});

function parse(json: unknown): Names | null {
  const parsed = v.safeParse(form, json);
  return parsed.success ? parsed.output : null;
}

function optionsFor(more: Partial<StoreOptions<Names>> = {}): StoreOptions<Names> {
  return { path, vault, version: 1, initial: { names: [] }, parse, ...more };
}

async function openNames(more: Partial<StoreOptions<Names>> = {}): Promise<SealedStore<Names>> {
  const store = await openStore(optionsFor(more));
  assert.ok(store.ok, JSON.stringify(store));
  return store.value;
}

async function add(store: SealedStore<Names>, name: string): Promise<void> {
  assert.deepEqual(await store.update(({ names }) => ({ names: [...names, name] })), { ok: true, value: null });
}

async function onDisk(file = path): Promise<unknown> {
  const opened = await openFile(file, identity);
  assert.ok(opened.ok);
  const json: unknown = JSON.parse(new TextDecoder().decode(opened.value));
  return json;
}

test('a new document is its initial value, and is written at the first update', async () => {
  const store = await openNames();
  assert.deepEqual(store.value, { names: [] });
  assert.deepEqual(await readdir(folder), []);
  await add(store, 'Garden');
  assert.deepEqual(await readdir(folder), ['names.json.age']);
  assert.deepEqual(await onDisk(), { version: 1, of, serial: 1, value: { names: ['Garden'] } });
  assert.deepEqual((await openNames()).value, { names: ['Garden'] });
});

test('the version before the last update stays beside it', async () => {
  const store = await openNames();
  for (const name of ['one', 'two', 'three']) await add(store, name);
  assert.deepEqual(await onDisk(), { version: 1, of, serial: 3, value: { names: ['one', 'two', 'three'] } });
  assert.deepEqual(await onDisk(`${path}.previous`), { version: 1, of, serial: 2, value: { names: ['one', 'two'] } });
  assert.deepEqual((await readdir(folder)).sort(), ['names.json.age', 'names.json.age.previous']);
});

test('updates that are not awaited happen one after another, each on the result of the one before', async () => {
  const store = await openNames();
  const updates = Array.from({ length: 20 }, (_, nth) =>
    store.update(({ names }) => ({ names: [...names, `${nth}`] })),
  );
  await store.settled();
  assert.equal(store.value.names.length, 20);
  for (const update of updates) assert.ok((await update).ok);
  assert.deepEqual((await openNames()).value.names, store.value.names);
});

test('a change that throws changes nothing and stops nothing', async () => {
  const store = await openNames();
  await assert.rejects(
    store.update(() => {
      throw new Error('a defect');
    }),
    /a defect/,
  );
  await add(store, 'after');
  assert.deepEqual((await openNames()).value, { names: ['after'] });
});

test('a damaged document falls back to the version before it, says so, and is put aside', async () => {
  const store = await openNames();
  for (const name of ['one', 'two']) await add(store, name);
  const bytes = await readFile(path);
  const damages = [bytes.subarray(0, bytes.length - 1), Buffer.alloc(0), Buffer.from('{"names":[]}')];
  for (const damaged of damages) {
    await writeFile(path, damaged);
    const restored = await openNames();
    assert.deepEqual(restored.value, { names: ['one'] });
    assert.deepEqual(restored.warning, { code: 'vaultRestored', file: 'names.json.age' });
    assert.deepEqual(await readFile(`${path}.damaged`), damaged);
  }
  const restored = await openNames();
  assert.equal(restored.warning, null, 'said once');
  await add(restored, 'three');
  assert.deepEqual((await openNames()).value, { names: ['one', 'three'] });
  assert.deepEqual(await onDisk(`${path}.previous`), { version: 1, of, serial: 1, value: { names: ['one'] } });
});

test('content that its owner does not understand counts as damaged', async () => {
  const hostile = ['', 'null', '[]', '{"version":1}', '{"version":0,"value":{"names":[]}}', '{"value":{"names":[]}}'];
  for (const text of [...hostile, '{"version":1,"value":{"names":[1]}}', '\ufffe', '{"version":"1","value":{}}']) {
    await sealToFile(path, [recipient], Buffer.from(text));
    const store = await openStore(optionsFor());
    assert.deepEqual(store, { ok: false, problem: { code: 'vaultDamaged', file: 'names.json.age' } }, text);
  }
  assert.deepEqual(await readdir(folder), ['names.json.age'], 'nothing was moved or removed');
});

test('a crash between the two renames of an update is followed by the value before it', async () => {
  const store = await openNames();
  await add(store, 'one');
  await rename(path, `${path}.previous`);
  await writeFile(`${path}.0123abcd.new`, 'half');
  const opened = await openNames();
  assert.deepEqual(opened.value, { names: ['one'] });
  assert.equal(opened.warning, null);
  assert.deepEqual(await readdir(folder), ['names.json.age.previous'], 'the half-written file is gone');
  await add(opened, 'two');
  assert.deepEqual((await openNames()).value, { names: ['one', 'two'] });
});

test('another document’s half-written file is left alone', async () => {
  await writeFile(join(folder, 'cameras.json.age.0123abcd.new'), 'being written');
  await openNames();
  assert.deepEqual(await readdir(folder), ['cameras.json.age.0123abcd.new']);
});

test('where neither version opens it stays closed, or begins anew where its owner says so, and keeps what lay there', async () => {
  const store = await openNames();
  await add(store, 'Garden');
  await add(store, 'Gate');
  for (const file of [path, `${path}.previous`]) await writeFile(file, 'torn');
  const damaged = { ok: false, problem: { code: 'vaultDamaged', file: of } };
  assert.deepEqual(await openStore(optionsFor()), damaged);
  const lost = { code: 'camerasLost' } as const;
  const locked = await openStore(optionsFor({ vault: { ...vault, identity: null }, lost }));
  assert.ok(!locked.ok && locked.problem.code === 'keyMissing');
  const anew = await openNames({ lost });
  assert.deepEqual([anew.warning, anew.value, anew.existed], [lost, { names: [] }, false]);
  assert.equal(await readFile(`${path}.damaged`, 'utf8'), 'torn');
  await add(anew, 'Cellar');
  const again = await openNames({ lost });
  assert.deepEqual([again.warning, again.value], [null, { names: ['Cellar'] }]);
});

test('where only the version before is left and is damaged, it is put aside too', async () => {
  await writeFile(`${path}.previous`, 'torn');
  const anew = await openNames({ lost: { code: 'settingsLost' } });
  await add(anew, 'Cellar');
  assert.deepEqual((await readdir(folder)).sort(), ['names.json.age', 'names.json.age.damaged']);
});

test('a newest version that was put aside stays, also when nothing is written before the next start', async () => {
  await writeFile(path, 'torn newest');
  await writeFile(`${path}.previous`, 'torn previous');
  const lost = { code: 'camerasLost' } as const;
  for (let start = 0; start < 3; start++) {
    assert.deepEqual((await openNames({ lost })).warning, lost);
    assert.equal(await readFile(`${path}.damaged`, 'utf8'), 'torn newest');
    assert.equal(await readFile(`${path}.previous`, 'utf8'), 'torn previous');
  }
  const store = await openNames({ lost });
  await add(store, 'Cellar');
  assert.equal(await readFile(`${path}.damaged`, 'utf8'), 'torn newest');
  assert.deepEqual((await openNames({ lost })).value, { names: ['Cellar'] });
  // Nothing of it is left when it is to be forgotten.
  assert.ok((await store.erase(() => ({ names: [] }))).ok);
  assert.deepEqual((await readdir(folder)).sort(), ['names.json.age', 'names.json.age.previous']);
  assert.doesNotMatch(JSON.stringify(await onDisk(`${path}.previous`)), /Cellar/);
});

test('an update that cannot be written changes neither the disk nor the value', async () => {
  const store = await openNames();
  for (const name of ['one', 'two']) await add(store, name);
  const before = await readdir(folder);
  // Nothing can be renamed onto a folder that is not empty; works for root too, unlike permissions.
  await rm(`${path}.previous`);
  await mkdir(join(`${path}.previous`, 'in the way'), { recursive: true });
  const update = store.update(({ names }) => ({ names: [...names, 'three'] }));
  await update.then(
    (outcome) => assert.equal(outcome.ok, false),
    () => undefined,
  );
  assert.deepEqual(store.value, { names: ['one', 'two'] });
  assert.deepEqual(await onDisk(), { version: 1, of, serial: 2, value: { names: ['one', 'two'] } });
  await rm(`${path}.previous`, { recursive: true });
  await add(store, 'four');
  assert.deepEqual((await openNames()).value, { names: ['one', 'two', 'four'] });
  assert.deepEqual((await readdir(folder)).sort(), before.sort());
});

test('a folder that is gone is a problem, and the value stays', async () => {
  const store = await openNames();
  await add(store, 'one');
  await rename(folder, `${folder}-elsewhere`);
  const update = await store.update(() => ({ names: [] }));
  assert.deepEqual(update, { ok: false, problem: { code: 'vaultMissing', folder } });
  assert.deepEqual(store.value, { names: ['one'] });
  await rename(`${folder}-elsewhere`, folder);
  await add(store, 'two');
});

test('an older document is brought up to date step by step, a newer one is left as it is', async () => {
  await sealToFile(path, [recipient], Buffer.from('{"version":1,"value":["a","b"]}'));
  const migrate = [
    (json: unknown) => ({ list: json }),
    (json: unknown) => ({ names: v.parse(v.object({ list: v.array(v.string()) }), json).list }),
  ];
  const store = await openNames({ version: 3, migrate });
  assert.deepEqual(store.value, { names: ['a', 'b'] });
  await add(store, 'c');
  assert.deepEqual(await onDisk(), { version: 3, of, serial: 1, value: { names: ['a', 'b', 'c'] } });
  const newer = await openStore(optionsFor({ version: 2, migrate: migrate.slice(0, 1) }));
  assert.deepEqual(newer, { ok: false, problem: { code: 'vaultNewer', version: 3, understood: 2 } });
  await assert.rejects(openStore(optionsFor({ version: 3 })), /one migration/);
});

test('a locked vault opens no document, and nobody else’s identity does', async () => {
  await add(await openNames(), 'secret');
  const locked = await openStore(optionsFor({ vault: { recipients: [recipient], identity: null } }));
  assert.deepEqual(locked, { ok: false, problem: { code: 'keyMissing' } });
  const stranger = makeIdentity();
  const strange = await openStore(optionsFor({ vault: { recipients: [recipient], identity: stranger.identity } }));
  assert.equal(strange.ok, false);
});

test('no name in a document is readable on the disk', async () => {
  const store = await openNames();
  for (const name of ['Front door 192.168.1.20', 'Garden']) await add(store, name);
  for (const file of await readdir(folder)) {
    assert.equal((await readFile(join(folder, file))).includes('Front door'), false, file);
  }
  assert.ok(JSON.stringify(store.value).includes('Front door'), 'the search finds it where it is');
});

test('another document in its place is damage, not its value', async () => {
  const store = await openNames();
  for (const name of ['one', 'two']) await add(store, name);
  const other = join(folder, 'others.json.age');
  await add(await openNames({ path: other }), 'stranger');
  await rename(other, path);
  const again = await openNames();
  assert.deepEqual(again.value, { names: ['one'] });
  assert.deepEqual(again.warning, { code: 'vaultRestored', file: of });
  await add(again, 'three');
  // A number is never used twice, also when the version that had it is lost.
  assert.deepEqual(await onDisk(), { version: 1, of, serial: 3, value: { names: ['one', 'three'] } });
});

test('a document from before documents said what they are of is read all the same', async () => {
  const bytes = Buffer.from(JSON.stringify({ version: 1, value: { names: ['old'] } }));
  await sealToFile(path, [recipient], bytes);
  const store = await openNames();
  assert.deepEqual(store.value, { names: ['old'] });
  await add(store, 'new');
  assert.deepEqual(await onDisk(), { version: 1, of, serial: 1, value: { names: ['old', 'new'] } });
});
