/** What ends a connection that was made, by what comes of it and when: the stream's other end is in the test's hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection, type ConnectionEnd } from '../../../main/core/video/connection.ts';
import type { IntakeListener, MediaIntake } from '../../../main/core/video/intake.ts';
import type { IntakeEnd } from '../../../main/core/video/intakeEnd.ts';
import { HandClock } from './handClock.ts';

interface Hand {
  connection: Connection;
  /** So many pictures, 40 ms apart; a check every second. */
  pictures: (count: number) => void;
  fragment: () => void;
  /** Nothing comes. */
  wait: (ms: number) => void;
  end: () => Promise<ConnectionEnd | null>;
}

function make(): Hand {
  const clock = new HandClock();
  const { promise, resolve } = Promise.withResolvers<IntakeEnd>();
  const told: IntakeListener[] = [];
  const intake: MediaIntake = {
    bytes: 0,
    ended: promise,
    close: () => {
      resolve({ cause: 'closed', text: '' });
      return Promise.resolve();
    },
  };
  const ignore = (): void => undefined;
  const connection = new Connection(
    (on) => {
      told.push(on);
      return intake;
    },
    true,
    clock,
    {
      ...{ answered: ignore, video: ignore, audio: ignore, frame: ignore },
      ...{ init: ignore, fragment: ignore, cameraClock: ignore },
    },
  );
  const [on] = told;
  assert.ok(on);
  on.answered();
  let passedMs = 0;
  const pass = (ms: number): void => {
    clock.pass(ms);
    passedMs += ms;
    if (passedMs % 1000 < ms) connection.check();
  };
  const bytes = new Uint8Array(8);
  return {
    connection,
    pictures: (count) => {
      for (let nth = 0; nth < count; nth++) {
        on.frame({ track: 'video', keyframe: nth === 0, timeMs: passedMs, data: bytes });
        pass(40);
      }
    },
    fragment: () =>
      on.fragment({ bytes, startSeconds: 0, durationSeconds: 0.5, pictureStartSeconds: 0, keyframe: true }, false),
    wait: (ms) => {
      for (let leftMs = ms; leftMs > 0; leftMs -= 40) pass(40);
    },
    end: async () => await Promise.race([connection.ended, new Promise<null>((done) => setImmediate(done, null))]),
  };
}

test('a camera that falls silent has stalled, however many of its last pictures are in no fragment yet', async () => {
  for (let unrecorded = 0; unrecorded <= 13; unrecorded++) {
    for (let recorded = 13; recorded < 38; recorded += 3) {
      const hand = make();
      hand.pictures(recorded);
      hand.fragment();
      hand.pictures(unrecorded);
      hand.wait(4500);
      assert.equal(await hand.end(), null);
      hand.wait(2000);
      assert.equal((await hand.end())?.cause, 'stalled', `${recorded} and ${unrecorded} pictures`);
    }
  }
});

test('pictures that come on and on without a fragment are held up by something', async () => {
  const hand = make();
  hand.pictures(13);
  hand.fragment();
  hand.pictures(120);
  assert.equal(await hand.end(), null);
  hand.pictures(50);
  assert.equal((await hand.end())?.cause, 'failed');
});
