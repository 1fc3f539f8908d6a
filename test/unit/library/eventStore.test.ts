/** What cameras told is on the disk within seconds, sealed, also while the vault is locked, and is found again. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import type { CameraEvent } from '../../../main/contract/cameraEvents.ts';
import {
  eventsFolder,
  mergeEvents,
  newEventsName,
  readEventFile,
  readEvents,
  type StoredEvent,
  writeEvents,
} from '../../../main/core/library/eventDocument.ts';
import { readMonth } from '../../../main/core/library/eventOutline.ts';
import { EventStore } from '../../../main/core/library/eventStore.ts';
import { dayMs } from '../../../main/core/library/recordingName.ts';
import { Vault } from '../../../main/core/vault/folder.ts';
import { cameraId, makeVault, openWithAge, type Place, tenMs, until } from '../recorder/footage.ts';

const other = '8899aabbccddeeff';
const whole = { cameraIds: null, kinds: null, fromMs: tenMs - 10 * dayMs, toMs: tenMs + 10 * dayMs, most: 1000 };
let nextId = 0;

function event(fromMs: number, more: Partial<CameraEvent> = {}): CameraEvent {
  const id = (nextId += 1).toString(16).padStart(16, '0');
  const seen = { kind: 'motion', source: 'VideoSource_1', topic: 'VideoSource/MotionAlarm' } as const;
  return { id, cameraId, ...seen, fromMs, toMs: fromMs + 1000, endUnknown: false, count: 1, ...more };
}

function storeOf(
  t: TestContext,
  vault: Vault,
  nowMs = tenMs,
): { store: EventStore; lost: number[]; defects: unknown[] } {
  const [lost, defects]: [number[], unknown[]] = [[], []];
  const on = { lost: (events: number) => void lost.push(events), defect: (error: unknown) => void defects.push(error) };
  const store = new EventStore({ vault, now: () => nowMs, on });
  t.after(() => store.close());
  return { store, lost, defects };
}

async function place(t: TestContext): Promise<Place> {
  const made = await makeVault();
  t.after(made.remove);
  return made;
}

async function listed(store: EventStore, question: Partial<typeof whole> = {}): Promise<CameraEvent[]> {
  const list = await store.list({ ...whole, ...question });
  assert.ok(list.ok);
  return list.value.events;
}

const lockedCopy = ({ vault }: Place): Vault =>
  new Vault(vault.folder, { version: 1, id: vault.id, recipients: [...vault.recipients] }, null);

test('events are on the disk within seconds, sealed so that age opens them', async (t) => {
  const { vault, ...rest } = await place(t);
  const { store } = storeOf(t, vault);
  store.put(event(tenMs), 1);
  const folder = vault.path('events', cameraId);
  await until('a file', () => existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.json.age')));
  const [name = ''] = readdirSync(folder);
  assert.match(name, /^2026-11-20\.[0-9a-f]{8}\.json\.age$/);
  assert.ok(!readFileSync(vault.path('events', cameraId, name)).includes('MotionAlarm'));
  assert.match(openWithAge({ vault, ...rest }, vault.path('events', cameraId, name)).toString(), /MotionAlarm/);
});

test('what was written while the vault was locked is read when it is not, with what was there before', async (t) => {
  const made = await place(t);
  const before = storeOf(t, made.vault);
  const [first, second] = [event(tenMs), event(tenMs + 5000)];
  before.store.put(first, 1);
  await before.store.close();

  const locked = storeOf(t, lockedCopy(made));
  locked.store.put(second, 1);
  assert.deepEqual(await locked.store.list(whole), { ok: false, problem: { code: 'keyMissing' } });
  await locked.store.close();
  assert.deepEqual([before.defects, locked.defects], [[], []]);

  const after = storeOf(t, made.vault);
  assert.deepEqual(await listed(after.store), [first, second]);
});

test('a question that the lock comes into the middle of says so, and never that there was less', async (t) => {
  const { vault } = await place(t);
  const { store } = storeOf(t, vault);
  store.put(event(tenMs), 1);
  await store.save();
  await store.days(cameraId);
  const asked = store.list({ ...whole, cameraIds: [cameraId] });
  // Nothing that is read can come before these are over: the day is being read.
  for (let step = 0; step < 100; step += 1) await Promise.resolve();
  vault.lock();
  store.lock();
  assert.deepEqual(await asked, { ok: false, problem: { code: 'keyMissing' } });
});

test('an event that nobody saw end went on until it was written last, and says so', async (t) => {
  const made = await place(t);
  const begun = event(tenMs, { toMs: null });
  const killed = storeOf(t, made.vault, tenMs + 7000);
  killed.store.put(begun, 1);
  assert.equal((await listed(killed.store))[0]?.toMs, null, 'it goes on');
  await killed.store.save();
  // Another one, as after a kill: nothing ended it.
  assert.deepEqual(await listed(storeOf(t, made.vault, tenMs + dayMs).store), [
    { ...begun, toMs: tenMs + 7000, endUnknown: true },
  ]);
  killed.store.put({ ...begun, toMs: tenMs + 9000 }, 2);
  await killed.store.save();
  assert.deepEqual(await listed(storeOf(t, made.vault).store), [{ ...begun, toMs: tenMs + 9000 }]);
});

test('a question gets what touches its span, of its cameras and kinds, in order, and is told that there is more', async (t) => {
  const { vault } = await place(t);
  const { store } = storeOf(t, vault);
  const night = event(Date.UTC(2026, 10, 19, 23, 59, 50), { toMs: Date.UTC(2026, 10, 20, 0, 0, 10), kind: 'person' });
  const [a, b, c] = [event(tenMs + 2000), event(tenMs, { cameraId: other }), event(tenMs + 60_000, { kind: 'input' })];
  for (const each of [a, b, c, night]) store.put(each, 1);
  const ids = (events: CameraEvent[]): string[] => events.map(({ id }) => id);
  assert.deepEqual(ids(await listed(store)), ids([night, b, a, c]));
  assert.deepEqual(ids(await listed(store, { cameraIds: [other] as never })), ids([b]));
  assert.deepEqual(ids(await listed(store, { kinds: ['person', 'input'] as never })), ids([night, c]));
  assert.deepEqual(ids(await listed(store, { fromMs: tenMs + 500, toMs: tenMs + 2001 })), ids([b, a]));
  const midnightMs = Date.UTC(2026, 10, 20);
  assert.deepEqual(ids(await listed(store, { fromMs: midnightMs, toMs: midnightMs + 1000 })), ids([night]));
  const last = await store.list({ ...whole, most: 2, which: 'last' });
  const all = await store.list(whole);
  assert.ok(last.ok && all.ok && last.value.more);
  assert.deepEqual(last.value.events, all.value.events.slice(-2), 'the last ones, in order');
  const two = await store.list({ ...whole, most: 2 });
  assert.deepEqual(two.ok && [ids(two.value.events), two.value.more], [ids([night, b]), true]);

  const ticks = await store.ticks({ ...whole, fromMs: tenMs, toMs: tenMs + 61_000, stepMs: 30_000 });
  assert.deepEqual(ticks.ok && ticks.value.toSorted((x, y) => x.steps.length - y.steps.length), [
    { cameraId: other, steps: [[0, 1]] },
    {
      cameraId,
      steps: [
        [0, 1],
        [2, 1],
      ],
    },
  ]);
});

test('of long steps a month’s outline says the same as its days, also after some of them went or changed', async (t) => {
  const made = await place(t);
  const fill = storeOf(t, made.vault);
  for (let nth = 0; nth < 60; nth += 1) {
    const fromMs = tenMs - 5 * dayMs + nth * 7_000_000;
    fill.store.put(event(fromMs, { kind: nth % 3 === 0 ? 'input' : 'motion' }), 1);
  }
  await fill.store.close();
  const span = { fromMs: Date.UTC(2026, 10, 1), toMs: Date.UTC(2026, 11, 1), stepMs: 1_200_000 };
  /** What `ticks` must say, from the list itself. */
  const truth = async (store: EventStore, kinds: ['input'] | null): Promise<[number, number][]> => {
    const steps = new Map<number, number>();
    for (const { fromMs } of await listed(store, { ...span, kinds: kinds as never })) {
      const step = Math.floor((fromMs - span.fromMs) / span.stepMs);
      steps.set(step, (steps.get(step) ?? 0) + 1);
    }
    return [...steps];
  };
  const agrees = async (): Promise<void> => {
    for (const kinds of [null, ['input' as const]] as [['input'] | null, ['input'] | null]) {
      const { store } = storeOf(t, made.vault, tenMs + dayMs);
      const ticks = await store.ticks({ ...span, cameraIds: null, kinds });
      assert.ok(ticks.ok);
      const sorted = (ticks.value[0]?.steps ?? []).toSorted(([a], [b]) => a - b);
      assert.deepEqual(sorted, await truth(store, kinds));
      assert.ok(sorted.length > 5);
    }
  };
  await agrees();
  const outline = made.vault.path('events', cameraId, '2026-11.outline.json.age');
  assert.ok(existsSync(outline));
  await agrees();
  const late = storeOf(t, made.vault);
  late.store.put(event(tenMs - 4 * dayMs + 5), 1);
  await late.store.close();
  await agrees();
  const gone = storeOf(t, made.vault);
  await gone.store.remove(cameraId, (day) => day < '2026-11-17');
  assert.ok(!existsSync(outline), 'it told of events that are gone');
  await agrees();
  writeFileSync(outline, 'not an age file');
  await agrees();
  await gone.store.forgetCamera(cameraId);
  assert.ok(!existsSync(made.vault.path('events', cameraId)));
});

