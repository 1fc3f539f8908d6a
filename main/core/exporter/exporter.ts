/**
 * The list of exports, one running at a time, in the order they were asked for. Each ends as done, failed with a
 * problem, or cancelled, and only a done one leaves files. The list is remembered: what ran or waited when the program
 * ended, also by a kill, is done after the next `begin`, and what a kill left beside the chosen place is removed. While
 * the vault is locked nothing runs: what ran waits, and begins anew. Asking where to save is left to others.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { CameraId, ExportJob, ExportState } from '../../contract/model.ts';
import type { Library } from '../library/library.ts';
import { recordedMs } from '../library/spans.ts';
import type { Vault } from '../vault/folder.ts';
import type { Ffmpeg } from '../video/ffmpeg.ts';
import { type ExportsDocument, type Memory, mostExports, storedEnd, type StoredExport } from './exportsDocument.ts';
import { type FileMark, isPlaced, markOf, removeLeftovers } from './places.ts';
import { writeClip } from './writeClip.ts';

export interface ExporterOptions {
  ffmpeg: Ffmpeg;
  library: Library;
  vault: Vault;
  /** Without it the list lives as long as the program. */
  memory?: Memory<ExportsDocument>;
  now?: () => number;
  on: {
    changed: (jobs: ExportJob[]) => void;
    /** What nobody expected; its id is shown. */
    defect?: (error: unknown) => string;
  };
}

export interface ExportRequest {
  cameraId: CameraId;
  cameraName: string;
  fromMs: number;
  toMs: number;
  /** The whole path that the user chose. A file that is there now is replaced: the save dialog asked. */
  file: string;
}

interface Entry {
  job: ExportJob;
  agreed: FileMark | null;
  placing: StoredExport['placing'];
  cancel: AbortController;
  /** It was ended to be begun anew. */
  again: boolean;
}

/** A rate is worth telling after this much time. */
const settleMs = 1000;

export class Exporter {
  readonly #options: ExporterOptions;
  readonly #now: () => number;
  #entries: Entry[] = [];
  #working: Promise<void> | null = null;
  #beginning: Promise<void> | null = null;
  #closed = false;
  #paused = false;

  constructor(options: ExporterOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Takes up what is remembered, and goes on with it; called again, after unlocking, with what waits. */
  async begin(): Promise<void> {
    this.#beginning ??= this.#remember();
    await this.#beginning;
    this.#paused = false;
    this.#workOn();
  }

  start({ cameraId, cameraName, fromMs, toMs, file }: ExportRequest): ExportJob {
    const id = randomBytes(8).toString('hex');
    const job: ExportJob = {
      ...{ id, cameraId, cameraName, fromMs, toMs, file },
      recordedMs: 0,
      progress: { state: 'waiting' },
    };
    this.#entries.push({ job, agreed: markOf(file), placing: [], cancel: new AbortController(), again: false });
    this.#tell();
    this.#workOn();
    return { ...job };
  }

  /** Nothing happens to what is finished or not there. */
  cancel(id: string): void {
    const entry = this.#find(id);
    if (!entry) return;
    entry.again = false;
    entry.cancel.abort();
    if (entry.job.progress.state !== 'waiting') return;
    this.#set(entry, { state: 'cancelled', doneFraction: 0 });
    void this.#keep();
  }

  /** Puts a failed or cancelled one back into the queue. */
  tryAgain(id: string): void {
    const entry = this.#find(id);
    if (entry?.job.progress.state !== 'failed' && entry?.job.progress.state !== 'cancelled') return;
    this.#entries = [...this.#entries.filter((other) => other !== entry), entry];
    entry.cancel = new AbortController();
    this.#set(entry, { state: 'waiting' });
    this.#workOn();
  }

  /** Forgets what is finished, whatever its end. */
  clear(): void {
    this.#entries = this.#entries.filter(({ job }) => ['waiting', 'running'].includes(job.progress.state));
    this.#tell();
    void this.#keep();
  }

  /** Forgets every export of a camera of which nothing is to be known any more; what was exported stays. */
  async forgetCamera(cameraId: CameraId): Promise<void> {
    this.#beginning ??= this.#remember();
    await this.#beginning;
    for (const { job } of this.#entries) if (job.cameraId === cameraId) this.cancel(job.id);
    this.#entries = this.#entries.filter(({ job }) => job.cameraId !== cameraId);
    this.#tell();
    // Twice, so that the version before does not name it either.
    await this.#keep();
    await this.#keep();
  }

  jobs(): ExportJob[] {
    return this.#entries.map(({ job }) => ({ ...job }));
  }

  /** Ends what runs, which waits then, and begins nothing more before `begin`. Resolves when no recording is open. */
  async pause(): Promise<void> {
    this.#paused = true;
    for (const entry of this.#entries) {
      if (entry.job.progress.state !== 'running') continue;
      entry.again = true;
      entry.cancel.abort();
    }
    await this.#working;
  }

  /** Ends what runs and waits for that; it is done after the next `begin`. May be called twice. */
  async close(): Promise<void> {
    await this.#keep();
    this.#closed = true;
    for (const { job } of this.#entries) this.cancel(job.id);
    await this.#working;
  }

  #waitAgain(entry: Entry): void {
    entry.again = false;
    entry.cancel = new AbortController();
    this.#set(entry, { state: 'waiting' });
  }

  #find(id: string): Entry | undefined {
    return this.#entries.find(({ job }) => job.id === id);
  }

  #set(entry: Entry, progress: ExportState): void {
    entry.job = { ...entry.job, progress };
    this.#tell();
  }

