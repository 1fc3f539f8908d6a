/**
 * Why a camera is not recorded, where several reasons hold at once: what would have had to be different for this moment,
 * from the user outwards. The user's own wish (paused, outside its hours) comes first, then the app (closed) and the
 * computer (asleep), then the disk, then the computer's network or the camera, whichever the connection names. A disk
 * that fails while nothing comes from the camera is noticed only by the next picture: until then the gap is the camera's.
 * That an event is awaited comes last: as long as anything else is amiss it could not be recorded. What a moment was lost
 * to for itself (the queue was full, the clock was set) is the recorder's to say. A wish that ends while nothing runs is
 * the next start's to end (app/noteAbsence). Pure.
 */
import type { GapCause } from '../../contract/model.ts';

/** The computer's own doing: it comes before whatever the disk does. */
const ofTheComputer: ReadonlySet<GapCause> = new Set(['asleep', 'clock']);

export class WhyNot {
  #wish: GapCause | null = null;
  #closed = false;
  #stream: GapCause | null = null;

  /** The user wants nothing recorded, because of `cause`; null: wants it again, and what came before counts no more. */
  wish(cause: GapCause | null): void {
    this.#wish = cause;
    if (cause === null) this.#stream = null;
  }

  /** Nothing comes from the camera, because of `cause`; null: it comes. */
  stream(cause: GapCause | null): void {
    this.#stream = cause;
  }

  /** The app ends. */
  close(): void {
    this.#closed = true;
  }

  /** What the gap is called now; `disk`: what the disk's trouble is called. null: no reason is known. */
  cause(disk: GapCause | null): GapCause | null {
    if (this.#wish !== null && this.#wish !== 'noEvent') return this.#wish;
    if (this.#closed) return 'closed';
    if (this.#stream !== null && ofTheComputer.has(this.#stream)) return this.#stream;
    return disk ?? this.#stream ?? this.#wish;
  }
}
