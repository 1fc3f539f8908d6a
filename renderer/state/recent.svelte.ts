/**
 * The recorded spans and gaps of one camera up to now, for the strips of the last hour and the last 24 hours. Asked for
 * again when the library says so and as time goes on, at most every ten seconds; a strip is therefore at most that old.
 * A call that fails leaves what was known.
 */
import type { CameraId, Span } from '../../main/contract/model.ts';
import { call, on } from '../home.ts';

const leastPauseMs = 10_000;

export class Recent {
  spans = $state.raw<Span[]>([]);
  fromMs = $state.raw(0);
  toMs = $state.raw(0);
  readonly #cameraId: CameraId;
  readonly #lengthMs: number;
  #askedMs = 0;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stopListening: () => void;

  constructor(cameraId: CameraId, lengthMs: number) {
    this.#cameraId = cameraId;
    this.#lengthMs = lengthMs;
    this.#stopListening = on('library.changed', ({ cameraId: changed }) => {
      if (changed === cameraId) this.#askSoon(0);
    });
    this.#askSoon(0);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stopListening();
  }

  /** Part of the covered time that is recorded; null when nothing is covered. */
  get recordedFraction(): number | null {
    let recordedMs = 0;
    let coveredMs = 0;
    for (const span of this.spans) {
      coveredMs += span.toMs - span.fromMs;
      if (span.kind === 'recorded') recordedMs += span.toMs - span.fromMs;
    }
    return coveredMs === 0 ? null : recordedMs / coveredMs;
  }

  get gapCount(): number {
    return this.spans.filter((span) => span.kind === 'gap').length;
  }

  #askSoon(waitMs: number): void {
    if (this.#closed) return;
    const pauseMs = this.#askedMs + leastPauseMs - Date.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), Math.max(waitMs, pauseMs));
  }

  async #ask(): Promise<void> {
    this.#askedMs = Date.now();
    const toMs = this.#askedMs;
    const fromMs = toMs - this.#lengthMs;
    try {
      const answer = await call('library.spans', { cameraId: this.#cameraId, fromMs, toMs });
      if (answer.ok && !this.#closed) {
        this.spans = answer.value;
        this.fromMs = fromMs;
        this.toMs = toMs;
      }
    } catch {
      // A defect, logged where it happened; the next answer mends the strip.
    }
    this.#askSoon(Math.max(leastPauseMs, this.#lengthMs / 2000));
  }
}
