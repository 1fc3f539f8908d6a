/**
 * Plays the videos of several cameras in step: one clock, which every picture follows, and which waits while one of them
 * is not there yet. Only files that the check found as they were signed are given to it.
 */
import { untrack } from 'svelte';
import type { ManifestCamera } from '../../main/contract/evidence/manifest.ts';

type Video = ManifestCamera['videos'][number];

/** Nearer than this a picture is brought into step by its speed, further away by a seek. */
const seekBeyondSeconds = 0.3;
const stepBeyondSeconds = 0.02;
const mostCatchUp = 0.25;

export class Player {
  nowMs = $state(0);
  playing = $state(false);
  rate = $state(1);
  readonly fromMs: number;
  readonly toMs: number;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- the clock asks it, the page does not
  readonly #shown = new Map<HTMLVideoElement, Video>();
  #frame = 0;
  #lastMs = 0;

  constructor(fromMs: number, toMs: number) {
    this.fromMs = fromMs;
    this.toMs = toMs;
    this.nowMs = fromMs;
  }

  /**
   * For a `<video>` that shows this file, as long as it does. It is an attachment and so runs again with whatever it
   * reads: of the clock it may read nothing, or it would seek with every tick instead of playing.
   */
  readonly follow =
    (video: Video) =>
    (element: HTMLVideoElement): (() => void) => {
      this.#shown.set(element, video);
      untrack(() => this.#place(element, video));
      return () => {
        this.#shown.delete(element);
      };
    };

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  play(): void {
    if (this.playing) return;
    if (this.nowMs >= this.toMs) this.seek(this.fromMs);
    this.playing = true;
    this.#lastMs = performance.now();
    this.#frame = requestAnimationFrame(() => this.#tick());
  }

  pause(): void {
    this.playing = false;
    cancelAnimationFrame(this.#frame);
    for (const element of this.#shown.keys()) element.pause();
  }

  seek(ms: number): void {
    this.nowMs = Math.min(Math.max(ms, this.fromMs), this.toMs);
    for (const [element, video] of this.#shown) this.#place(element, video);
  }

  close(): void {
    this.pause();
    this.#shown.clear();
  }

  #tick(): void {
    const atMs = performance.now();
    const waits = [...this.#shown.keys()].some(
      ({ seeking, readyState, error }) => !error && (seeking || readyState < 2),
    );
    if (!waits) this.nowMs = Math.min(this.toMs, this.nowMs + (atMs - this.#lastMs) * this.rate);
    this.#lastMs = atMs;
    for (const [element, video] of this.#shown) this.#keepUp(element, video);
    if (this.nowMs >= this.toMs) this.pause();
    else this.#frame = requestAnimationFrame(() => this.#tick());
  }

  #keepUp(element: HTMLVideoElement, video: Video): void {
    if (element.seeking || element.readyState < 1) return;
    const late = (this.nowMs - video.startMs) / 1000 - element.currentTime;
    if (element.ended) return;
    if (Math.abs(late) > seekBeyondSeconds) this.#place(element, video);
    const catchUp = Math.abs(late) > stepBeyondSeconds ? Math.min(mostCatchUp, Math.max(-mostCatchUp, late)) : 0;
    element.playbackRate = this.rate * (1 + catchUp);
    if (element.paused) void element.play().catch(() => undefined);
  }

  #place(element: HTMLVideoElement, video: Video): void {
    element.currentTime = Math.max(0, (this.nowMs - video.startMs) / 1000);
  }
}
