/**
 * The ladder of time: the day that holds the playhead, its month, and the window of time that the rows magnify. The
 * window lies inside the day as long as it is no longer than that, and inside the month else: a month is the widest, a
 * second the narrowest. Lives as long as the page. What is recorded in it, and what the pointer and the keys mean, is
 * left to others.
 */
import { dayHolding, hourMs, minuteMs, monthHolding, secondMs, type TimeSpan } from './time.ts';

/** Lengths that have a name. A day and a month are as long as they are: these are longer than any. */
export const zoomMs = {
  month: 32 * 24 * hourMs,
  day: 25 * hourMs,
  hour: hourMs,
  forty: 40 * minuteMs,
  minute: minuteMs,
  second: secondMs,
} as const;

const stepsMs = [
  ...[1, 2, 5, 10, 30].map((seconds) => seconds * secondMs),
  ...[1, 2, 5, 10, 20, 40, 60, 180, 360, 720].map((minutes) => minutes * minuteMs),
  zoomMs.day,
  ...[2, 4, 7, 14].map((days) => days * 24 * hourMs),
  zoomMs.month,
];

class Ladder {
  /** Length of the magnified window as it is wanted; a whole day or month where it is as long as one. */
  zoomMs = $state<number>(zoomMs.forty);
  #windowFromMs = $state(Date.now() - 30 * minuteMs);
  /** The day that holds the moment; replaced only when the moment leaves it, for it is asked with every frame. */
  day = $state.raw<TimeSpan>(dayHolding(Date.now()));
  readonly month = $derived(monthHolding(this.day.fromMs));
  /** Whether the window is longer than a day, so that the month is what it is a part of. */
  readonly isWide = $derived(this.zoomMs > zoomMs.day);
  readonly window = $derived.by<TimeSpan>(() => {
    const around = this.isWide ? this.month : this.day;
    const lengthMs = Math.min(this.zoomMs, around.toMs - around.fromMs);
    const fromMs = Math.min(Math.max(this.#windowFromMs, around.fromMs), around.toMs - lengthMs);
    return { fromMs, toMs: fromMs + lengthMs };
  });

  /** The playhead is there now. The window follows when it lies outside, and in time while it plays. */
  follow(timeMs: number, playing: boolean): void {
    if (timeMs < this.day.fromMs || timeMs >= this.day.toMs) this.day = dayHolding(timeMs);
    const { fromMs, toMs } = this.window;
    const lengthMs = toMs - fromMs;
    if (timeMs < fromMs || timeMs > toMs) this.#windowFromMs = timeMs - lengthMs / 2;
    else if (playing && timeMs > toMs - lengthMs / 50) this.#windowFromMs = timeMs - lengthMs / 10;
  }

  /** Makes the window so long, and keeps the moment where it is on screen. */
  zoomTo(lengthMs: number, aroundMs: number): void {
    const dayMs = this.day.toMs - this.day.fromMs;
    const monthMs = this.month.toMs - this.month.fromMs;
    const { fromMs, toMs } = this.window;
    const inside = aroundMs >= fromMs && aroundMs <= toMs;
    const share = inside ? (aroundMs - fromMs) / (toMs - fromMs) : 0.5;
    const length = Math.max(lengthMs, secondMs);
    const isDay = length >= dayMs && length <= zoomMs.day;
    this.zoomMs = length >= monthMs ? zoomMs.month : isDay ? zoomMs.day : length;
    this.#windowFromMs = aroundMs - share * length;
  }

  /** One step: 1 narrower, -1 wider. */
  zoomBy(steps: number, aroundMs: number): void {
    const next =
      steps > 0 ? stepsMs.findLast((step) => step < this.zoomMs - 1) : stepsMs.find((step) => step > this.zoomMs + 1);
    this.zoomTo(next ?? (steps > 0 ? secondMs : zoomMs.month), aroundMs);
  }

  moveWindowTo(fromMs: number): void {
    this.#windowFromMs = fromMs;
  }
}

export const ladder = new Ladder();
