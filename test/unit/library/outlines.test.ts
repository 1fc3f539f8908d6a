/** A month's outlines: the timeline says the same with them and without, whatever happened to its days. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { type Finding, weightOf } from '../../../main/contract/check.ts';
import { mergeShort } from '../../../main/contract/mergeSpans.ts';
import type { GapCause, Span } from '../../../main/contract/model.ts';
import { en } from '../../../main/contract/text/en.ts';
import { packSpans, unpackSpans } from '../../../main/contract/timeline.ts';
import { checkMonth } from '../../../main/core/library/checkMonth.ts';
import { outlineOf } from '../../../main/core/library/dayOutline.ts';
import { Library } from '../../../main/core/library/library.ts';
import { monthFile, readMonthText } from '../../../main/core/library/monthDocument.ts';
import { dayMs, dayOf, finishedName, indexName, type RecordingSpan } from '../../../main/core/library/recordingName.ts';
import { coverSpan, type GapNote, joinRecordings } from '../../../main/core/library/spans.ts';
import { recover } from '../../../main/core/recorder/recovery.ts';
import { identityFromSecret } from '../../../main/core/vault/keys.ts';
import { sealToFile } from '../../../main/core/vault/sealedFile.ts';
import { cameraId, makeVault, type Place } from '../recorder/footage.ts';

const hourMs = 3_600_000;
/** Midnight; the month before ends with it. */
const firstMs = Date.UTC(2026, 10, 1);
const nowMs = firstMs + 10 * dayMs;
const whole = { fromMs: firstMs - 3 * dayMs, toMs: firstMs + 4 * dayMs };
const november = monthFile(cameraId, '2026-11');

async function makePlace(t: TestContext): Promise<Place> {
  const place = await makeVault();
  t.after(() => place.remove());
  return place;
}

function open({ vault }: Place): Library {
  return new Library({ vault, now: () => nowMs });
}

async function add(place: Place, library: Library, { startMs, endMs }: RecordingSpan): Promise<void> {
  const folder = place.vault.path('recordings', cameraId, dayOf(startMs));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, finishedName({ startMs, endMs })), new Uint8Array(10));
  assert.ok((await library.add({ cameraId, startMs, endMs, sizeBytes: 10 })).ok);
}

/** Looks at everything and keeps it, as LookAround does, and as if what there is had been written a while ago. */
async function settle(place: Place): Promise<void> {
  const above = place.vault.path('recordings', cameraId);
  const then = new Date(Date.now() - hourMs);
  for (const day of existsSync(above) ? readdirSync(above) : []) {
    const { mtimeMs } = statSync(path.join(above, day));
    if (Date.now() - mtimeMs < 10_000)
      utimesSync(path.join(above, day), then, new Date(then.getTime() + Math.random() * 1e6));
  }
  const library = open(place);
  await recover(place.vault, library);
  await library.survey.keep();
  await library.close();
}

/** What the days' indexes alone say. */
async function plainSpans(place: Place, fromMs: number, toMs: number): Promise<Span[]> {
  rmSync(place.vault.path('months'), { recursive: true, force: true });
  rmSync(place.vault.path('days.json'), { force: true });
  return await open(place).spans(cameraId, fromMs, toMs);
}

/** Two days of November with a recording each, and why it was not recorded in between. */
async function twoDays(place: Place): Promise<void> {
  const library = open(place);
  await add(place, library, { startMs: firstMs + hourMs, endMs: firstMs + 2 * hourMs });
  await library.note(cameraId, { atMs: firstMs + 2 * hourMs, cause: 'lost' });
  await add(place, library, { startMs: firstMs + dayMs, endMs: firstMs + dayMs + hourMs });
  await library.note(cameraId, { atMs: firstMs + dayMs + hourMs, cause: 'paused' });
  await library.close();
  await settle(place);
}

function causes(spans: readonly Span[]): string[] {
  return spans.map((span) => (span.kind === 'gap' ? span.cause : span.kind));
}

