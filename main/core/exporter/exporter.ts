/**
 * The list of exports, one running at a time, in the order they were asked for. Each ends as done, failed with a
 * problem, or cancelled, and only a done one leaves files. The list lives as long as the program; closing cancels what
 * runs. While the vault is locked nothing runs: what ran waits, and begins anew. Asking where to save is left to others.
 */
import { randomBytes } from 'node:crypto';
import type { CameraId, ExportJob, ExportState } from '../../contract/model.ts';
import type { Library } from '../library/library.ts';
import { recordedMs } from '../library/spans.ts';
import type { Vault } from '../vault/folder.ts';
import type { Ffmpeg } from '../video/ffmpeg.ts';
import { type FileMark, markOf } from './places.ts';
import { writeClip } from './writeClip.ts';

export interface ExporterOptions {
  ffmpeg: Ffmpeg;
  library: Library;
  vault: Vault;
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
  #closed = false;
  #paused = false;

  constructor(options: ExporterOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  start({ cameraId, cameraName, fromMs, toMs, file }: ExportRequest): ExportJob {
    const id = randomBytes(8).toString('hex');
    const job: ExportJob = {
      ...{ id, cameraId, cameraName, fromMs, toMs, file },
      recordedMs: 0,
      progress: { state: 'waiting' },
    };
    this.#entries.push({ job, agreed: markOf(file), cancel: new AbortController(), again: false });
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
    if (entry.job.progress.state === 'waiting') this.#set(entry, { state: 'cancelled', doneFraction: 0 });
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
  }

  jobs(): ExportJob[] {
    return this.#entries.map(({ job }) => ({ ...job }));
  }

  /** Ends what runs, which waits then, and begins nothing more before `resume`. Resolves when no recording is open. */
  async pause(): Promise<void> {
    this.#paused = true;
    for (const entry of this.#entries) {
      if (entry.job.progress.state !== 'running') continue;
      entry.again = true;
      entry.cancel.abort();
    }
    await this.#working;
  }

  resume(): void {
    this.#paused = false;
    this.#workOn();
  }

  /** Cancels everything and waits for its end. May be called twice. */
  async close(): Promise<void> {
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

  #workOn(): void {
    if (this.#closed || this.#paused) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
  }

  async #work(): Promise<void> {
    for (;;) {
      const entry = this.#entries.find(({ job }) => job.progress.state === 'waiting');
      if (!entry || this.#closed || this.#paused) return;
      await this.#run(entry);
    }
  }

  async #run(entry: Entry): Promise<void> {
    const { ffmpeg, library, vault, on } = this.#options;
    const { cameraId, fromMs, toMs, file } = entry.job;
    const { signal } = entry.cancel;
    const startedMs = this.#now();
    let doneFraction = 0;
    this.#set(entry, { state: 'running', doneFraction, bytesWritten: 0, leftMs: null });
    try {
      entry.job = { ...entry.job, recordedMs: recordedMs(await library.spans(cameraId, fromMs, toMs)) };
      const written = await writeClip({
        ffmpeg,
        clip: { library, vault, cameraId, fromMs, toMs },
        file,
        agreed: entry.agreed,
        signal,
        onProgress: (progress) => {
          doneFraction = progress.doneFraction;
          const tookMs = this.#now() - startedMs;
          const leftMs = tookMs > settleMs && doneFraction > 0 ? (tookMs / doneFraction) * (1 - doneFraction) : null;
          if (entry.job.progress.state === 'running') this.#set(entry, { state: 'running', ...progress, leftMs });
        },
      });
      if (written.ok) this.#set(entry, { state: 'done', ...written.value, finishedMs: this.#now() });
      else if (entry.again && !this.#closed) this.#waitAgain(entry);
      else if (written.problem.code === 'cancelled') this.#set(entry, { state: 'cancelled', doneFraction });
      else this.#set(entry, { state: 'failed', problem: written.problem });
    } catch (error) {
      this.#set(entry, { state: 'failed', problem: { code: 'defect', id: on.defect?.(error) ?? '' } });
      if (!on.defect) throw error;
    }
  }
}
