/**
 * After the clock was set back, times come again of which the index already tells why nothing was recorded the first
 * time, and a gap that goes on over such a moment would be told by that. So whoever is not recorded is looked at every few
 * seconds: where the index tells another cause than the recorder has, the recorder's is noted from there on. What was
 * told of times that do not come again stays. While the vault is locked nobody can read what is told.
 */
import type { CameraStatus, GapCause, RecordingState, Span } from '../contract/model.ts';
import type { Library } from '../core/library/library.ts';
import type { Vault } from '../core/vault/folder.ts';

export interface TimeAgainOptions {
  library: Pick<Library, 'spans' | 'note'>;
  vault: Pick<Vault, 'identity'>;
  statuses: () => CameraStatus[];
  defect: (error: unknown) => void;
  now?: () => number;
}

const lookEveryMs = 2000;
/** As far back as it looks for where the other cause begins. */
const reachMs = 86_400_000;
/** Notes that lie no further behind the end of a recording count from there on (library/spans.ts). */
const nearMs = 2600;

export class TimeAgain {
  readonly #options: TimeAgainOptions;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  /** By camera: the state that the index told otherwise at the last look. A note may be on its way then. */
  readonly #suspected = new Map<string, RecordingState>();
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: TimeAgainOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#timer = setInterval(() => void this.look().catch(options.defect), lookEveryMs);
    this.#timer.unref();
  }

  /** Called every few seconds. One look at a time. */
  look(): Promise<void> {
    const look = this.#looking.then(() => this.#look());
    this.#looking = look.catch(() => undefined);
    return look;
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { vault, statuses } = this.#options;
    for (const { cameraId, recording } of statuses()) {
      if (this.#closed || vault.identity === null) return;
      const isSuspected = this.#suspected.get(cameraId) === recording;
      this.#suspected.delete(cameraId);
      if (recording.recording) continue;
      const told = await this.#told(cameraId, recording.cause, this.#now() - 1);
      if (told === null) continue;
      if (isSuspected) await this.#say(cameraId, recording.cause);
      else this.#suspected.set(cameraId, recording);
    }
  }

  /** The newest gap that begins after `fromMs`, or lasts from then on; null where it is told as it is. */
  async #told(cameraId: string, cause: GapCause, fromMs: number): Promise<Span | null> {
    const last = (await this.#options.library.spans(cameraId, fromMs, this.#now())).at(-1);
    return last?.kind === 'gap' && last.cause !== cause ? last : null;
  }

  async #say(cameraId: string, cause: GapCause): Promise<void> {
    const told = await this.#told(cameraId, cause, this.#now() - reachMs);
    const current = this.#options.statuses().find((status) => status.cameraId === cameraId)?.recording;
    // It may have changed while it was read.
    if (!told || current?.recording !== false || current.cause !== cause) return;
    await this.#options.library.note(cameraId, { atMs: told.fromMs, cause });
    // Behind the end of what was recorded then, what was noted a moment later counts from that end on.
    const still = await this.#told(cameraId, cause, this.#now() - 1);
    const behindMs = told.fromMs + nearMs;
    if (still && behindMs < this.#now()) await this.#options.library.note(cameraId, { atMs: behindMs, cause });
  }
}
