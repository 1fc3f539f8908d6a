/**
 * What stays recorded and what goes while a vault is open: the rules as the user set them, protected clips, the
 * deletion of the oldest, and that of a camera's recordings, after which nothing in the vault names a camera that was
 * removed (`Forgetting`). The order matters there: first the recordings, whose names say only when, then the names.
 */
import type {
  CameraHoldings,
  CameraId,
  CameraKeepDays,
  Clip,
  ClipList,
  Holding,
  RetentionPreview,
} from '../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../contract/problems.ts';
import { Clips, type ClipSpan } from '../core/library/clips.ts';
import { keepEvents } from '../core/library/eventRetention.ts';
import { holdingsOf } from '../core/library/holding.ts';
import type { RecordingRow } from '../core/library/library.ts';
import { defaultKeepBytes, type KeepWishes, Retention } from '../core/library/retention.ts';
import { freeBytesOf } from '../core/vault/vaultError.ts';
import { Forgetting, type ForgettingOptions } from './forgetting.ts';

/** Rules as they are typed; what is not there is as it is set. */
export interface TypedRules {
  keepBytes?: number | null;
  keepDays?: number | null;
  camera?: { cameraId: CameraId; keepDays: CameraKeepDays };
}

export interface KeepingOptions extends Omit<ForgettingOptions, 'releaseClips'> {
  on: ForgettingOptions['on'] & {
    clips: (list: ClipList) => void;
    /** What the vault's status says of keeping is another now. */
    status: () => void;
    /** What is recorded of this camera is about to be deleted: its open recording is to end. */
    deleting: (cameraId: CameraId) => Promise<void>;
    /** What this camera told was deleted. */
    eventsDeleted: (cameraId: CameraId) => void;
  };
}

export class Keeping {
  readonly clips: Clips;
  readonly retention: Retention;
  readonly #options: KeepingOptions;
  readonly #forgetting: Forgetting;
  #closed = false;
  #warning: Problem | null = null;