test('a settled month is drawn from one sealed file, and no index is opened', async (t) => {
  const place = await makePlace(t);
  await twoDays(place);
  assert.ok(!readFileSync(place.vault.path('months', november)).includes('lost'));
  // In place, so that the folders keep their times of change: whoever opened these would make new ones of the folder.
  for (const day of ['2026-11-01', '2026-11-02']) {
    writeFileSync(place.vault.path('recordings', cameraId, day, indexName), 'no index');
  }
  const spans = await open(place).spans(cameraId, whole.fromMs, whole.toMs);
  assert.deepEqual(causes(spans), ['recorded', 'lost', 'recorded', 'paused']);
  // The control: with the indexes opened, those from before the notes are in use.
  const plain = await plainSpans(place, whole.fromMs, whole.toMs);
  assert.deepEqual(causes(plain), ['recorded', 'closed', 'recorded', 'closed']);
});

test('a month that is missing, damaged or not proved is made anew from the indexes', async (t) => {
  const place = await makePlace(t);
  await twoDays(place);
  const file = place.vault.path('months', november);
  const forged = JSON.stringify({
    version: 1,
    of: november,
    serial: 1,
    value: { said: '{"2026-11-01":[0,[[],[]]]}', proof: '0'.repeat(64) },
  });
  const seal = async (text: string): Promise<void> => {
    await sealToFile(file, place.vault.recipients, Buffer.from(text));
  };
  for (const spoiled of [null, readFileSync(file).subarray(0, 300), '[]', forged]) {
    if (spoiled === null) rmSync(file);
    else if (typeof spoiled === 'string') await seal(spoiled);
    else writeFileSync(file, spoiled);
    const library = open(place);
    const spans = await library.spans(cameraId, whole.fromMs, whole.toMs);
    assert.deepEqual(causes(spans), ['recorded', 'lost', 'recorded', 'paused']);
    await library.close();
    assert.ok(statSync(file).size > 300, 'written again');
  }
});

test('the check of a vault names a month that was altered or forged, as what can be put right', async (t) => {
  const place = await makePlace(t);
  await twoDays(place);
  const { vault } = place;
  assert.ok(vault.identity);
  const { identity } = vault;
  const file = path.join('months', november);
  const look = async (name = file): Promise<Finding[]> => {
    const checked = { folder: vault.folder, file: name, identity, signal: new AbortController().signal };
    const found = await checkMonth(checked);
    assert.ok(found.ok);
    return found.value;
  };
  assert.deepEqual(await look(), []);
  const bytes = readFileSync(vault.path(file));
  for (const at of [10, 100, 200, bytes.length - 1]) {
    writeFileSync(vault.path(file), bytes.with(at, (bytes[at] ?? 0) ^ 1));
    const [finding] = await look();
    assert.ok(finding && weightOf(finding) === 'repairable', `byte ${at}`);
  }
  const said = { said: '{}', proof: '0'.repeat(64) };
  await sealToFile(vault.path(file), vault.recipients, Buffer.from(JSON.stringify({ version: 1, value: said })));
  assert.deepEqual(
    (await look()).map(({ kind }) => kind),
    ['misread'],
  );
  const stranger = await look(path.join('months', 'letter.txt'));
  assert.deepEqual(
    stranger.map((finding) => weightOf(finding)),
    ['damage'],
  );
});

test('of what was deleted no month remains, and of a camera that is gone no file', async (t) => {
  const place = await makePlace(t);
  await twoDays(place);
  const library = open(place);
  await library.removal.remove(await library.rowsOf(cameraId, '2026-11-01'));
  await library.removal.removeEmptyDay(cameraId, '2026-11-01');
  await library.close();
  const names = readdirSync(place.vault.path('months'));
  assert.deepEqual(names, [november]);
  const again = open(place);
  assert.deepEqual(causes(await again.spans(cameraId, whole.fromMs, whole.toMs)), ['recorded', 'paused']);
  writeFileSync(place.vault.path('months', `${november}.0123abcd.new`), 'what a crash left');
  await again.removal.removeCamera(cameraId);
  assert.deepEqual(readdirSync(place.vault.path('months')), []);
  await again.close();
});

