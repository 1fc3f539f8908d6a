/**
 * Where the archive stands: cameras, moment, the span to keep. Lives as long as the page, so that the archive is found as
 * it was left. Moves what is played (replay.svelte.ts) and the ladder (ladder.svelte.ts) along; what the keys and the
 * pointer mean is the view's business.
 */
import type { CameraId, Span } from '../../main/contract/model.ts';
import { ladder } from './ladder.svelte.ts';
import { library } from './library.svelte.ts';
import { nowhere } from './nowhere.svelte.ts';
import { mostReplayed, replay } from './replay.svelte.ts';
import { snapshots } from './snapshots.svelte.ts';
import { gapAfter, gapBefore, lastRecorded, recordedAfter, spanAt } from './spans.ts';
import { text } from './text.ts';
import { dayBeside, sameClockOn, secondMs, type TimeSpan } from './time.ts';

/** A recording can be played so long after it was made. */
const behindLiveMs = 3 * secondMs;

class Archive {
  /** The focused one: its sound, its gaps, its pictures one by one. */
  cameraId = $state<CameraId | null>(null);
  /** Those that are shown, in order, 1 to 9. */
  cameraIds = $state.raw<readonly CameraId[]>([]);
  /** The focused one alone is shown, large; the others come back with the grid. */
  large = $state(false);
  timeMs = $state(Date.now());
  keepFromMs = $state<number | null>(null);
  keepToMs = $state<number | null>(null);
  /** Set once a moment was chosen, so that the archive is found there again. */
  placed = $state(false);

  /** What is on screen. */
  readonly shownIds = $derived<readonly CameraId[]>(
    this.large && this.cameraId !== null ? [this.cameraId] : this.cameraIds,
  );
  readonly day = $derived(ladder.day);
  readonly spans = $derived<readonly Span[]>(this.cameraId === null ? [] : (library.days.get(this.cameraId) ?? []));
  readonly here = $derived(spanAt(this.spans, this.timeMs));
  readonly keep = $derived<TimeSpan | null>(
    this.keepFromMs !== null && this.keepToMs !== null && this.keepToMs > this.keepFromMs
      ? { fromMs: this.keepFromMs, toMs: this.keepToMs }
      : null,
  );

  /** Puts the playhead there; its window follows when it lies outside. */
  seek(timeMs: number): void {
    this.placed = true;
    this.moveTo(Math.min(Math.max(0, timeMs), Date.now() - behindLiveMs));
    replay.go(this.timeMs);
  }

  /** The same while somebody drags: the pictures follow, always the latest moment. */
  scrub(timeMs: number): void {
    this.seek(timeMs);
  }

  /** The playhead is there now: told by the player, or asked for. */
  moveTo(timeMs: number): void {
    this.timeMs = timeMs;
    ladder.follow(timeMs, replay.playing);
    library.show(timeMs, this.cameraId);
  }

  /** Focuses this camera; one that is not shown takes the place of the focused one. */
  choose(cameraId: CameraId): void {
    if (cameraId === this.cameraId && this.cameraIds.includes(cameraId)) return;
    if (!this.cameraIds.includes(cameraId)) {
      const replaced = this.cameraIds.map((each) => (each === this.cameraId ? cameraId : each));
      this.cameraIds = replaced.includes(cameraId) ? replaced : [cameraId];
    }
    this.cameraId = cameraId;
    library.show(this.timeMs, cameraId);
  }

  /** Of several that are shown the one before or after; of one alone the next camera of all. */
  chooseBeside(by: number): void {
    const all = library.cameras.map((camera) => camera.cameraId);
    const ids = this.cameraIds.length > 1 ? this.cameraIds : all;
    const next = ids[Math.min(ids.length - 1, Math.max(0, ids.indexOf(this.cameraId ?? '') + by))];
    if (next !== undefined) this.choose(next);
  }

  /** Shows this camera as well, or no longer; one always stays, and nine at most. */
  toggleShown(cameraId: CameraId): void {
    this.large = false;
    const without = this.cameraIds.filter((each) => each !== cameraId);
    if (without.length === this.cameraIds.length) {
      if (without.length >= mostReplayed) return;
      const order = library.cameras.map((camera) => camera.cameraId);
      this.cameraIds = [...without, cameraId].sort((one, other) => order.indexOf(one) - order.indexOf(other));
    } else if (without.length > 0) {
      this.cameraIds = without;
      if (this.cameraId === cameraId && without[0] !== undefined) this.choose(without[0]);
    }
  }

  /** So many, the focused one among them. */
  showMany(count: number): void {
    this.large = false;
    const all = library.cameras.map((camera) => camera.cameraId);
    const others = all.filter((cameraId) => cameraId !== this.cameraId).slice(0, count - 1);
    this.cameraIds = all.filter((cameraId) => cameraId === this.cameraId || others.includes(cameraId));
  }

  togglePlay(): void {
    if (replay.playing) this.pause();
    else this.play();
  }

  play(): void {
    this.placed = true;
    replay.play(true);
  }

  pause(): void {
    replay.play(false);
  }

  /** Of the focused camera's picture; nothing where it shows none. */
  snapshot(): void {
    const picture = this.cameraId === null ? undefined : replay.pictures.get(this.cameraId);
    if (this.cameraId !== null && picture?.pictureMs != null) void snapshots.take(this.cameraId, () => picture.still());
  }

  /** To the first recording after the next gap. */
  overNextGap(): void {
    const gap = this.here?.kind === 'gap' ? this.here : gapAfter(this.spans, this.timeMs);
    const toMs = gap ? recordedAfter(this.spans, gap.toMs - 1) : recordedAfter(this.spans, this.timeMs);
    if (toMs !== null) this.seek(toMs);
    else nowhere.say(text.archive.noGapAfter);
  }

  /** To five seconds before the last gap. */
  overLastGap(): void {
    const gap = this.here?.kind === 'gap' ? this.here : gapBefore(this.spans, this.timeMs);
    if (gap && gap.fromMs > this.day.fromMs) this.seek(gap.fromMs - 5 * secondMs);
    else nowhere.say(text.archive.noGapBefore);
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
