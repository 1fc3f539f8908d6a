/**
 * One recording while it is written: a sealed file that begins with the run's init and its link to the recording before
 * (chain.ts), and then takes fragments, each moved so that the file's own time begins at 0. It is readable from the first fragment on, also after the disk refused more.
 * Throws a VaultError when the disk does; what was whole before stays. When to begin and to end is the recorder's.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CameraId } from '../../contract/model.ts';
import type { Library, RecordingRow } from '../library/library.ts';
import type { FragmentPlace, OpenRecording } from '../library/openRecording.ts';
import { dayOf, finishedName, openName, readFinishedName, recordingsFolder } from '../library/recordingName.ts';
import type { Vault } from '../vault/folder.ts';
import { SealedWriter } from '../vault/sealedWriter.ts';
import { VaultError, vaultErrorOf } from '../vault/vaultError.ts';
import { type Fragment, type Init, moveFragment } from '../video/fmp4.ts';
import { type Chain, Pieces } from './chain.ts';
import { freeBox, paddingBytes, toldBy as mostTold } from './padding.ts';
import { reseal } from './reseal.ts';

/** Milliseconds that are tried when there is a recording of the same one already (the clock was set back). */
const mostNames = 100;
/** Beyond a fragment's own length, ffmpeg holds it for the sound that it converts: 0.5 s at most. */
const mostHeldMs = 1000;

export class RecordingFile implements OpenRecording {
  readonly cameraId: CameraId;
  readonly startMs: number;
  readonly mime: string;
  readonly initLength: number;
  readonly fragments: FragmentPlace[] = [];
  ended = false;
  readonly #vault: Vault;
  readonly #init: Init;
  /** Media time of the run at which this file begins. */
  readonly #baseSeconds: number;
  readonly #writer: SealedWriter;
  readonly #release: () => void;
  readonly #chain: Chain;
  readonly #pieces = new Pieces();
  readonly #heldMs: number[];
  #endMs: number;
  #size = 0;

  private constructor(options: BeginOptions, { startMs, writer, release }: Begun) {
    this.cameraId = options.cameraId;
    this.startMs = startMs;
    this.#endMs = startMs;
    this.mime = options.init.mime;
    this.initLength = options.init.bytes.length;
    this.#vault = options.vault;
    this.#init = options.init;
    this.#baseSeconds = options.first.startSeconds;
    this.#writer = writer;
    this.#release = release;
    this.#chain = options.chain;
    this.#heldMs = options.toldMs;
  }

  /** Makes the file and puts init and first fragment into it; leaves no file behind when that fails. */
  static async begin(options: BeginOptions): Promise<RecordingFile> {
    const file = new RecordingFile(options, await createWriter(options));
    try {
      await file.#take(options.init.bytes);
      await file.#take(await options.chain.link(file.startMs, file.#writer.sealId));
      await file.append(options.first, options.heldMs);
      return file;
    } catch (error) {
      await file.discard().catch(() => undefined);
      throw error;
    }
  }

  get endMs(): number {
    return this.#endMs;
  }

  get sizeBytes(): number {
    return this.#size;
  }

  get mediaMs(): number {
    const last = this.fragments.at(-1);
    return last ? last.startMs + last.durationMs - this.startMs : 0;
  }

