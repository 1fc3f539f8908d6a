/**
 * The protected clips: spans of cameras of which no recording goes by itself. Kept in a sealed document. While that
 * waits for the identity, a copy of the bare spans says what is protected; when it is damaged everything is: it is
 * better that too much stays than that something goes which was to stay, and so a clip that only the copy knows, because
 * the list was damaged, is protected again. Deciding what goes is retention's.
 */
import { randomBytes } from 'node:crypto';
import type { CameraId } from '../../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../../contract/problems.ts';
import type { Vault } from '../vault/folder.ts';
import { openStore, type SealedStore } from '../vault/sealedStore.ts';
import {
  type ClipDocument,
  clipDocumentVersion,
  clipsFile,
  mostClips,
  parseClipDocument,
  type StoredClip,
} from './clipDocument.ts';
import type { RecordingSpan } from './recordingName.ts';

export interface ClipSpan {
  fromMs: number;
  toMs: number;
}

/**
 * A copy of the protected spans, without names, that can be read while the list of clips cannot: the vault is locked.
 * It is changed before a clip is added and after one is released, so that it never protects less than the list.
 */
export interface SpanCopy {
  spans(): readonly (ClipSpan & { cameraId: CameraId })[];
  keep(spans: (ClipSpan & { cameraId: CameraId })[]): Promise<Outcome<null>>;
  /** As `keep`, and nothing of what it held before stays behind. */
  erase(spans: (ClipSpan & { cameraId: CameraId })[]): Promise<Outcome<null>>;
}

export class Clips {
  readonly #vault: Vault;
  readonly #copy: SpanCopy;
  /** null while it cannot be read, for the reason in `#problem`. */
  #store: SealedStore<ClipDocument> | null = null;
  #problem: Problem | null = null;
  /** The list knows less than the copy, and the disk did not take what is missing. */
  #doubtful = false;
  /** What the spans below were made of. */
  #madeOf: unknown = null;
  /** Of each camera, in order and without overlap. */
  #spans = new Map<CameraId, ClipSpan[]>();

  private constructor(vault: Vault, copy: SpanCopy) {
    this.#vault = vault;
    this.#copy = copy;
  }

  /** Never fails: what keeps the list from being read is its `problem`. */
  static async open(vault: Vault, copy: SpanCopy): Promise<Clips> {
    const clips = new Clips(vault, copy);
    await clips.read();
    return clips;
  }