test('while the vault is locked no month is read or written, and what was deleted meanwhile shows afterwards', async (t) => {
  const place = await makePlace(t);
  const { vault } = place;
  await twoDays(place);
  assert.ok(vault.identity);
  const secret = vault.identity.toSecretString();
  const before = readFileSync(vault.path('months', november));
  vault.lock();
  const library = open(place);
  await library.removal.remove((await library.rowsOf(cameraId, '2026-11-01')).slice(0, 1));
  await library.note(cameraId, { atMs: firstMs + dayMs + 2 * hourMs, cause: 'refused' });
  await library.spans(cameraId, whole.fromMs, whole.toMs);
  await library.survey.keep();
  assert.deepEqual(readFileSync(vault.path('months', november)), before);
  const identity = identityFromSecret(secret);
  assert.ok(identity && vault.unlock(identity));
  await library.unlocked();
  const spans = await library.spans(cameraId, whole.fromMs, whole.toMs);
  assert.deepEqual(causes(spans), ['recorded', 'paused', 'refused']);
  await library.close();
});

type Step =
  | { step: 'add'; span: RecordingSpan }
  | { step: 'note'; note: GapNote }
  | { step: 'remove'; nth: number }
  | { step: 'settle' }
  | { step: 'ask' };

const quarterMs = hourMs / 4;
const someCause = fc.constantFrom<GapCause>('lost', 'refused', 'paused', 'asleep', 'closed');
const someMoment = fc.nat(4 * 96).map((quarters) => firstMs - 2 * dayMs + quarters * quarterMs);
const someSpan = fc
  .record({ startMs: someMoment, quarters: fc.integer({ min: 1, max: 12 }), shiftMs: fc.constantFrom(0, 100, 250) })
  .map(({ startMs, quarters, shiftMs }) => ({ startMs: startMs + shiftMs, endMs: startMs + quarters * quarterMs }));
const someStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: someSpan.map((span): Step => ({ step: 'add', span })) },
  {
    weight: 3,
    arbitrary: fc.record({ atMs: someMoment, cause: someCause }).map((note): Step => ({ step: 'note', note })),
  },
  { weight: 2, arbitrary: fc.nat(20).map((nth): Step => ({ step: 'remove', nth })) },
  { weight: 2, arbitrary: fc.constant<Step>({ step: 'settle' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ step: 'ask' }) },
);

test('whatever is added, noted, deleted and recorded twice: outlines say what the indexes say', async () => {
  const question = fc
    .tuple(someMoment, fc.integer({ min: 1, max: 4 * 96 }))
    .map(([fromMs, quarters]) => ({ fromMs, toMs: fromMs + quarters * quarterMs }));
  await fc.assert(
    fc.asyncProperty(fc.array(someStep, { maxLength: 14 }), question, async (steps, { fromMs, toMs }) => {
      const place = await makeVault();
      try {
        let library = open(place);
        for (const step of steps) {
          if (step.step === 'add') await add(place, library, step.span);
          else if (step.step === 'note') await library.note(cameraId, step.note);
          else if (step.step === 'ask') await library.spans(cameraId, fromMs, toMs);
          else if (step.step === 'remove') {
            const rows = await library.covering(cameraId, { fromMs: 0, toMs: nowMs });
            const row = rows[step.nth];
            if (row) await library.removal.remove([row]);
          } else {
            await library.close();
            await settle(place);
            library = open(place);
          }
        }
        const spans = await library.spans(cameraId, fromMs, toMs);
        await library.close();
        const afresh = open(place);
        assert.deepEqual(await afresh.spans(cameraId, fromMs, toMs), spans, 'after a restart');
        await afresh.close();
        assert.deepEqual(spans, await plainSpans(place, fromMs, toMs), 'without the outlines');
      } finally {
        place.remove();
      }
    }),
    { numRuns: 40 },
  );
});

test('joined day by day, recordings cover the time as they do one by one, also where they overlap', () => {
  const days = fc.array(someSpan, { maxLength: 12 });
  const notes = fc.array(fc.record({ atMs: someMoment, cause: someCause }), { maxLength: 6 });
  fc.assert(
    fc.property(days, notes, fc.option(someSpan), (recordings, noted, open) => {
      const inOrder = [...noted].sort((a, b) => a.atMs - b.atMs);
      const byDay = Map.groupBy(recordings, ({ startMs }) => dayOf(startMs));
      const joined = [...byDay.values()].flatMap((rows) => joinRecordings(rows));
      const now = open ? [open] : [];
      assert.deepEqual(
        coverSpan([...joined, ...now], inOrder, whole.fromMs, whole.toMs),
        coverSpan([...recordings, ...now], inOrder, whole.fromMs, whole.toMs),
      );
    }),
  );
});