test('days that go while they are counted come back in no outline, and a camera that goes leaves none', async (t) => {
  const { vault } = await place(t);
  const { store } = storeOf(t, vault, tenMs + dayMs);
  for (let day = 0; day < 5; day += 1) store.put(event(tenMs - day * dayMs), 1);
  await store.save();
  const span = { fromMs: Date.UTC(2026, 10, 1), toMs: Date.UTC(2026, 11, 1), stepMs: 1_200_000 };
  const counted = store.ticks({ ...span, cameraIds: [cameraId], kinds: null });
  await Promise.all([counted, store.remove(cameraId, (day) => day < '2026-11-19')]);
  const outline = vault.path('events', cameraId, '2026-11.outline.json.age');
  const { identity } = vault;
  assert.ok(identity);
  const again = await store.ticks({ ...span, cameraIds: [cameraId], kinds: null });
  assert.equal(again.ok && again.value[0]?.steps.length, 2);
  const known = await readMonth(outline, identity, { cameraId, month: '2026-11' });
  assert.deepEqual([...known.keys()].sort(), ['2026-11-19', '2026-11-20']);
  const old = vault.path('events', cameraId, '2025-01.outline.json.age');
  writeFileSync(old, 'an outline of days that are not there');
  await store.forgetCamera(cameraId);
  assert.ok(!existsSync(old));
  assert.ok(!existsSync(vault.path('events', cameraId)));
});

