/**
 * The barrier of the deck: several cameras are shown together or not at all. Real reels over real ports; what a browser
 * has and Node has not (its decoder), and what answers for the main process, stand in at the edges, and do what the test
 * says when it says so.
 */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { encodeSamples, type PlaybackAsk, type PlaybackNotice } from '../../../../main/contract/playback.ts';
import { Deck } from '../../../../renderer/live/replay/deck.ts';
import { Reel } from '../../../../renderer/live/replay/reel.ts';
import type { FromReplay, ReelNow } from '../../../../renderer/live/replay/replayMessages.ts';
import { until } from '../../recorder/footage.ts';

const beganMs = 1_795_089_600_000;
const groupMs = 2000;
const frameMs = 40;

/** A decoded picture, as far as the reel knows one. */
class Frame {
  /** Those that nobody has closed, a picture and its clones among them. */
  static readonly open = new Set<Frame>();
  readonly codedWidth = 64;
  readonly codedHeight = 36;
  readonly displayWidth = 64;
  readonly displayHeight = 36;
  readonly timestamp: number;

  constructor(timestamp: number) {
    this.timestamp = timestamp;
    Frame.open.add(this);
  }

  /** Times of those that are in memory, UTC ms. */
  static get timesMs(): number[] {
    return [...Frame.open].map(({ timestamp }) => timestamp / 1000);
  }

  clone(): Frame {
    return new Frame(this.timestamp);
  }

  close(): void {
    Frame.open.delete(this);
  }
}

/** Gives a picture for each packet, but for codecs that are held: those when they are let go. */
class Decoder extends EventTarget {
  static readonly held = new Set<string>();
  static readonly all = new Set<Decoder>();
  /** Pictures that came out, by codec. */
  static readonly given = new Map<string, number>();
  state = 'unconfigured';
  decodeQueueSize = 0;
  readonly #output: (frame: Frame) => void;
  #codec = '';
  #waiting: number[] = [];

  static isConfigSupported(): Promise<{ supported: boolean }> {
    return Promise.resolve({ supported: true });
  }

  static letGo(codec: string): void {
    Decoder.held.delete(codec);
    for (const decoder of Decoder.all) decoder.#give();
  }

  constructor({ output }: { output: (frame: Frame) => void }) {
    super();
    this.#output = output;
    Decoder.all.add(this);
  }

  configure({ codec }: { codec: string }): void {
    this.#codec = codec;
    this.state = 'configured';
  }

