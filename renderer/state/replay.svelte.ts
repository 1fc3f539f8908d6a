/**
 * Playing recordings of up to nine cameras by one clock: what is shown of each, the speed, whether it runs, in step or the
 * focused one alone, the loop, the sound. Lives as long as the page; while the archive is on screen the worker plays.
 * Which cameras, and where the playhead stands in the day, is the archive's business.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { CameraId, GapCause } from '../../main/contract/model.ts';
import { on } from '../home.ts';
import { openReplayLine, type ReplayLine } from '../live/pictures.ts';
import { RecordedPicture } from '../live/replay/recordedPicture.svelte.ts';
import type { LoopSpan } from '../live/replay/replayClock.ts';
import type { FromReplay } from '../live/replay/replayMessages.ts';
import { ReplaySound, type ReplaySoundState } from '../live/replay/replaySound.ts';
import { announcer } from './announcer.svelte.ts';
import { known } from './known.svelte.ts';
import { text } from './text.ts';

/** As drawn; eighths too. Below 0 backwards. */
export const speeds = [-8, -1, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32] as const;
export type Speed = (typeof speeds)[number];
export const mostReplayed = 9;
const passedForMs = 6000;

/** What playing passed over. */
export interface Passed {
  fromMs: number;
  toMs: number;
  cause: GapCause | 'vaultDamaged' | 'gone' | 'undecodable';
}

class Replay {
  readonly pictures = new SvelteMap<CameraId, RecordedPicture>();
  playing = $state(false);
  speed = $state<Speed>(1);
  inStep = $state(true);
  loops = $state(false);
  muted = $state(false);
  sound = $state.raw<ReplaySoundState>({ is: 'off' });
  /** Why nothing is heard of the focused camera while its sound is wanted, in words. */
  readonly unheard = $derived(sayUnheard(this.sound));
  /** What playing passed over last, while that is said. */
  passed = $state.raw<Passed | null>(null);
  /** When the focused camera's frames begin to be shown, in the span that was asked for. */
  frames = $state.raw<readonly number[]>([]);
  #framesOf: LoopSpan | null = null;
  #line: ReplayLine | null = null;
  #sound: ReplaySound | null = null;
  #atMs = 0;
  /** How many moments were gone to. */
  #gone = 0;
  #span: LoopSpan | null = null;
  #forget: ReturnType<typeof setTimeout> | undefined;
  #moved: (timeMs: number) => void = () => undefined;