  /** Reads the list where it could not be read before: the vault is unlocked now. */
  async read(): Promise<void> {
    if (this.#store) return;
    const opened = await openStore<ClipDocument>({
      path: this.#vault.path(clipsFile),
      vault: this.#vault,
      version: clipDocumentVersion,
      initial: { clips: [] },
      parse: parseClipDocument,
    });
    const store = opened.ok ? opened.value : null;
    this.#store = store;
    this.#problem = opened.ok ? null : opened.problem;
    if (!store) return;
    // An older list is in use, or none where there was one: what only the copy knows of is protected again, nameless.
    if (store.isOlder || !store.existed) await this.#takeBack(store);
    // A crash may have come between the two; a disk that takes no writing is told of elsewhere.
    const { clips } = store.value;
    if (!this.#doubtful && !isSame(this.#copy.spans(), clips)) await this.#copy.keep(bareSpans(clips));
  }

  /** The vault is locked: of the clips the bare spans stay in memory. */
  lock(): void {
    if (!this.#store) return;
    this.#store = null;
    this.#problem = { code: 'keyMissing' };
    this.#madeOf = null;
  }

  async #takeBack(store: SealedStore<ClipDocument>): Promise<void> {
    const known = new Set(bareSpans(store.value.clips).map(keyOf));
    const lost = this.#copy.spans().filter((span) => !known.has(keyOf(span)));
    if (lost.length === 0) return;
    const createdMs = Date.now();
    const clips = lost.map((span): StoredClip => ({ ...span, id: newId(), name: '', createdMs }));
    const taken = await store.update((value) => ({ clips: [...value.clips, ...clips].slice(-mostClips) }));
    this.#doubtful = !taken.ok;
  }

  /** Why nothing is known of the clips; null when they are known. */
  get problem(): Problem | null {
    if (this.#problem === null || this.#problem.code !== 'vaultDamaged') return this.#problem;
    return { code: 'clipsUnknown', file: clipsFile };
  }

  /** Something the user should know: the version before the last one is in use. */
  get warning(): Problem | null {
    return this.problem?.code === 'clipsUnknown' ? this.problem : (this.#store?.warning ?? null);
  }

  /** Empty while nothing is known of them. */
  list(): readonly StoredClip[] {
    return this.#store?.value.clips ?? [];
  }

  /** Whether this recording touches a protected span; true for all when nothing can be known of the clips. */
  protects(cameraId: CameraId, { startMs, endMs }: RecordingSpan): boolean {
    if (!this.#store && this.#problem?.code !== 'keyMissing') return true;
    const spans = this.spansOf(cameraId);
    // The first span that ends after the recording begins is the only one to ask.
    let [low, high] = [0, spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((spans[middle]?.toMs ?? 0) > startMs) high = middle;
      else low = middle + 1;
    }
    const span = spans[low];
    return span !== undefined && span.fromMs < endMs;
  }

  /** A camera's protected spans in order and without overlap. */
  spansOf(cameraId: CameraId): readonly ClipSpan[] {
    const known = this.#store?.value.clips ?? this.#copy.spans();
    if (this.#madeOf !== known) {
      this.#madeOf = known;
      this.#spans = spansByCamera(this.#doubtful ? [...known, ...this.#copy.spans()] : known);
    }
    return this.#spans.get(cameraId) ?? [];
  }

  /** One clip a camera. */
  async protect(cameraIds: readonly CameraId[], { fromMs, toMs }: ClipSpan, name: string): Promise<Outcome<null>> {
    if (toMs <= fromMs) return bad({ code: 'notRecorded' });
    const createdMs = Date.now();
    const added = cameraIds.map((cameraId): StoredClip => {
      return { id: newId(), cameraId, name, fromMs, toMs, createdMs };
    });
    if (this.list().length + added.length > mostClips) return bad({ code: 'tooManyClips', most: mostClips });
    const copied = await this.#copy.keep(bareSpans([...this.list(), ...added]));
    return copied.ok ? await this.#change((clips) => [...clips, ...added]) : copied;
  }

  async rename(clipId: string, name: string): Promise<Outcome<null>> {
    if (!this.list().some(({ id }) => id === clipId)) return bad(this.problem ?? { code: 'gone' });
    return await this.#change((clips) => clips.map((clip) => (clip.id === clipId ? { ...clip, name } : clip)));
  }

  async remove(clipId: string): Promise<Outcome<null>> {
    if (!this.list().some(({ id }) => id === clipId)) return bad(this.problem ?? { code: 'gone' });
    const store = this.#store;
    if (!store) return bad(this.problem ?? { code: 'keyMissing' });
    const released = await store.update(({ clips }) => ({ clips: clips.filter(({ id }) => id !== clipId) }));
    // Of the store itself: locked meanwhile, the list is not known any more, and all would be let go.
    return released.ok ? await this.#copy.keep(bareSpans(store.value.clips)) : released;
  }

  /** Releases every clip of a camera, and leaves no trace of them. */
  async forgetCamera(cameraId: CameraId): Promise<Outcome<null>> {
    const store = this.#store;
    if (!store) return bad(this.problem ?? { code: 'keyMissing' });
    const erased = await store.erase(({ clips }) => ({
      clips: clips.filter((clip) => clip.cameraId !== cameraId),
    }));
    return erased.ok ? await this.#copy.erase(bareSpans(store.value.clips)) : erased;
  }

  /** To whom the vault is sealed now. */
  async sealAgain(): Promise<Outcome<null>> {
    return this.#store ? await this.#store.sealAgain() : good(null);
  }

  async #change(change: (clips: StoredClip[]) => StoredClip[]): Promise<Outcome<null>> {
    if (!this.#store) return bad(this.problem ?? { code: 'keyMissing' });
    return await this.#store.update(({ clips }) => ({ clips: change(clips) }));
  }
}

function newId(): string {
  return randomBytes(8).toString('hex');
}

function keyOf({ cameraId, fromMs, toMs }: ClipSpan & { cameraId: CameraId }): string {
  return `${cameraId} ${fromMs} ${toMs}`;
}

function bareSpans(clips: readonly StoredClip[]): (ClipSpan & { cameraId: CameraId })[] {
  return clips.map(({ cameraId, fromMs, toMs }) => ({ cameraId, fromMs, toMs }));
}

function isSame(spans: readonly (ClipSpan & { cameraId: CameraId })[], clips: readonly StoredClip[]): boolean {
  const isAlike = (at: number): boolean => {
    const [span, clip] = [spans[at], clips[at]];
    return span?.cameraId === clip?.cameraId && span?.fromMs === clip?.fromMs && span?.toMs === clip?.toMs;
  };
  return spans.length === clips.length && spans.every((_span, at) => isAlike(at));
}

function spansByCamera(clips: readonly (ClipSpan & { cameraId: CameraId })[]): Map<CameraId, ClipSpan[]> {
  const spans = new Map<CameraId, ClipSpan[]>();
  for (const { cameraId, fromMs, toMs } of [...clips].sort((a, b) => a.fromMs - b.fromMs)) {
    const known = spans.get(cameraId) ?? [];
    const last = known.at(-1);
    if (last && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else known.push({ fromMs, toMs });
    spans.set(cameraId, known);
  }
  return spans;
}
