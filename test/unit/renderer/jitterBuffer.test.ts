/** Live sound: it stays close behind what arrives, for ever, and nothing that the network does makes it click. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JitterBuffer } from '../../../renderer/live/sound/jitterBuffer.ts';

const rate = 16_000;
const toneHz = 200;
const block = 128;
/** Steepest step of the tone from one sample to the next, and a little for fades. */
const steepest = 2 * Math.PI * (toneHz / rate) * 1.35;

interface Network {
  pieceMs: number;
  /** How much faster than the loudspeaker's clock the camera's runs. */
  drift?: number;
  /** What comes at this time comes so much later; what follows comes no sooner. */
  lateMs?: (atMs: number) => number;
}

interface Heard {
  samples: number[];
  /** What lay ahead, at each millisecond or so. */
  aheadMs: number[];
  buffer: JitterBuffer;
}

/** Lets the tone arrive as the network has it, and plays it for so long. */
function listen(seconds: number, { pieceMs, drift = 0, lateMs = () => 0 }: Network): Heard {
  const buffer = new JitterBuffer(rate);
  const piece = Math.round((pieceMs * rate) / 1000);
  const heard: Heard = { samples: [], aheadMs: [], buffer };
  const out = new Float32Array(block);
  let made = 0;
  let arrivesMs = 0;
  let beforeMs = 0;
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs += (block * 1000) / rate) {
    while (arrivesMs <= nowMs) {
      buffer.push(
        Float32Array.from({ length: piece }, (_, at) => Math.sin((2 * Math.PI * toneHz * (made + at)) / rate)),
      );
      made += piece;
      const dueMs = ((made / rate) * 1000) / (1 + drift);
      beforeMs = Math.max(beforeMs, dueMs + lateMs(dueMs));
      arrivesMs = beforeMs;
    }
    buffer.pull(out);
    heard.samples.push(...out);
    heard.aheadMs.push(buffer.aheadMs);
  }
  return heard;
}

function greatestStep(samples: readonly number[]): number {
  return samples.reduce((most, sample, at) => Math.max(most, Math.abs(sample - (samples[at - 1] ?? 0))), 0);
}

function loudness(samples: readonly number[]): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

/** Seeded, so that every run hears the same network. */
function uneven(mostMs: number): (atMs: number) => number {
  return (atMs) => {
    const noise = Math.sin(atMs * 12.9898) * 43_758.5453;
    return (noise - Math.floor(noise)) * mostMs;
  };
}

test('sound that arrives evenly is played whole, and no more than 0.14 s behind', () => {
  for (const pieceMs of [20, 32, 64]) {
    const { samples, aheadMs, buffer } = listen(10, { pieceMs });
    assert.equal(buffer.dries + buffer.skips, 0);
    assert.ok(Math.abs(buffer.waitMs - Math.min(...aheadMs.slice(-125))) < 10, 'it says how long a piece waits');
    const settled = aheadMs.slice(aheadMs.length / 2);
    assert.ok(Math.max(...settled) <= 140, `${Math.max(...settled)} ms ahead with pieces of ${pieceMs} ms`);
    assert.ok(Math.abs(loudness(samples.slice(rate)) - Math.SQRT1_2) < 0.02);
    assert.ok(greatestStep(samples) <= steepest);
  }
});

test('a camera whose clock runs faster or slower is followed, and never falls behind', () => {
  for (const drift of [0.005, -0.005]) {
    const { samples, aheadMs, buffer } = listen(120, { pieceMs: 64, drift });
    const late = aheadMs.slice(aheadMs.length / 2);
    assert.ok(Math.max(...late) <= 150, `${Math.max(...late)} ms ahead at ${drift}`);
    assert.ok(buffer.dries + buffer.skips <= 1, `${buffer.dries} dry, ${buffer.skips} left out at ${drift}`);
    assert.ok(greatestStep(samples) <= steepest);
  }
});

test('an uneven network is evened out', () => {
  const { samples, aheadMs, buffer } = listen(60, { pieceMs: 20, lateMs: uneven(60) });
  assert.ok(buffer.dries <= 3, `${buffer.dries} times dry`);
  assert.ok(Math.max(...aheadMs.slice(aheadMs.length / 2)) <= 200);
  assert.ok(greatestStep(samples) <= steepest);
});

test('after a stall it is silent without a click, and close again when all comes at once', () => {
  const stall = { pieceMs: 32, lateMs: (atMs: number) => (atMs > 3000 && atMs < 5000 ? 5000 - atMs : 0) };
  const { samples, aheadMs, buffer } = listen(8, stall);
  assert.equal(buffer.dries, 1);
  assert.ok(loudness(samples.slice(3.5 * rate, 4.5 * rate)) < 0.001);
  assert.ok(Math.abs(loudness(samples.slice(6 * rate)) - Math.SQRT1_2) < 0.02);
  assert.ok(Math.max(...aheadMs.slice(-1)) < 150);
  assert.ok(greatestStep(samples) <= steepest);
});

test('what a stream begins with at once does not keep it behind', () => {
  const { aheadMs, samples } = listen(3, { pieceMs: 20, lateMs: (atMs) => (atMs < 1500 ? 1500 - atMs : 0) });
  assert.ok(Math.max(...aheadMs.slice(-1)) < 150);
  assert.ok(greatestStep(samples) <= steepest);
});

test('a jump of the tone would be noticed', () => {
  const tone = Array.from({ length: rate }, (_, at) => Math.sin((2 * Math.PI * toneHz * at) / rate));
  assert.ok(greatestStep([...tone.slice(0, 500), ...tone.slice(540)]) > steepest);
});

test('pieces longer than all that is held do no harm', () => {
  const buffer = new JitterBuffer(rate);
  buffer.push(new Float32Array(10 * rate).fill(0.5));
  const out = new Float32Array(rate / 10);
  buffer.pull(out);
  assert.ok(out.every((sample) => Number.isFinite(sample) && Math.abs(sample) <= 0.51));
});
