/** A camera's clock beside this computer's, which is set or sleeps while a subscription lasts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, ClockOffset } from '../../../main/core/cameras/eventClock.ts';

const hourMs = 3_600_000;

class Hand {
  wallMs = Date.UTC(2026, 10, 20);
  steadyMs = 0;
  uptimeMs = 0;
  measured: number | null = 300;
  readonly offset = new ClockOffset(() => this.measured, {
    wallMs: () => this.wallMs,
    moment: () => ({ steadyMs: this.steadyMs, uptimeMs: this.uptimeMs }),
  });

  run(ms: number, asleep = false): void {
    this.wallMs += ms;
    this.uptimeMs += ms;
    if (!asleep) this.steadyMs += ms;
  }
}

test('a camera is as far off as it was measured, however long that is ago, asleep or not', () => {
  const hand = new Hand();
  hand.run(hourMs);
  assert.equal(hand.offset.nowMs(), 300);
  hand.run(8 * hourMs, true);
  assert.equal(hand.offset.nowMs(), 300);
});

test('after this computer’s clock was set a camera is off by so much less, or more', () => {
  const hand = new Hand();
  hand.run(10_000);
  hand.wallMs += 2 * hourMs;
  assert.equal(hand.offset.nowMs(), 300 - 2 * hourMs);
  hand.wallMs -= 5 * hourMs;
  hand.run(10_000);
  assert.equal(hand.offset.nowMs(), 300 + 3 * hourMs);
});

test('measured again it counts from then on, and what is not known stays so', () => {
  const hand = new Hand();
  hand.wallMs += 2 * hourMs;
  hand.measured = 300 - 2 * hourMs;
  assert.equal(hand.offset.nowMs(), 300 - 2 * hourMs);
  hand.measured = null;
  hand.wallMs += hourMs;
  assert.equal(hand.offset.nowMs(), null);
});

test('an uptime of whole seconds makes no sleep', () => {
  assert.equal(between({ steadyMs: 0, uptimeMs: 0 }, { steadyMs: 1200, uptimeMs: 2000 }), 1200);
  assert.equal(between({ steadyMs: 0, uptimeMs: 0 }, { steadyMs: 1200, uptimeMs: 60_000 }), 60_000);
});