test('the event before and the next one are found over days', async (t) => {
  const { vault } = await place(t);
  const { store } = storeOf(t, vault);
  const days = [-5, -1, 0, 3].map((day) => event(tenMs + day * dayMs, { kind: day === -1 ? 'input' : 'motion' }));
  for (const each of days) store.put(each, 1);
  const beside = async (atMs: number, way: 'before' | 'after', kinds: ['motion'] | null = null): Promise<number> => {
    const found = await store.beside({ cameraIds: null, kinds, atMs, way });
    assert.ok(found.ok);
    return found.value ? (found.value.fromMs - tenMs) / dayMs : NaN;
  };
  assert.deepEqual([await beside(tenMs, 'after'), await beside(tenMs, 'before')], [3, -1]);
  assert.equal(await beside(tenMs, 'before', ['motion']), -5);
  assert.deepEqual([await beside(tenMs + 3 * dayMs, 'after'), await beside(tenMs - 5 * dayMs, 'before')], [NaN, NaN]);
});

test('days go for good, and a camera whole', async (t) => {
  const { vault } = await place(t);
  const { store } = storeOf(t, vault);
  for (const each of [event(tenMs - dayMs), event(tenMs), event(tenMs, { cameraId: other })]) store.put(each, 1);
  await store.save();
  assert.deepEqual(await store.days(cameraId), ['2026-11-19', '2026-11-20']);
  await store.remove(cameraId, (day) => day < '2026-11-20');
  assert.deepEqual((await listed(store)).length, 2);
  assert.equal(readdirSync(vault.path('events', cameraId)).length, 1);
  await store.forgetCamera(cameraId);
  assert.ok(!existsSync(vault.path('events', cameraId)));
  assert.deepEqual(
    (await listed(store)).map((one) => one.cameraId),
    [other],
  );
});

test('a day of many files becomes one, and a crash in the middle doubles nothing', async (t) => {
  const made = await place(t);
  const put: CameraEvent[] = [];
  for (let nth = 0; nth < 6; nth += 1) {
    const { store } = storeOf(t, made.vault);
    put.push(event(tenMs + nth * 1000));
    store.put(put[nth] ?? event(0), 1);
    await store.close();
  }
  const folder = made.vault.path('events', cameraId);
  const before = readdirSync(folder).map((name) => [name, readFileSync(`${folder}/${name}`)] as const);
  assert.equal(before.length, 6);
  assert.deepEqual(await listed(storeOf(t, made.vault, tenMs + dayMs).store), put);
  assert.equal(readdirSync(folder).length, 1);
  for (const [name, bytes] of before) writeFileSync(`${folder}/${name}`, bytes);
  assert.deepEqual(await listed(storeOf(t, made.vault, tenMs + dayMs).store), put);
});