test('what is read of a month is what was written, and nothing else of hostile text', () => {
  const rows = [{ startMs: firstMs, endMs: firstMs + hourMs, sizeBytes: 1 }];
  const outline = outlineOf({ rows, notes: [{ atMs: firstMs + hourMs, cause: 'lost' }] });
  const stretch = `[${firstMs},${firstMs + hourMs},${firstMs}]`;
  const read = readMonthText(`{"2026-11-01":[5,[${stretch},[${firstMs + hourMs},"lost"]]]}`, '2026-11');
  assert.deepEqual(read, new Map([['2026-11-01', { changedMs: 5, outline }]]));
  assert.equal(readMonthText('{', '2026-11'), null);
  for (const entry of [
    '"2026-12-01":[5,[[],[]]]',
    '"x":[5,[[],[]]]',
    '"2026-11-01":5',
    '"2026-11-01":[5,[[3,2,1],[]]]',
  ]) {
    assert.deepEqual(readMonthText(`{${entry}}`, '2026-11'), new Map(), entry);
  }
  fc.assert(fc.property(fc.json(), (text) => (readMonthText(text, '2026-11') ?? new Map()).size === 0));
});

test('merged spans cover the same time, lose no gap, and are few', () => {
  const some = fc.record({
    ms: fc.integer({ min: 1, max: 50 }),
    cause: fc.option(fc.constantFrom<GapCause>('lost', 'paused', 'diskFull')),
  });
  fc.assert(
    fc.property(fc.array(some, { maxLength: 60 }), fc.nat(40), (parts, leastMs) => {
      let atMs = 0;
      const spans = parts.map(({ ms, cause }): Span => {
        const within = { fromMs: atMs, toMs: (atMs += ms) };
        return cause === null ? { ...within, kind: 'recorded' } : { ...within, kind: 'gap', cause };
      });
      const merged = mergeShort(spans, leastMs);
      assert.equal(merged[0]?.fromMs ?? 0, 0);
      assert.equal(merged.at(-1)?.toMs ?? 0, atMs);
      for (const [nth, span] of merged.entries()) assert.equal(span.fromMs, merged[nth - 1]?.toMs ?? 0);
      for (const span of spans) {
        if (span.kind === 'gap') {
          const inside = merged.filter((one) => one.fromMs < span.toMs && one.toMs > span.fromMs);
          assert.ok(inside.every(({ kind }) => kind === 'gap'));
        }
        if (span.toMs - span.fromMs >= leastMs)
          assert.ok(merged.some((one) => one.fromMs === span.fromMs && one.toMs === span.toMs));
      }
      const worst = mergeShort(spans, 1e9);
      if (spans.some((span) => span.kind === 'gap' && span.cause === 'diskFull')) {
        assert.deepEqual(causes(worst), ['diskFull']);
      }
      if (leastMs > 0)
        assert.ok(merged.length <= 2 * (atMs / leastMs) + 2, `${merged.length} of ${atMs} by ${leastMs}`);
    }),
  );
  assert.deepEqual(mergeShort([], 5), []);
});

test('spans cross by number and are the same on the other side, every cause of them', () => {
  const causes = Object.keys(en.gaps.cause) as GapCause[];
  assert.ok(causes.length > 10);
  const spans = [null, ...causes].map((cause, nth): Span => {
    const within = { fromMs: nth * 10, toMs: nth * 10 + 10 };
    return cause === null ? { ...within, kind: 'recorded' } : { ...within, kind: 'gap', cause };
  });
  const cameras = [
    { cameraId, spans },
    { cameraId: '8899aabbccddeeff', spans: [] },
    { cameraId: '8899aabbccddee00', spans: spans.slice(0, 1) },
  ];
  assert.deepEqual(unpackSpans(packSpans(cameras)), cameras);
  assert.deepEqual(unpackSpans(packSpans([])), []);
});