  /** The archive is on screen, until the function returned is called. `moved`: the playhead is there now. */
  open(atMs: number, moved: (timeMs: number) => void): () => void {
    const line = openReplayLine((message) => this.#receive(message));
    this.#line = line;
    this.#moved = moved;
    this.#atMs = atMs;
    this.#sound = new ReplaySound(
      known.settings.soundVolume ** 2,
      (message, transfer) => line.tell(message, transfer),
      (state) => this.#takeSound(state),
    );
    line.tell({ is: 'rate', rate: this.speed });
    line.tell({ is: 'inStep', inStep: this.inStep });
    line.tell({ is: 'play', playing: this.playing });
    line.tell({ is: 'frames', span: this.#framesOf });
    this.#tellGo(atMs);
    this.#turnSound();
    const stopListening = on('recordings.removed', ({ cameraId, fromMs, toMs }) => {
      const tile = this.pictures.get(cameraId)?.tile;
      if (tile !== undefined) line.tell({ is: 'removed', tile, span: { fromMs, toMs } });
    });
    return () => {
      stopListening();
      this.#sound?.close();
      this.#sound = null;
      this.show([], null);
      line.tell({ is: 'play', playing: false });
      line.close();
      this.#line = null;
      this.dismissPassed();
    };
  }

  /** These cameras, in this order; the focused one is heard, and stepped by. */
  show(cameraIds: readonly CameraId[], focused: CameraId | null): void {
    const line = this.#line;
    if (line === null) return;
    for (const [cameraId, picture] of this.pictures) {
      if (cameraIds.includes(cameraId)) continue;
      picture.close();
      this.pictures.delete(cameraId);
    }
    const added = cameraIds.filter((cameraId) => !this.pictures.has(cameraId));
    for (const cameraId of added) this.pictures.set(cameraId, new RecordedPicture(cameraId, line));
    const tiles = cameraIds.map((cameraId) => this.pictures.get(cameraId)?.tile).filter((tile) => tile !== undefined);
    line.tell({ is: 'reels', tiles, focused: focused === null ? null : (this.pictures.get(focused)?.tile ?? null) });
    for (const cameraId of added) this.pictures.get(cameraId)?.connect();
  }

  go(atMs: number): void {
    this.#atMs = atMs;
    this.dismissPassed();
    this.#tellGo(atMs);
  }

  /** So many pictures of the focused camera on, or back. Playing ends. */
  step(by: number): void {
    this.playing = false;
    this.#turnSound();
    this.#line?.tell({ is: 'step', by });
  }

  play(playing: boolean): void {
    this.playing = playing;
    this.#line?.tell({ is: 'play', playing });
    this.#turnSound();
  }

  setSpeed(speed: Speed): void {
    this.speed = speed;
    this.#line?.tell({ is: 'rate', rate: speed });
  }

  /** On; and with each further call faster. */
  faster(): void {
    if (!this.playing || this.speed < 0) {
      if (this.speed < 0) this.setSpeed(1);
      this.play(true);
    } else this.setSpeed(speeds[Math.min(speeds.length - 1, speeds.indexOf(this.speed) + 1)] ?? 1);
  }

  /** Backwards; and with each further call faster. */
  back(): void {
    this.setSpeed(this.playing && this.speed < 0 ? -8 : -1);
    this.play(true);
  }

  setInStep(inStep: boolean): void {
    this.inStep = inStep;
    this.#line?.tell({ is: 'inStep', inStep });
  }

  /** Round and round in the span, once it is wanted. */
  setLoop(loops: boolean, span: LoopSpan | null): void {
    this.loops = loops && span !== null;
    const wanted = this.loops ? span : null;
    if (wanted?.fromMs === this.#span?.fromMs && wanted?.toMs === this.#span?.toMs) return;
    this.#span = wanted;
    this.#line?.tell({ is: 'loop', span: wanted && { fromMs: wanted.fromMs, toMs: wanted.toMs } });
  }

  /** The frames of this span are wanted as marks; null: none are. */
  markFrames(span: LoopSpan | null): void {
    this.#framesOf = span && { fromMs: span.fromMs, toMs: span.toMs };
    if (span === null) this.frames = [];
    this.#line?.tell({ is: 'frames', span: this.#framesOf });
  }

  toggleSound(): void {
    this.muted = !this.muted;
    this.#turnSound();
  }

  /** What did not open is tried again. */
  retry(): void {
    this.#line?.tell({ is: 'retry' });
  }

  dismissPassed(): void {
    clearTimeout(this.#forget);
    this.passed = null;
  }

  get atMs(): number {
    return this.#atMs;
  }

  #tellGo(atMs: number): void {
    this.#gone += 1;
    this.#line?.tell({ is: 'go', atMs, nth: this.#gone });
  }

  #turnSound(): void {
    this.#sound?.turn(!this.muted && this.playing);
  }

  #takeSound(state: ReplaySoundState): void {
    const before = this.unheard;
    this.sound = state;
    // Silence as recorded is said on screen alone: most cameras have none.
    if (state.is !== 'none' && this.unheard !== null && this.unheard !== before) announcer.say(this.unheard);
  }

  #receive(message: FromReplay): void {
    switch (message.is) {
      case 'now':
        for (const now of message.reels) this.#ofTile(now.tile)?.now(now);
        // While a newer moment is on its way, be it to the worker, the playhead is there already.
        if (!message.isThere || message.nth !== this.#gone) break;
        this.#atMs = message.atMs;
        this.#moved(message.atMs);
        break;
      case 'frames':
        if (this.#framesOf) this.frames = message.timesMs;
        break;
      case 'reelEnded':
        this.#ofTile(message.tile)?.ended();
        break;
      case 'passed': {
        const { fromMs, toMs, cause } = message;
        this.dismissPassed();
        this.passed = { fromMs, toMs, cause };
        this.#forget = setTimeout(() => (this.passed = null), passedForMs);
        break;
      }
      case 'rate':
        this.speed = speeds.find((speed) => speed === message.rate) ?? 1;
        break;
      case 'soundFormat':
      case 'soundNone':
        this.#sound?.receive(message);
    }
  }

  #ofTile(tile: number): RecordedPicture | undefined {
    return [...this.pictures.values()].find((picture) => picture.tile === tile);
  }
}

function sayUnheard(state: ReplaySoundState): string | null {
  const words = text.archive.unheard;
  switch (state.is) {
    case 'none':
      return words.none;
    case 'undecodable':
      return words.undecodable(text.wall.sound.codecOf(state.codec));
    case 'noOutput':
      return words.noOutput;
    default:
      return null;
  }
}

export const replay = new Replay();