test('a file that does not open costs its own events and no others', async (t) => {
  const made = await place(t);
  for (const fromMs of [tenMs, tenMs + 1000]) {
    const { store } = storeOf(t, made.vault);
    store.put(event(fromMs), 1);
    await store.close();
  }
  const [name = ''] = readdirSync(made.vault.path('events', cameraId));
  writeFileSync(made.vault.path('events', cameraId, name), 'not an age file');
  writeFileSync(made.vault.path('events', cameraId, 'notes.txt'), 'somebody’s');
  assert.equal((await listed(storeOf(t, made.vault).store)).length, 1);
});

test('what the disk refuses waits and is written later; beyond a bound the oldest are given up, and counted', async (t) => {
  const { vault } = await place(t);
  let away = true;
  vault.holdBack(() => (away ? { code: 'diskReadOnly', folder: vault.folder } : null));
  const { store, lost } = storeOf(t, vault);
  const one = event(tenMs);
  store.put(one, 1);
  await store.save();
  assert.ok(!existsSync(vault.path('events')));
  away = false;
  await store.save();
  assert.equal((await listed(storeOf(t, vault).store)).length, 1);
  away = true;
  for (let nth = 0; nth < 25_000; nth += 1) store.put(event(tenMs + nth), 1);
  assert.ok(lost.reduce((sum, count) => sum + count, 0) > 20_000);
});

test('a file of another form is none, and of what a newer Nightjar knows apart it is an event all the same', () => {
  const stored = { ...event(5), revision: 1 } as Partial<CameraEvent> & { revision: number };
  delete stored.cameraId;
  const read = (change: object): StoredEvent | undefined =>
    readEventFile({ savedMs: 9, events: [{ ...stored, ...change }] })?.events[0];
  assert.equal(read({})?.kind, 'motion');
  assert.equal(read({ kind: 'ufo' })?.kind, 'other');
  for (const bad of [{ id: 'x' }, { toMs: 4 }, { fromMs: -1 }, { fromMs: 1.5 }, { source: 5 }, { count: 0 }]) {
    assert.equal(read(bad), undefined, JSON.stringify(bad));
  }
  for (const bad of [null, [], { savedMs: 1 }, { events: [] }]) assert.equal(readEventFile(bad), null);
});

test('what a newer Nightjar knows apart is merged away by none, and stays the newest of itself', async (t) => {
  const { vault } = await place(t);
  const day = '2026-11-20';
  await vault.makeFolder(eventsFolder, cameraId);
  const write = async (events: object[]): Promise<string> => {
    const name = newEventsName(day);
    const value = { savedMs: tenMs, events: events as StoredEvent[] }; // a newer Nightjar's may be of any form
    await writeEvents(vault.path(eventsFolder, cameraId, name), vault.recipients, { cameraId, day }, value);
    return name;
  };
  const storedOf = (fromMs: number, revision: number): StoredEvent => {
    const { cameraId: _, ...rest } = event(fromMs);
    return { ...rest, revision };
  };
  const both = storedOf(tenMs, 1);
  const ours = [both, ...[1, 2, 3, 4, 5].map((second) => storedOf(tenMs + second * 1000, 1))];
  for (const one of ours) await write([one]);
  const newer = await write([{ ...both, kind: 'drone', heightMetres: 12, revision: 2 }]);
  const before = readFileSync(vault.path(eventsFolder, cameraId, newer));

  const { store, defects } = storeOf(t, vault, tenMs + dayMs);
  assert.deepEqual(
    (await listed(store)).map(({ kind }) => kind),
    ['other', 'motion', 'motion', 'motion', 'motion', 'motion'],
  );
  assert.deepEqual(defects, []);
  const names = readdirSync(vault.path(eventsFolder, cameraId));
  assert.equal(names.length, 2, 'what is understood is one file now');
  assert.deepEqual(readFileSync(vault.path(eventsFolder, cameraId, newer)), before);
  assert.ok(vault.identity);
  const [merged = ''] = names.filter((name) => name !== newer);
  const read = await readEvents(vault.path(eventsFolder, cameraId, merged), vault.identity, { cameraId, day });
  assert.ok(read.ok && read.value.isUnderstood);
  assert.deepEqual(
    read.value.events.map(({ id }) => id),
    ours.slice(1).map(({ id }) => id),
  );
});

test('of several versions of an event the highest revision counts, in whatever order they are read', () => {
  const { cameraId: _, ...base } = event(5, { toMs: null });
  const older = { savedMs: 9, events: [{ ...base, revision: 1 }] };
  const newer = { savedMs: 7, events: [{ ...base, toMs: 6, revision: 2 }] };
  for (const files of [
    [older, newer],
    [newer, older],
  ]) {
    assert.deepEqual(
      mergeEvents(files, () => false).map(({ toMs, endUnknown }) => [toMs, endUnknown]),
      [[6, false]],
    );
  }
});