  #tell(): void {
    this.#options.on.changed(this.jobs());
  }

  async #remember(): Promise<void> {
    const document = await this.#options.memory?.read();
    if (!document) {
      this.#beginning = null;
      return;
    }
    const known = new Set(this.#entries.map(({ job }) => job.id));
    const entries: Entry[] = [];
    for (const stored of document.jobs) if (!known.has(stored.id)) entries.push(await this.#revive(stored));
    this.#entries = [...entries, ...this.#entries];
    this.#tell();
  }

  /** A job as it was; one without an end waits again, unless only the telling of its end was missing. */
  async #revive({ agreed, placing, end, ...rest }: StoredExport): Promise<Entry> {
    const entry: Entry = {
      job: { ...rest, progress: end ?? { state: 'waiting' } },
      agreed,
      placing,
      cancel: new AbortController(),
      again: false,
    };
    if (end) return entry;
    await removeLeftovers(path.dirname(rest.file), rest.id);
    const placed: typeof placing = [];
    for (const one of placing) if (await isPlaced(one.file, one.sizeBytes)) placed.push(one);
    if (placed.length > 0 && placed.length === placing.length) {
      const sizeBytes = placed.reduce((sum, one) => sum + one.sizeBytes, 0);
      const files = placed.map(({ file }) => file);
      entry.job.progress = { state: 'done', sizeBytes, files, finishedMs: this.#now() };
    } else for (const { file } of placed) await rm(file, { force: true }).catch(() => undefined);
    return entry;
  }

  async #keep(): Promise<void> {
    if (this.#closed) return;
    const jobs = this.#entries
      .slice(-mostExports)
      .map(({ job: { progress, ...job }, agreed, placing }): StoredExport => {
        const isOpen = progress.state === 'waiting' || progress.state === 'running';
        return { ...job, agreed, placing, end: isOpen ? null : storedEnd(progress) };
      });
    await this.#options.memory?.write({ jobs });
  }

  #workOn(): void {
    if (this.#closed || this.#paused) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
  }

  async #work(): Promise<void> {
    await this.#keep();
    for (;;) {
      const entry = this.#entries.find(({ job }) => job.progress.state === 'waiting');
      if (!entry || this.#closed || this.#paused || this.#options.vault.identity === null) return;
      await this.#run(entry);
      await this.#keep();
    }
  }

  async #run(entry: Entry): Promise<void> {
    const { library, on } = this.#options;
    const { cameraId, fromMs, toMs } = entry.job;
    const done = { fraction: 0 };
    this.#set(entry, { state: 'running', doneFraction: 0, bytesWritten: 0, leftMs: null });
    try {
      entry.job = { ...entry.job, recordedMs: recordedMs(await library.spans(cameraId, fromMs, toMs)) };
      const written = await this.#write(entry, done);
      if (written.ok) this.#set(entry, { state: 'done', ...written.value, finishedMs: this.#now() });
      else if (!this.#closed && (entry.again || this.#options.vault.identity === null)) this.#waitAgain(entry);
      else if (written.problem.code === 'cancelled')
        this.#set(entry, { state: 'cancelled', doneFraction: done.fraction });
      else this.#set(entry, { state: 'failed', problem: written.problem });
    } catch (error) {
      this.#set(entry, { state: 'failed', problem: { code: 'defect', id: on.defect?.(error) ?? '' } });
      if (!on.defect) throw error;
    }
  }

  #write(entry: Entry, done: { fraction: number }): ReturnType<typeof writeClip> {
    const { ffmpeg, library, vault } = this.#options;
    const { id, cameraId, fromMs, toMs, file } = entry.job;
    const startedMs = this.#now();
    return writeClip({
      ...{ id, ffmpeg, file, agreed: entry.agreed, signal: entry.cancel.signal },
      clip: { library, vault, cameraId, fromMs, toMs },
      onPlacing: async (placing) => {
        entry.placing = placing;
        await this.#keep();
      },
      onProgress: (progress) => {
        done.fraction = progress.doneFraction;
        const tookMs = this.#now() - startedMs;
        const leftMs = tookMs > settleMs && done.fraction > 0 ? (tookMs / done.fraction) * (1 - done.fraction) : null;
        if (entry.job.progress.state === 'running') this.#set(entry, { state: 'running', ...progress, leftMs });
      },
    });
  }
}