  decode({ timestamp }: { timestamp: number }): void {
    this.#waiting.push(timestamp);
    queueMicrotask(() => this.#give());
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.state = 'closed';
    Decoder.all.delete(this);
  }

  #give(): void {
    if (Decoder.held.has(this.#codec) || this.state !== 'configured') return;
    for (const timestamp of this.#waiting.splice(0)) {
      Decoder.given.set(this.#codec, (Decoder.given.get(this.#codec) ?? 0) + 1);
      this.#output(new Frame(timestamp));
    }
  }
}

class Chunk {
  readonly timestamp: number;

  constructor({ timestamp }: { timestamp: number }) {
    this.timestamp = timestamp;
  }
}

Object.assign(globalThis, { VideoDecoder: Decoder, EncodedVideoChunk: Chunk });

/** A camera's recordings as the main process answers for them: groups of two seconds, and perhaps a gap. */
class Recorded {
  readonly reel: Reel;
  readonly codec: string;
  readonly #port: MessagePort;
  /** An answer was sent, and has not arrived. */
  sent: () => void = () => undefined;
  #deleted = { fromMs: 0, toMs: 0 };

  constructor(tile: number, deck: () => Deck, plan: { answers?: boolean; gap?: number[] }) {
    const { answers = true } = plan;
    this.codec = `avc1.64000${tile}`;
    const { port1, port2 } = new MessageChannel();
    this.#port = port2;
    const tell = (notice: PlaybackNotice): void => port2.postMessage(notice);
    const video = { codec: this.codec, widthPixels: 64, heightPixels: 36, description: new Uint8Array() };
    tell({ is: 'format', format: 1, value: { codecs: this.codec, video, audio: null } });
    port2.addEventListener('message', ({ data }: MessageEvent<{ is: string }>) => {
      if (data.is !== 'ask' || !answers) return;
      const { ticket, atMs } = data as PlaybackAsk; // by the contract
      const [gapFromMs = 0, gapToMs = 0] = (plan.gap ?? [0, 0]).map((second) => beganMs + second * 1000);
      if (atMs >= gapFromMs && atMs < gapToMs) {
        const toMs = Number.isFinite(gapToMs) ? gapToMs : null;
        tell({ is: 'gap', ticket, fromMs: gapFromMs, toMs, cause: 'lost' });
        return;
      }
      const { fromMs, toMs } = this.#deleted;
      if (atMs >= fromMs && atMs < toMs) {
        tell({ is: 'gap', ticket, fromMs, toMs, cause: 'deleted' });
        return;
      }
      const startMs = beganMs + Math.floor((atMs - beganMs) / groupMs) * groupMs;
      tell({ is: 'group', ticket, format: 1, startMs, endMs: startMs + groupMs, open: false, messages: 1 });
      const samples = Array.from({ length: groupMs / frameMs }, (_, nth) => ({
        ...({ track: 'video', keyframe: nth === 0, durationMs: frameMs } as const),
        ...{ timeMs: startMs + nth * frameMs, data: new Uint8Array(8) },
      }));
      port2.postMessage(encodeSamples(ticket, samples));
      this.sent();
    });
    port2.start();
    this.reel = new Reel(tile, 'processor', { progress: () => deck().tickSoon(), ended: () => undefined });
    this.reel.open(port1);
  }

  /** From now on nothing is recorded there. */
  delete(span: { fromMs: number; toMs: number }): void {
    this.#deleted = span;
  }

  /** More was recorded than what was taken for all. */
  grow(): void {
    this.#port.postMessage({ is: 'grew' } satisfies PlaybackNotice);
  }

  close(): void {
    this.#port.close();
  }
}

interface Bench {
  deck: Deck;
  cameras: Recorded[];
  /** Each set that was shown: the moment, and the picture of every camera then. */
  shown: { atMs: number; pictures: (number | null)[] }[];
  states: () => ReelNow['state'][];
}

function bench(t: TestContext, plans: { answers?: boolean; gap?: number[] }[]): Bench {
  const shown: Bench['shown'] = [];
  let now: ReelNow[] = [];
  const deck: Deck = new Deck(beganMs, {
    tell(message: FromReplay) {
      if (message.is === 'now') now = message.reels;
    },
    shown: () => {
      const pictures = deck.reels.map((reel) => reel.frameMs);
      if (pictures.some((picture) => picture !== null)) shown.push({ atMs: deck.atMs, pictures });
    },
  });
  const cameras = plans.map((plan, nth) => new Recorded(nth + 1, () => deck, plan));
  t.after(() => {
    deck.close();
    for (const camera of cameras) camera.close();
    Decoder.held.clear();
  });
  return { deck, cameras, shown, states: () => now.map(({ state }) => state) };
}

const reelsOf = ({ cameras }: Bench): Reel[] => cameras.map(({ reel }) => reel);

test('several cameras are shown at once, of one moment, and only when the last has its picture', async (t) => {
  const made = bench(t, [{}, {}, {}]);
  const { deck, cameras, shown } = made;
  const [first, , last] = cameras;
  assert.ok(first && last);
  Decoder.held.add(last.codec);
  Decoder.given.clear();
  deck.arrange(reelsOf(made), first.reel);
  deck.go(beganMs + 1000);
  await until(
    'the others have theirs',
    () => Decoder.given.size === 2 && [...Decoder.given.values()].every((n) => n > 25),
  );
  await new Promise(setImmediate);
  assert.equal(shown.length, 0, 'nothing of the others is shown');
  Decoder.letGo(last.codec);
  await until('all are shown', () => shown.length > 0);
  assert.deepEqual(shown[0], { atMs: beganMs + 1000, pictures: [1000, 1000, 1000].map((ms) => beganMs + ms) });
});

test('without the one that is held up the others are shown: it was what they waited for', async (t) => {
  const made = bench(t, [{}, {}, {}]);
  const { deck, cameras, shown } = made;
  const held = cameras[2]?.codec ?? '';
  Decoder.held.add(held);
  deck.arrange(reelsOf(made).slice(0, 2), null);
  deck.go(beganMs + 1000);
  await until('they are shown', () => shown.length > 0);
  assert.deepEqual(shown[0]?.pictures, [beganMs + 1000, beganMs + 1000]);
});

test('a camera in a gap holds up nobody, and says why it shows nothing', async (t) => {
  const made = bench(t, [{}, { gap: [0, 10] }]);
  const { deck, shown, states } = made;
  deck.arrange(reelsOf(made), null);
  deck.go(beganMs + 3000);
  await until('the other is shown', () => shown.length > 0);
  assert.deepEqual(shown[0], { atMs: beganMs + 3000, pictures: [beganMs + 3000, null] });
  const [shows, missing] = states();
  assert.equal(shows?.is, 'shown');
  assert.ok(missing?.is === 'gap' && missing.cause === 'lost');
});

test('in a gap that still goes on the playhead stands where it was put, playing or not, until something follows', async (t) => {
  let nowMs = 10_000;
  t.mock.method(performance, 'now', () => nowMs);
  const plan = { gap: [10, Infinity] };
  const made = bench(t, [plan, plan]);
  const { deck, cameras, shown, states } = made;
  deck.arrange(reelsOf(made), null);
  deck.go(beganMs + 60_000);
  await until('the gap is said', () => states().length > 0 && states().every(({ is }) => is === 'gap'));
  assert.equal(deck.atMs, beganMs + 60_000);
  assert.deepEqual(states()[0], { is: 'gap', fromMs: beganMs + 10_000, toMs: Infinity, cause: 'lost' });
  deck.play(true);
  await until('it waits there', () => !deck.isRunning);
  // However fast, and for however long: it does not run away into what is still to come.
  nowMs += 90_000;
  deck.setRate(16);
  await until('it waits again', () => !deck.isRunning);
  assert.equal(deck.atMs, beganMs + 60_000);
  assert.equal(shown.length, 0);
  plan.gap[1] = 80;
  for (const camera of cameras) camera.grow();
  await until('what follows is shown', () => shown.length > 0);
  assert.deepEqual(shown[0]?.pictures, [beganMs + 80_000, beganMs + 80_000]);
});

test('playing ends at the end of what is recorded, however far the clock ran on meanwhile', async (t) => {
  let nowMs = 10_000;
  t.mock.method(performance, 'now', () => nowMs);
  const made = bench(t, [{ gap: [10, Infinity] }]);
  const { deck, shown, states } = made;
  deck.arrange(reelsOf(made), null);
  deck.go(beganMs + 9000);
  await until('it is shown', () => shown.length > 0);
  deck.setRate(16);
  deck.play(true);
  nowMs += 3000;
  await until('it is at the end', () => states()[0]?.is === 'edge');
  assert.ok(deck.atMs < beganMs + 10_000);
});

test('a camera that brings nothing for too long is left out of the moment', async (t) => {
  let nowMs = 10_000;
  t.mock.method(performance, 'now', () => nowMs);
  const made = bench(t, [{}, { answers: false }]);
  const { deck, shown, states } = made;
  Decoder.given.clear();
  deck.arrange(reelsOf(made), null);
  deck.go(beganMs + 1000);
  await until('the other has its picture', () => (Decoder.given.get(made.cameras[0]?.codec ?? '') ?? 0) > 25);
  await new Promise(setImmediate);
  assert.equal(shown.length, 0, 'it is waited for');
  nowMs += 3000;
  await until('the other is shown', () => shown.length > 0);
  assert.deepEqual(shown[0]?.pictures, [beganMs + 1000, null]);
  assert.equal(states()[1]?.is, 'seeking');
});

test('playing on, every set that is shown is of one moment', async (t) => {
  const made = bench(t, [{}, {}, {}]);
  const { deck, shown } = made;
  deck.arrange(reelsOf(made), null);
  deck.play(true);
  await until('ten sets are shown', () => shown.length >= 10);
  deck.play(false);
  for (const { atMs, pictures } of shown) {
    assert.equal(new Set(pictures).size, 1, `${atMs - beganMs}: ${pictures.map((one) => (one ?? 0) - beganMs).join()}`);
  }
});

test('of what is deleted no picture stays in memory or on screen, and what else there is stays', async (t) => {
  const made = bench(t, [{}]);
  const { deck, cameras, shown, states } = made;
  const [camera] = cameras;
  assert.ok(camera);
  const { reel } = camera;
  deck.arrange([reel], reel);
  for (const second of [1, 3, 5]) {
    deck.go(beganMs + second * 1000);
    await until(`${second} s is shown`, () => shown.at(-1)?.atMs === beganMs + second * 1000);
  }
  deck.go(beganMs + 3000);
  await until('3 s is shown', () => reel.frameMs === beganMs + 3000);
  const span = { fromMs: beganMs + 2000, toMs: beganMs + 4000 };
  const [before, inside, behind] = [-1, 1, 3].map((second) => span.fromMs + second * 1000);
  const isInside = (timeMs: number): boolean => timeMs >= span.fromMs && timeMs < span.toMs;
  for (const timeMs of [before, inside, behind]) assert.ok(Frame.timesMs.includes(timeMs ?? 0), 'all are in memory');
  camera.delete(span);
  deck.removed(reel, span);
  assert.equal(reel.frame, null, 'off the screen at once');
  assert.deepEqual(Frame.timesMs.filter(isInside), []);
  assert.deepEqual(reel.picturesIn(span.fromMs, span.toMs), []);
  for (const timeMs of [before, behind]) assert.ok(Frame.timesMs.includes(timeMs ?? 0), 'the others stay');
  await until('the gap is told', () => states()[0]?.is === 'gap');
  assert.deepEqual(states(), [{ is: 'gap', ...span, cause: 'deleted' }]);
  assert.deepEqual(Frame.timesMs.filter(isInside), []);
});

test('what was on its way when it was deleted is asked for again', async (t) => {
  const made = bench(t, [{}]);
  const { deck, cameras, states } = made;
  const [camera] = cameras;
  assert.ok(camera);
  const span = { fromMs: beganMs + 2000, toMs: beganMs + 4000 };
  deck.arrange([camera.reel], camera.reel);
  deck.go(beganMs + 3000);
  camera.sent = () => {
    camera.sent = () => undefined;
    camera.delete(span);
    deck.removed(camera.reel, span);
  };
  await until('the gap is told', () => states()[0]?.is === 'gap');
  assert.deepEqual(camera.reel.picturesIn(span.fromMs, span.toMs), []);
  assert.deepEqual(
    Frame.timesMs.filter((timeMs) => timeMs >= span.fromMs && timeMs < span.toMs),
    [],
  );
});
