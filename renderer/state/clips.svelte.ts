/**
 * The protected clips as the page knows them. Asks once when somebody watches, and hears of every change after that. The
 * clip that was released last can be protected again, as long as its recordings are there.
 */
import type { CameraId, Clip, ClipList } from '../../main/contract/model.ts';
import { call, on } from '../home.ts';
import { announcer } from './announcer.svelte.ts';
import type { Trouble } from './asking.svelte.ts';
import { Changes } from './changes.ts';
import { defectOf } from './defect.ts';
import { archiveChanges } from './archiveChanges.ts';
import { text } from './text.ts';

class Clips {
  list = $state.raw<ClipList>({ clips: [], sizeBytes: 0 });
  /** Why the list could not be read. */
  problem = $state.raw<Trouble | null>(null);
  /** Released last; Ctrl+Z protects it again. */
  released = $state.raw<Clip | null>(null);
  releasedMs = 0;
  #watchers = 0;
  #stopListening = (): void => undefined;
  readonly #changes = new Changes();

  /** Keeps the list fresh until the function returned is called. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) {
      this.#stopListening = on(
        'clips.changed',
        this.#changes.heard((list) => (this.list = list)),
      );
    }
    void this.read();
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#stopListening();
    };
  }

  async read(): Promise<void> {
    try {
      await this.#changes.answered(call('clips.list'), (answer) => {
        this.problem = answer.ok ? null : answer.problem;
        if (answer.ok) this.list = answer.value;
      });
    } catch (error) {
      this.problem = defectOf(error) ?? text.app.noReply;
    }
  }

  /** Those of a camera that touch the span. */
  touching(cameraId: CameraId | null, span: { fromMs: number; toMs: number }): Clip[] {
    return this.list.clips.filter(
      (clip) => clip.cameraId === cameraId && clip.fromMs < span.toMs && clip.toMs > span.fromMs,
    );
  }

  isProtected(cameraId: CameraId | null, atMs: number): boolean {
    return this.touching(cameraId, { fromMs: atMs, toMs: atMs + 1 }).length > 0;
  }

  release(clip: Clip): Promise<void> {
    return archiveChanges.run(async () => {
      const done = await this.#ask(() => call('clips.remove', { clipId: clip.id }));
      if (!done) return;
      this.released = clip;
      this.releasedMs = Date.now();
      announcer.say(text.clips.released);
    });
  }

  /** Protects again what was released last. */
  undo(): Promise<void> {
    return archiveChanges.run(() => this.takeBack());
  }

  /** As `undo`, for who has the turn. */
  async takeBack(): Promise<void> {
    const { released } = this;
    if (!released) return;
    this.released = null;
    const { cameraId, fromMs, toMs, name } = released;
    const done = await this.#ask(() => call('clips.protect', { cameraIds: [cameraId], fromMs, toMs, name }));
    if (done) announcer.say(text.clips.again);
  }

  async #ask(question: () => ReturnType<typeof call<'clips.remove'>>): Promise<boolean> {
    try {
      const answer = await question();
      this.problem = answer.ok ? null : answer.problem;
      return answer.ok;
    } catch (error) {
      this.problem = defectOf(error) ?? text.app.noReply;
      return false;
    }
  }
}

export const clips = new Clips();
