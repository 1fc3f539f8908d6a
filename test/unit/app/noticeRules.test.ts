/** Which notice is due: each cause once, cameras together, nothing after a sleep, one word for a network that is gone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  lookAt,
  type Notice,
  nothingYet,
  type Remembered,
  type Situation,
  type Trouble,
} from '../../../main/app/notices/rules.ts';
import type { NoticeCause } from '../../../main/contract/notices.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** Looks every five seconds, as the program does; `wrong` may change between two looks. */
class Watch {
  wrong: Trouble[] = [];
  situation: Omit<Situation, 'atMs' | 'troubles'> = {
    slept: false,
    online: true,
    answering: 3,
    lostAfterMs: 2 * minuteMs,
  };
  atMs = 1_000_000;
  #remembered: Remembered = nothingYet;

  /** What is told until then. */
  pass(ms: number): string[] {
    const told: string[] = [];
    for (const endMs = this.atMs + ms; this.atMs < endMs; this.atMs += 5 * secondMs) told.push(...this.look().map(say));
    return told;
  }

  look(): Notice[] {
    const { remembered, notices } = lookAt(this.#remembered, {
      ...this.situation,
      atMs: this.atMs,
      troubles: this.wrong,
    });
    this.#remembered = remembered;
    this.situation.slept = false;
    return notices;
  }
}

function say({ cause, cameraIds }: Notice): string {
  return [cause, ...cameraIds].join(' ');
}

function of(cause: NoticeCause, ...cameraIds: string[]): Trouble[] {
  return cameraIds.map((cameraId) => ({ cause, cameraId }));
}

test('a camera is told when it was lost for as long as the user says, and once', () => {
  const watch = new Watch();
  watch.wrong = of('lost', 'a');
  assert.deepEqual(watch.pass(2 * minuteMs - secondMs), []);
  assert.deepEqual(watch.pass(10 * secondMs), ['lost a']);
  assert.deepEqual(watch.pass(600 * minuteMs), []);
  watch.situation.lostAfterMs = minuteMs;
  watch.wrong = [];
  assert.deepEqual(watch.pass(6 * minuteMs), []);
  watch.wrong = of('lost', 'a');
  assert.deepEqual(
    watch.pass(minuteMs + 5 * secondMs),
    ['lost a'],
    'it was well in between, and the user waits less now',
  );
});

test('cameras that are lost together, or nearly, are one notice', () => {
  const watch = new Watch();
  watch.wrong = of('lost', 'a', 'b');
  watch.pass(20 * secondMs);
  watch.wrong = of('lost', 'a', 'b', 'c');
  assert.deepEqual(watch.pass(5 * minuteMs), ['lost a b c']);
  watch.wrong = of('lost', 'a', 'b', 'c', 'd');
  assert.deepEqual(watch.pass(5 * minuteMs), ['lost d']);
});

test('each cause is told by itself, soon where it will not go by itself', () => {
  const watch = new Watch();
  watch.wrong = [
    ...of('refused', 'a'),
    ...of('stoppedFull', 'b'),
    ...of('lost', 'c'),
    { cause: 'systemDisk', cameraId: null },
  ];
  assert.deepEqual(watch.pass(30 * secondMs).sort(), ['refused a', 'stoppedFull b']);
  assert.deepEqual(watch.pass(5 * minuteMs).sort(), ['lost c', 'systemDisk']);
  watch.wrong = of('refused', 'c');
  assert.deepEqual(watch.pass(minuteMs), ['refused c'], 'it answers again, and lets nobody in');
});

test('a camera that comes and goes is told once', () => {
  const watch = new Watch();
  const told: string[] = [];
  for (let times = 0; times < 40; times++) {
    watch.wrong = of('lost', 'a');
    told.push(...watch.pass(50 * secondMs));
    watch.wrong = [];
    told.push(...watch.pass(30 * secondMs));
  }
  assert.deepEqual(told, ['lost a']);
});

test('short losses with good time between are never told', () => {
  const watch = new Watch();
  for (let times = 0; times < 40; times++) {
    watch.wrong = of('lost', 'a');
    assert.deepEqual(watch.pass(100 * secondMs), []);
    watch.wrong = [];
    assert.deepEqual(watch.pass(90 * secondMs), []);
  }
});

