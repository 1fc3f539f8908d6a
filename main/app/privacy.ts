/**
 * The privacy switch: says whether everything is paused, and ends it at its time. What is chosen holds at once, whatever
 * the disk says; it is kept in the sealed settings, so that it outlives a restart of the app, also one that begins
 * locked. It lasts as long as was chosen, by a clock that nobody sets and that counts sleep: when the computer's clock is
 * set, the moment at which it ends is told anew. Across a restart nothing but the computer's clock is left to go by;
 * then it lasts at most as long as was chosen.
 */
import type { Settings } from '../contract/model.ts';
import { type KeptPrivacy, nextMorning, type Privacy as State, type PrivacyLasts } from '../contract/privacy.ts';
import type { Outcome } from '../contract/problems.ts';
import { type Clock, systemClock } from '../core/video/clock.ts';

export interface PrivacyOptions {
  settings: { readonly value: Settings; update(change: (value: Settings) => Settings): Promise<Outcome<null>> };
  clock?: Clock;
  on: { changed: (state: State | null) => void; defect: (error: unknown) => void };
}

/** The clock was set, and not only read at another moment. */
const toldAgainMs = 2000;
const lookEveryMs = 1000;

export class Privacy {
  readonly #options: PrivacyOptions;
  readonly #clock: Clock;
  readonly #looking: NodeJS.Timeout;
  #kept: KeptPrivacy | null;
  /** By `uptimeMs`; null where it ends only when it is ended, or there is none. */
  #endsAtUptimeMs: number | null = null;

  constructor(options: PrivacyOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { privacy } = options.settings.value;
    this.#kept = privacy;
    if (privacy) this.#endsAfter(leftOf(privacy, this.#clock.wallMs()));
    this.#looking = setInterval(() => this.look(), lookEveryMs);
    this.#looking.unref();
  }

  get state(): State | null {
    return this.#kept && { sinceMs: this.#kept.sinceMs, untilMs: this.#kept.untilMs };
  }

  /** From now on; a newer wish takes the place of the one before. Problems: the disk did not take it, and it holds. */
  start(lasts: PrivacyLasts): Promise<Outcome<null>> {
    const sinceMs = this.#kept?.sinceMs ?? this.#clock.wallMs();
    const lastsMs = durationOf(lasts, this.#clock.wallMs());
    const untilMs = lastsMs === null ? null : this.#clock.wallMs() + lastsMs;
    this.#endsAfter(lastsMs);
    return this.#become({ sinceMs, untilMs, lastsMs });
  }

  end(): Promise<Outcome<null>> {
    this.#endsAfter(null);
    return this.#become(null);
  }

  /** Ends it when its time has come, and follows a clock that was set. Called every second, and at the start. */
  look(): void {
    if (!this.#kept || this.#endsAtUptimeMs === null) return;
    const leftMs = this.#endsAtUptimeMs - this.#clock.uptimeMs();
    const untilMs = Math.round(this.#clock.wallMs() + leftMs);
    if (leftMs <= 0) this.#keep(this.end());
    else if (Math.abs(untilMs - (this.#kept.untilMs ?? 0)) > toldAgainMs) {
      this.#keep(this.#become({ ...this.#kept, untilMs }));
    }
  }

  /** What was chosen stays chosen. May be called twice. */
  close(): void {
    clearInterval(this.#looking);
  }

  #endsAfter(leftMs: number | null): void {
    this.#endsAtUptimeMs = leftMs === null ? null : this.#clock.uptimeMs() + leftMs;
  }

  async #become(kept: KeptPrivacy | null): Promise<Outcome<null>> {
    this.#kept = kept;
    const { settings, on } = this.#options;
    on.changed(this.state);
    return settings.update((value) => ({ ...value, privacy: kept }));
  }

  /** What the disk refuses now is written with the next change. */
  #keep(written: Promise<unknown>): void {
    written.catch((error: unknown) => this.#options.on.defect(error));
  }
}

/** null: until it is ended. */
function durationOf(lasts: PrivacyLasts, nowMs: number): number | null {
  if (lasts.is === 'open') return null;
  return lasts.is === 'minutes' ? lasts.minutes * 60_000 : nextMorning(nowMs) - nowMs;
}

/** A clock that was set back while nothing ran makes it no longer than it was chosen for. */
function leftOf({ untilMs, lastsMs }: KeptPrivacy, nowMs: number): number | null {
  if (untilMs === null) return null;
  return Math.min(untilMs - nowMs, lastsMs ?? Infinity);
}