  /** `heldMs`: from the fragment's first picture to its arrival. */
  async append(fragment: Fragment, heldMs: number): Promise<void> {
    const bytes = moveFragment(fragment.bytes, this.#init.tracks, -this.#baseSeconds);
    const offset = this.#size;
    await this.#take(bytes);
    const startMs = this.startMs + (fragment.startSeconds - this.#baseSeconds) * 1000;
    const durationMs = fragment.durationSeconds * 1000;
    const { keyframe } = fragment;
    this.fragments.push({ offset, length: bytes.length, startMs, durationMs, keyframe });
    // Never empty: a fragment of one picture can have no duration of its own.
    this.#endMs = Math.max(this.#endMs, Math.round(startMs + durationMs), this.startMs + 1);
    // A clock that was set says nothing of ffmpeg.
    this.#heldMs.push(Math.min(Math.max(heldMs, durationMs), durationMs + mostHeldMs));
    if (this.#heldMs.length > mostTold) this.#heldMs.shift();
    await this.#pad();
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    return await this.#writer.read(offset, length);
  }

  /** Puts it in its place for good. `endMs`: where the next one begins, when that is known better. */
  async finish(endMs = this.#endMs): Promise<Omit<RecordingRow, 'path'>> {
    this.ended = true;
    this.#endMs = Math.max(endMs, this.startMs + 1);
    const finalPath = this.#finalPath;
    await this.#writer.finish(finalPath);
    this.#chain.ended(this.startMs, this.#writer.sealId, this.#pieces);
    return await this.#rowOf(finalPath);
  }

  /** After trouble with the disk: forgets what is not whole in the file. False when nothing is left. */
  cut(): boolean {
    this.ended = true;
    const sizeBytes = this.#writer.sizeBytes;
    while (this.fragments.length > 0 && this.#wholeBytes > sizeBytes) this.fragments.pop();
    this.#size = this.#wholeBytes;
    const last = this.fragments.at(-1);
    this.#endMs = Math.max(Math.round(last ? last.startMs + last.durationMs : 0), this.startMs + 1);
    return last !== undefined;
  }

  /** Lets its disk be taken out; what is whole can be read all the same, as long as the disk is there. */
  async rest(): Promise<void> {
    await this.#writer.rest();
  }

  /** Makes a whole recording of what `cut` left, and the disk still has; null, and no file, when that is nothing. */
  async mend(): Promise<Omit<RecordingRow, 'path'> | null> {
    await this.#writer.reopen();
    if (!this.cut()) {
      await this.discard();
      return null;
    }
    const { cameraId, startMs, endMs } = this;
    const read = (offset: number, length: number): Promise<Uint8Array> => this.#writer.read(offset, length);
    const { path: from, sealId } = this.#writer;
    const wholeBytes = this.#wholeBytes;
    const copy = await reseal({ path: from, sealId, cameraId, startMs, endMs, wholeBytes, read }, this.#vault);
    this.#pieces.cut(wholeBytes);
    this.#pieces.add(copy.box);
    this.#chain.ended(startMs, copy.sealId, this.#pieces);
    return await this.#rowOf(copy.path);
  }

  /** Removes a file that holds nothing whole. */
  async discard(): Promise<void> {
    await this.#writer.close();
    await rm(this.#writer.path, { force: true }).finally(() => this.#release());
  }

  /** Unfinished, it stays as after a crash, for recovery. May be called twice. */
  async close(): Promise<void> {
    await this.#writer.close();
    this.#release();
  }

  /** Seals what waits, where the next fragment could make it too much to lose. */
  async #pad(): Promise<void> {
    const unsealed = { fragments: this.fragments, heldMs: this.#heldMs, writtenBytes: this.#writer.writtenBytes };
    const sizeBytes = paddingBytes({ ...unsealed, sizeBytes: this.#size });
    if (sizeBytes === 0) return;
    await this.#take(freeBox(sizeBytes));
  }

  async #take(bytes: Uint8Array): Promise<void> {
    await this.#writer.append(bytes);
    this.#pieces.add(bytes);
    this.#size += bytes.length;
  }

  get #wholeBytes(): number {
    const last = this.fragments.at(-1);
    return last ? last.offset + last.length : this.initLength;
  }

  get #finalPath(): string {
    return path.join(path.dirname(this.#writer.path), finishedName(this));
  }

  async #rowOf(finalPath: string): Promise<Omit<RecordingRow, 'path'>> {
    const { cameraId, startMs, endMs } = this;
    try {
      return { cameraId, startMs, endMs, sizeBytes: (await stat(finalPath)).size };
    } catch (error) {
      throw await vaultErrorOf(error, finalPath);
    }
  }
}

export interface BeginOptions {
  vault: Vault;
  library: Library;
  cameraId: CameraId;
  init: Init;
  first: Fragment;
  /** What this recording says of the one before. */
  chain: Chain;
  /** From the first fragment's first picture to its arrival. */
  heldMs: number;
  /** The same of the run's fragments so far: told on by each. */
  toldMs: number[];
  startMs: number;
}

interface Begun {
  startMs: number;
  writer: SealedWriter;
  /** Lets others touch the file. */
  release: () => void;
}

async function createWriter({ vault, library, cameraId, startMs }: BeginOptions): Promise<Begun> {
  for (let tryMs = startMs; ; tryMs++) {
    const folder = await vault.makeFolder(recordingsFolder, cameraId, dayOf(tryMs));
    if (!folder.ok) throw new VaultError(folder.problem);
    // A finished one that begins in the same millisecond and lasts as long would be replaced by this one at its end: a
    // clock set back by whole seconds, and a camera with a keyframe a second, are enough for that.
    if (tryMs - startMs < mostNames && (await isBegun(folder.value, tryMs))) continue;
    const file = path.join(folder.value, openName(tryMs));
    const release = await library.survey.hold(cameraId, tryMs);
    try {
      return { startMs: tryMs, writer: await SealedWriter.create(file, vault.recipients), release };
    } catch (error) {
      const taken = error instanceof VaultError && error.problem.code === 'fileExists';
      // A full disk still takes the name of a file, and nothing into it.
      if (!taken) await rm(file, { force: true }).catch(() => undefined);
      release();
      if (!taken || tryMs - startMs >= mostNames) throw error;
    }
  }
}

async function isBegun(folder: string, startMs: number): Promise<boolean> {
  try {
    return (await readdir(folder)).some((name) => readFinishedName(name)?.startMs === startMs);
  } catch (error) {
    throw await vaultErrorOf(error, folder);
  }
}