test('what the computer slept through is not told; what is wrong afterwards is, as if it had begun then', () => {
  for (const isSaid of [true, false]) {
    const watch = new Watch();
    watch.wrong = of('lost', 'a', 'b', 'c');
    assert.deepEqual(watch.pass(minuteMs), []);
    watch.atMs += isSaid ? secondMs : 8 * 60 * minuteMs;
    watch.situation.slept = isSaid;
    assert.deepEqual(watch.pass(2 * minuteMs - secondMs), []);
    assert.deepEqual(watch.pass(10 * secondMs), ['lost a b c']);
    watch.atMs += 8 * 60 * minuteMs;
    assert.deepEqual(watch.pass(10 * minuteMs), [], 'what was told before the sleep is not told after it');
  }
});

test('a network that is gone is one notice, and no camera is told as lost', () => {
  const watch = new Watch();
  watch.situation = { ...watch.situation, online: false, answering: 0 };
  watch.wrong = of('lost', 'a', 'b', 'c', 'd', 'e', 'f', 'g');
  assert.deepEqual(watch.pass(20 * minuteMs), ['network']);
  watch.situation = { ...watch.situation, online: true };
  assert.deepEqual(watch.pass(2 * minuteMs - secondMs), [], 'the cameras get their time to come back');
  watch.wrong = of('lost', 'b');
  watch.situation = { ...watch.situation, answering: 6 };
  assert.deepEqual(watch.pass(3 * minuteMs), ['lost b']);
});

test('cameras that answer without a network are no sign of one that is gone', () => {
  const watch = new Watch();
  watch.situation = { ...watch.situation, online: false, answering: 1 };
  watch.wrong = of('lost', 'a');
  assert.deepEqual(watch.pass(3 * minuteMs), ['lost a']);
});

test('whatever happens, nothing is told twice without having been well for a while in between', () => {
  const causes = ['lost', 'refused', 'clock', 'stoppedFull'] as const;
  const trouble = fc.record({ cause: fc.constantFrom(...causes), cameraId: fc.constantFrom('a', 'b') });
  const step = fc.record({
    wrong: fc.uniqueArray(trouble, { selector: ({ cause, cameraId }) => `${cause} ${cameraId}`, maxLength: 4 }),
    looks: fc.integer({ min: 1, max: 80 }),
    slept: fc.boolean(),
    sleepMs: fc.constantFrom(0, 0, 0, 3_600_000),
    online: fc.boolean(),
    answering: fc.nat(2),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const watch = new Watch();
      const toldAt = new Map<string, number>();
      const wellSince = new Map<string, number>();
      for (const { wrong, looks, slept, sleepMs, online, answering } of steps) {
        watch.wrong = wrong;
        watch.atMs += sleepMs;
        watch.situation = { ...watch.situation, slept, online, answering };
        for (let nth = 0; nth < looks; nth++, watch.atMs += 5 * secondMs) {
          const present = new Set(wrong.map(({ cause, cameraId }) => `${cause} ${cameraId}`));
          for (const key of toldAt.keys()) {
            if (!present.has(key) && !wellSince.has(key)) wellSince.set(key, watch.atMs);
          }
          for (const { cause, cameraIds } of watch.look()) {
            for (const cameraId of cameraIds) {
              const key = `${cause} ${cameraId}`;
              assert.ok(present.has(key), `${key} is wrong while it is told`);
              const wellMs = watch.atMs - (wellSince.get(key) ?? watch.atMs);
              assert.ok(!toldAt.has(key) || wellMs >= 5 * minuteMs, `${key} was told again`);
              toldAt.set(key, watch.atMs);
              wellSince.delete(key);
            }
            assert.equal(new Set(cameraIds).size, cameraIds.length);
          }
          for (const key of present) {
            // It came back within the time: the same trouble goes on.
            const sinceMs = wellSince.get(key);
            if (sinceMs !== undefined && watch.atMs - sinceMs < 5 * minuteMs) wellSince.delete(key);
          }
        }
      }
    }),
  );
});