  private constructor(options: KeepingOptions, clips: Clips) {
    this.#options = options;
    this.clips = clips;
    const { library, vault, log } = options;
    this.#forgetting = new Forgetting({
      ...options,
      releaseClips: (cameraId) => this.#changeClips(() => clips.forgetCamera(cameraId)),
    });
    this.retention = new Retention({
      library,
      folder: vault.folder,
      away: () => vault.away(),
      // Until it is decided nothing goes for its sake.
      wishes: () => this.#wishes(options.settings.value.keepBytes ?? Infinity, {}),
      on: {
        checked: ({ recordings, overBytes }, clock) => this.#checked(recordings, overBytes, clock),
        defect: (error) => log.defect(error, 'retention'),
      },
    });
  }

  static async open(options: KeepingOptions): Promise<Keeping> {
    const keeping = new Keeping(options, await Clips.open(options.vault, options.cameras.protectedSpans));
    keeping.#decide();
    return keeping;
  }

  /** The most that recordings may take, as in force now, or as far as it can be said yet. */
  async keepBytes(): Promise<number> {
    const { settings, library, vault } = this.#options;
    return settings.value.keepBytes ?? defaultKeepBytes(await freeBytesOf(vault.folder), await library.knownBytes());
  }

  get warning(): Problem | null {
    const { entriesToGo } = this.#options.cameras;
    const left: Problem | null = entriesToGo > 0 ? { code: 'entryStays', entries: entriesToGo } : null;
    return this.clips.warning ?? this.#warning ?? left;
  }

  /** Takes over what changed in the settings or about a camera. What goes by it goes soon after. */
  apply(): void {
    const { log } = this.#options;
    this.#decide();
    void this.retention.checkAnew().catch((error: unknown) => log.defect(error, 'retention'));
    this.#options.on.status();
  }

  /** What typed rules would delete now. */
  async preview(typed: TypedRules): Promise<Outcome<RetentionPreview>> {
    const { settings, cameras } = this.#options;
    const wanted = typed.keepBytes === undefined ? settings.value.keepBytes : typed.keepBytes;
    const previewed = await this.retention.preview(this.#wishes(wanted ?? (await this.#freeRoom(false)), typed));
    if (!previewed.ok) return previewed;
    const { total, overBytes } = previewed.value;
    const names = new Map([...cameras.list(), ...cameras.removed()].map(({ id, name }) => [id, name]));
    const parts = [...previewed.value.cameras]
      .map(([cameraId, holding]) => ({ ...holding, cameraId, name: names.get(cameraId) ?? '' }))
      .sort((a, b) => b.sizeBytes - a.sizeBytes);
    return good({ total, cameras: parts, overBytes });
  }

  async clipList(): Promise<Outcome<ClipList>> {
    const { library } = this.#options;
    const { problem } = this.clips;
    if (problem) return bad(problem);
    const clips: Clip[] = [];
    for (const clip of this.clips.list()) {
      clips.push({ ...clip, sizeBytes: bytesOf(await library.covering(clip.cameraId, clip)) });
    }
    clips.sort((a, b) => b.fromMs - a.fromMs || b.createdMs - a.createdMs);
    return good({ clips, sizeBytes: await this.protectedBytes() });
  }

  /** Bytes that clips of this span would keep of these cameras. */
  async measure(cameraIds: readonly CameraId[], span: ClipSpan): Promise<number> {
    let sizeBytes = 0;
    for (const cameraId of new Set(cameraIds)) {
      sizeBytes += bytesOf(await this.#options.library.covering(cameraId, span));
    }
    return sizeBytes;
  }

  /** Protects the span of those cameras of which something is recorded in it, as far as time has come. */
  async protect(cameraIds: readonly CameraId[], span: ClipSpan, name: string): Promise<Outcome<null>> {
    const { library } = this.#options;
    const { fromMs } = span;
    const toMs = Math.min(span.toMs, Date.now());
    const recorded: CameraId[] = [];
    for (const cameraId of new Set(cameraIds)) {
      const spans = await library.spans(cameraId, fromMs, toMs);
      if (spans.some(({ kind }) => kind === 'recorded')) recorded.push(cameraId);
    }
    if (recorded.length === 0) return bad({ code: 'notRecorded' });
    return await this.#changeClips(() => this.clips.protect(recorded, { fromMs, toMs }, name));
  }

  async rename(clipId: string, name: string): Promise<Outcome<null>> {
    return await this.#changeClips(() => this.clips.rename(clipId, name));
  }

  async release(clipId: string): Promise<Outcome<null>> {
    return await this.#changeClips(() => this.clips.remove(clipId));
  }

  async holdings(cameraId: CameraId): Promise<CameraHoldings> {
    const { all, kept } = await holdingsOf(this.#options.library, cameraId, (row) => this.#isProtected(row));
    return { all, kept, clips: this.clips.list().filter((clip) => clip.cameraId === cameraId).length };
  }

  /**
   * Deletes what is recorded up to now of a camera, whether it is on the list or was removed. Returns what went. When no
   * recording of a removed camera is left, its name goes too.
   */
  async deleteRecordings(cameraId: CameraId, clips: 'keep' | 'release'): Promise<Outcome<Holding>> {
    const { library, cameras, on } = this.#options;
    if (clips === 'release') {
      const released = await this.#changeClips(() => this.clips.forgetCamera(cameraId));
      if (!released.ok) return released;
    }
    await on.deleting(cameraId);
    const { all, kept } = await holdingsOf(library, cameraId, (row) => this.#isProtected(row));
    const isListed = cameras.list().some(({ id }) => id === cameraId);
    const stays = (row: RecordingRow): boolean => this.#isProtected(row);
    if (isListed) await library.removal.removeRecordings(cameraId, stays);
    else await library.removal.removeCamera(cameraId, stays);
    const days = new Set(kept.recordings > 0 ? await library.days(cameraId) : []);
    await this.#options.events.remove(cameraId, (day) => !days.has(day));
    on.eventsDeleted(cameraId);
    const forgotten = isListed || kept.recordings > 0 ? good(null) : await this.#forgetting.forget(cameraId);
    on.deleted(cameraId);
    on.status();
    return forgotten.ok ? good(without(all, kept)) : forgotten;
  }

  /** See `Forgetting`. */
  async forgetGone(): Promise<Outcome<null>> {
    return await this.#forgetting.forgetGone();
  }

  /** The vault has its identity again: the list of clips can be read. */
  async unlocked(): Promise<void> {
    await this.clips.read();
    const list = await this.clipList();
    if (list.ok) this.#options.on.clips(list.value);
    this.retention.soon();
  }

  /** Waits for what is being deleted and forgotten. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.retention.close();
    await this.#forgetting.close();
  }

  #isProtected(row: RecordingRow): boolean {
    return this.clips.protects(row.cameraId, row);
  }

  #wishes(keepBytes: number, typed: TypedRules): KeepWishes {
    const { settings, cameras } = this.#options;
    const general = typed.keepDays === undefined ? settings.value.keepDays : typed.keepDays;
    const rules = new Map(cameras.list().map((camera) => [camera.id, camera.keepDays]));
    const removed = new Set(cameras.removed().map(({ id }) => id));
    if (typed.camera) rules.set(typed.camera.cameraId, typed.camera.keepDays);
    return {
      keepBytes,
      keepDays: (cameraId) => {
        const own = rules.get(cameraId) ?? null;
        // Of a camera on neither list nobody knows any more how long it was to be kept: the list was lost.
        if (own === 'room' || !(rules.has(cameraId) || removed.has(cameraId))) return null;
        return own ?? general;
      },
      isProtected: (row) => this.#isProtected(row),
    };
  }

  async #changeClips(change: () => Promise<Outcome<null>>): Promise<Outcome<null>> {
    const changed = await change();
    if (!changed.ok) return changed;
    const list = await this.clipList();
    if (list.ok) this.#options.on.clips(list.value);
    return changed;
  }

  async #checked(recordings: number, overBytes: number, clock: { isBelieved: boolean; nowMs: number }): Promise<void> {
    if (clock.isBelieved) await this.#keepEvents(clock.nowMs);
    const before = JSON.stringify(this.#warning);
    const protectedBytes = overBytes > 0 ? await this.protectedBytes() : 0;
    this.#warning =
      protectedBytes > 0 ? { code: 'protectedFull', protectedBytes, keepBytes: await this.keepBytes() } : null;
    if (recordings > 0 || this.#forgetting.owes) await this.forgetGone();
    if (recordings > 0 || JSON.stringify(this.#warning) !== before) this.#options.on.status();
  }

  async #keepEvents(nowMs: number): Promise<void> {
    const { events, library, on } = this.#options;
    const { keepDays } = this.#wishes(Infinity, {});
    for (const cameraId of await keepEvents({ events, library, keepDays, nowMs })) on.eventsDeleted(cameraId);
  }

  /** Of the recordings that all clips keep: each once, also where clips overlap. */
  async protectedBytes(): Promise<number> {
    const { library } = this.#options;
    let sizeBytes = 0;
    for (const cameraId of new Set(this.clips.list().map((clip) => clip.cameraId))) {
      const rows = new Map<string, RecordingRow>();
      for (const span of this.clips.spansOf(cameraId)) {
        for (const row of await library.covering(cameraId, span)) rows.set(row.path, row);
      }
      sizeBytes += bytesOf([...rows.values()]);
    }
    return sizeBytes;
  }

  /** Keeps what Nightjar decides, when every day is known, so that it does not shrink as the vault fills. */
  #decide(): void {
    const { settings, log } = this.#options;
    if (settings.value.keepBytes !== null) return;
    const decide = async (): Promise<void> => {
      const decided = await this.#freeRoom(settings.warning?.code === 'settingsLost');
      // Closed before every day was looked at, it would be too little.
      if (this.#closed) return;
      await settings.update((value) => ({ ...value, keepBytes: value.keepBytes ?? decided }));
      this.#options.on.status();
    };
    void decide().catch((error: unknown) => log.defect(error, 'the room to keep'));
  }

  /**
   * What is recorded counts as free: to leave it to Nightjar must not delete nearly everything on a full disk. Where the
   * user's own figure was lost, it is all the room that there is: what is deleted is gone for good.
   */
  async #freeRoom(lost: boolean): Promise<number> {
    const { library, vault } = this.#options;
    const freeBytes = await freeBytesOf(vault.folder);
    const usedBytes = await library.usedBytes();
    return lost ? freeBytes + usedBytes : defaultKeepBytes(freeBytes, usedBytes);
  }
}

function bytesOf(rows: readonly RecordingRow[]): number {
  return rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** What went of `all`, when `kept` stayed. */
function without(all: Holding, kept: Holding): Holding {
  return {
    ...all,
    recordings: all.recordings - kept.recordings,
    sizeBytes: all.sizeBytes - kept.sizeBytes,
    recordedMs: all.recordedMs - kept.recordedMs,
  };
}
