/**
 * Where the archive stands: camera, moment, the span to keep, speed. Lives as long as the page, so that the archive is
 * found as it was left. Moves the player, if there is one, and the ladder (ladder.svelte.ts) along; what the keys and
 * the pointer mean is the view's business.
 */
import type { CameraId, Span } from '../../main/contract/model.ts';
import type { PlaybackPlayer } from '../live/playback.ts';
import type { Passed, PlaybackState } from '../live/playbackState.ts';
import type { Still } from '../live/stillOf.ts';
import { ladder } from './ladder.svelte.ts';
import { library } from './library.svelte.ts';
import { snapshots } from './snapshots.svelte.ts';
import { gapAfter, gapBefore, lastRecorded, recordedAfter, spanAt } from './spans.ts';
import { dayBeside, sameClockOn, secondMs, type TimeSpan } from './time.ts';

export const speeds = [0.5, 1, 2, 4, 8] as const;
export type Speed = (typeof speeds)[number];
/** A recording can be played so long after it was made. */
const behindLiveMs = 3 * secondMs;

class Archive {
  cameraId = $state<CameraId | null>(null);
  timeMs = $state(Date.now());
  playing = $state(false);
  speed = $state<Speed>(1);
  muted = $state(false);
  playback = $state.raw<PlaybackState>({ state: 'seeking' });
  /** What playing passed over last, while that is said. */
  passed = $state.raw<Passed | null>(null);
  keepFromMs = $state<number | null>(null);
  keepToMs = $state<number | null>(null);
  /** Set once a moment was chosen, so that the archive is found there again. */
  placed = $state(false);
  /** Makes a picture of the one that is shown; null while there is none. */
  still = $state.raw<(() => Promise<Still>) | null>(null);
  #player: PlaybackPlayer | null = null;

  readonly day = $derived(ladder.day);
  readonly spans = $derived<readonly Span[]>(this.cameraId === null ? [] : (library.days.get(this.cameraId) ?? []));
  readonly here = $derived(spanAt(this.spans, this.timeMs));
  readonly keep = $derived<TimeSpan | null>(
    this.keepFromMs !== null && this.keepToMs !== null && this.keepToMs > this.keepFromMs
      ? { fromMs: this.keepFromMs, toMs: this.keepToMs }
      : null,
  );

  attach(player: PlaybackPlayer): void {
    this.#player = player;
    player.setRate(this.speed);
    if (this.playing) player.play();
  }

  detach(player: PlaybackPlayer): void {
    if (this.#player === player) this.#player = null;
  }

  /** Puts the playhead there; its window follows when it lies outside. */
  seek(timeMs: number): void {
    this.placed = true;
    this.passed = null;
    this.moveTo(Math.min(Math.max(0, timeMs), Date.now() - behindLiveMs));
    this.#player?.seek(this.timeMs);
  }

  /** The playhead is there now: told by the player, or asked for. */
  moveTo(timeMs: number): void {
    this.timeMs = timeMs;
    ladder.follow(timeMs, this.playing);
    library.show(timeMs, this.cameraId);
  }

  choose(cameraId: CameraId): void {
    if (cameraId === this.cameraId) return;
    this.cameraId = cameraId;
    this.passed = null;
    library.show(this.timeMs, cameraId);
  }

  chooseBeside(by: number): void {
    const ids = library.cameras.map((camera) => camera.cameraId);
    const next = ids[Math.min(ids.length - 1, Math.max(0, ids.indexOf(this.cameraId ?? '') + by))];
    if (next !== undefined) this.choose(next);
  }

  togglePlay(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  play(): void {
    this.placed = true;
    this.playing = true;
    this.#player?.play();
  }

  pause(): void {
    this.playing = false;
    this.#player?.pause();
  }

  snapshot(): void {
    if (this.cameraId !== null && this.still !== null) void snapshots.take(this.cameraId, this.still);
  }

  /** On, and with each further call faster. */
  faster(): void {
    if (!this.playing) this.play();
    else this.setSpeed(speeds[Math.min(speeds.length - 1, speeds.indexOf(this.speed) + 1)] ?? 1);
  }

  setSpeed(speed: Speed): void {
    this.speed = speed;
    this.#player?.setRate(speed);
  }

  /** The player changed its speed by itself. */
  noteRate(rate: number): void {
    this.speed = speeds.find((speed) => speed === rate) ?? 1;
  }

  /** To the first recording after the next gap. */
  overNextGap(): void {
    const gap = this.here?.kind === 'gap' ? this.here : gapAfter(this.spans, this.timeMs);
    const toMs = gap ? recordedAfter(this.spans, gap.toMs - 1) : recordedAfter(this.spans, this.timeMs);
    if (toMs !== null) this.seek(toMs);
  }

  /** To five seconds before the last gap. */
  overLastGap(): void {
    const gap = this.here?.kind === 'gap' ? this.here : gapBefore(this.spans, this.timeMs);
    if (gap && gap.fromMs > this.day.fromMs) this.seek(gap.fromMs - 5 * secondMs);
  }

  toDay(day: TimeSpan): void {
    this.seek(Math.min(sameClockOn(day, this.timeMs), Date.now() - behindLiveMs));
  }

  toDayBeside(days: number): void {
    const day = dayBeside(this.timeMs, days);
    if (day.fromMs < Date.now()) this.toDay(day);
  }

  toStartOfDay(): void {
    this.seek(recordedAfter(this.spans, this.day.fromMs - 1) ?? this.day.fromMs);
  }

  toEndOfDay(): void {
    const endMs = Math.min(this.day.toMs - 1, lastRecorded(this.spans) ?? this.day.toMs - 1);
    this.seek(endMs - behindLiveMs);
  }

  /** The newest picture that the archive has. */
  toLatest(): void {
    this.seek(Date.now() - behindLiveMs);
  }

  markFrom(): void {
    this.keepFromMs = Math.round(this.timeMs);
    if (this.keepToMs !== null && this.keepToMs <= this.keepFromMs) this.keepToMs = null;
  }

  markTo(): void {
    this.keepToMs = Math.round(this.timeMs);
    if (this.keepFromMs !== null && this.keepFromMs >= this.keepToMs) this.keepFromMs = null;
  }

  clearKeep(): void {
    this.keepFromMs = null;
    this.keepToMs = null;
  }
}

export const archive = new Archive();
