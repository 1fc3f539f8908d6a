/**
 * What must be told of a camera between one change and the next, by what is wrong then and by what was known before: of
 * several reasons the one nearest to the user counts. Told in the order of what really happened, moment by moment;
 * where nobody can know which of several it was, each of them is right. It knows nothing of edges: that is story.ts.
 */
import type { GapCause } from '../../main/contract/model.ts';
import type { Condition, Level, Story, Told } from './story.ts';

/** Silence is noticed after five seconds, and what came is sealed a little later. */
export const unnoticedMs = 6500;
/** A connection that was begun before the camera hung up asked nothing afterwards. */
const hungUpMs = 300;

/** Of several wishes of the user the first of these counts. */
const wishes: readonly GapCause[] = ['privacy', 'paused', 'off', 'schedule'];

function rankOf({ cause }: Condition): number {
  return wishes.indexOf(cause);
}

/** Goes through the story in order, and knows what was known. */
export class Teller {
  readonly #story: Story;
  #before: ReadonlySet<Told> = new Set<Told>(['closed']);
  /** The disk's trouble showed: a picture was not taken. */
  #diskShowed = false;
  /** What may still be told because nobody asked the camera since. */
  #unasked: ReadonlySet<Told> = new Set();
  #cameraCause: GapCause | null = null;
  /** What was wrong with it last, also where something else was told meanwhile: it counts until it is asked again. */
  #lastCause: GapCause | null = null;

  constructor(story: Story) {
    this.#story = story;
  }

  told(fromMs: number, toMs: number): ReadonlySet<Told> {
    const middleMs = (fromMs + toMs) / 2;
    const active = this.#story.conditions.filter((one) => one.fromMs <= middleMs && one.toMs > middleMs);
    const by = (level: Level): Condition | undefined =>
      active.filter((one) => one.level === level).sort((one, other) => rankOf(one) - rankOf(other))[0];
    const sends = this.#story.sent.some((one) => one.fromMs <= middleMs && one.toMs > middleMs);
    this.#before = this.#now(by, sends, fromMs);
    return this.#before;
  }

  #now(by: (level: Level) => Condition | undefined, sends: boolean, fromMs: number): ReadonlySet<Told> {
    const [disk, network, camera] = [by('disk'), by('network'), by('camera')];
    if (!disk || by('app')) this.#diskShowed = false;
    if (by('app')) this.#forgetCamera();
    if (camera) this.#lastCause = camera.cause;
    for (const level of ['user', 'app', 'computer'] as const) {
      const first = by(level);
      if (first) {
        // Outside its hours a camera stays connected to, and is asked as rarely as before.
        if (first.cause !== 'schedule') this.#forgetCamera();
        return new Set([first.cause]);
      }
    }
    if (disk && sends) this.#diskShowed = true;
    // It showed for so short a time before the camera went that nobody may have seen it.
    const gone = network ?? camera;
    const barely = gone && disk && Math.abs(gone.fromMs - disk.fromMs) < (disk.beginsWithinMs ?? 0);
    if (barely) return new Set([gone.cause, disk.cause]);
    if (disk && this.#diskShowed) return new Set([disk.cause]);
    // What waited of a camera that fell silent shortly before is what the disk does not take.
    if (gone && disk && gone.fromMs > disk.fromMs - unnoticedMs) return new Set([gone.cause, disk.cause]);
    if (network) return this.#networkTold(network, camera);
    if (camera) return this.#cameraTold(camera, fromMs);
    const quiet = by('event');
    if (!sends) return this.#unreachedTold(quiet);
    this.#forgetCamera();
    if (!quiet) return new Set(['recorded']);
    return new Set<Told>(quiet.orRecorded ? [quiet.cause, 'recorded'] : [quiet.cause]);
  }

  /**
   * Not reached again yet: what was before, or lost; or an event is awaited, of which nobody can have told. A camera that
   * stops sending of itself is lost.
   */
  #unreachedTold(quiet: Condition | undefined): ReadonlySet<Told> {
    const sent = this.#before.has('recorded') || (this.#before.has('noEvent') && !this.#before.has('lost'));
    if (sent) return new Set<Told>(['lost']);
    const more = [this.#lastCause, quiet?.cause ?? null].filter((cause) => cause !== null);
    return new Set<Told>([...this.#before, 'lost', ...more]);
  }

  /** A camera that had fallen silent shortly before is told so only when that is noticed. */
  #networkTold(network: Condition, camera: Condition | undefined): ReadonlySet<Told> {
    this.#cameraCause = null;
    const wasSilent = camera && camera.fromMs > network.fromMs - unnoticedMs && camera.fromMs < network.fromMs;
    return new Set<Told>(wasSilent ? [network.cause, camera.cause] : [network.cause]);
  }

  #cameraTold({ cause, fromMs: sinceMs, toMs }: Condition, fromMs: number): ReadonlySet<Told> {
    // It hung up, and nobody asked it why.
    const asked = this.#story.asked.some((atMs) => atMs > sinceMs + hungUpMs && atMs < toMs);
    if (cause === 'refused' && !asked) return new Set<Told>(['refused', 'lost']);
    if (this.#cameraCause !== null && this.#cameraCause !== cause) this.#unasked = this.#before;
    this.#cameraCause = cause;
    if (this.#story.asked.includes(fromMs)) this.#unasked = new Set();
    return new Set<Told>([cause, ...this.#unasked]);
  }

  #forgetCamera(): void {
    this.#cameraCause = null;
    this.#lastCause = null;
    this.#unasked = new Set();
  }
}
