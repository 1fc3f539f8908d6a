/**
 * The queue of exports, one running at a time, in the order they were asked for. Each ends as done, failed with a
 * problem, or cancelled, and only a done one leaves files. The list is remembered: what ran or waited when the program
 * ended, also by a kill, is done after the next `begin`, and what a kill left in the chosen folder is removed. While
 * the vault is locked nothing runs: what ran waits, and begins anew. Asking where to save is left to others.
 */
import type { ExportJob, ExportShare, ExportState } from '../../contract/exports.ts';
import { type ExportPaces, type ExportSource, kindOfExport, learned, sourceOf } from '../../contract/exportPace.ts';
import type { CameraId } from '../../contract/model.ts';
import { bad, type Outcome } from '../../contract/problems.ts';
import type { Library } from '../library/library.ts';
import type { Vault } from '../vault/folder.ts';
import type { Ffmpeg } from '../video/ffmpeg.ts';
import type { EvidenceJob, WriteEvidence } from './evidenceJob.ts';
import { type ExportsDocument, type Memory, mostExports, type StoredExport } from './exportsDocument.ts';
import { ExportRate } from './exportRate.ts';
import { shareOf } from './exportShare.ts';
import { type ExportOrder, queued, type QueuedExport, remembered, revived, waiting } from './queuedExport.ts';
import { sealer, withoutKeys } from './sealing.ts';
import { writeExport, type WrittenExport } from './writeExport.ts';

export interface ExporterOptions {
  ffmpeg: Ffmpeg;
  library: Library;
  vault: Vault;
  /** Without it the list lives as long as the program. */
  memory?: Memory<ExportsDocument>;
  writeEvidence?: WriteEvidence;
  now?: () => number;
  on: {
    changed: (jobs: ExportJob[]) => void;
    /** What nobody expected; its id is shown. */
    defect?: (error: unknown) => string;
  };
}

const leastLearned = { bytes: 100_000, ms: 20 };

export class Exporter {
  readonly #options: ExporterOptions;
  readonly #now: () => number;
  #entries: QueuedExport[] = [];
  #working: Promise<void> | null = null;
  #beginning: Promise<void> | null = null;
  #closed = false;
  #paused = false;
  #paces: ExportPaces = {};

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

  start(order: ExportOrder): ExportJob {
    const entry = queued(order);
    const { job } = entry;
    this.#entries.push(entry);
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

  /** Puts a failed or cancelled one back into the queue, into another folder if one is given. */
  tryAgain(id: string, folder: string | null = null): void {
    const entry = this.#find(id);
    if (entry?.job.progress.state !== 'failed' && entry?.job.progress.state !== 'cancelled') return;
    this.#entries = [...this.#entries.filter((other) => other !== entry), entry];
    entry.cancel = new AbortController();
    entry.placing = [];
    if (folder !== null) entry.job = { ...entry.job, folder };
    this.#set(entry, waiting);
    this.#workOn();
  }

  /** Forgets what is finished, whatever its end. */
  clear(): void {
    this.#entries = this.#entries.filter(({ job }) => ['waiting', 'running'].includes(job.progress.state));
    this.#tell();
    void this.#keep();
  }

  /**
   * Forgets every export that names a camera of which nothing is to be known any more; what was exported stays. False
   * where what is remembered may still name it: the vault is locked, or the disk takes no writing.
   */
  async forgetCamera(cameraId: CameraId): Promise<boolean> {
    this.#beginning ??= this.#remember();
    await this.#beginning;
    const names = ({ job }: QueuedExport): boolean => job.cameras.some(({ id }) => id === cameraId);
    for (const entry of this.#entries) if (names(entry)) this.cancel(entry.job.id);
    this.#entries = this.#entries.filter((entry) => !names(entry));
    this.#tell();
    // Twice, so that the version before does not name it either.
    return (await this.#keep()) && (await this.#keep());
  }

  jobs(): ExportJob[] {
    return this.#entries.map(({ job }) => ({ ...job }));
  }

  /** What exports of each kind took in this run of the program. */
  get paces(): ExportPaces {
    return this.#paces;
  }

  #learn({ job }: QueuedExport, source: ExportSource, tookMs: number, resultBytes: number): void {
    // Where nothing could be joined all of it was made anew, which is no pace of a copy; a moment's work says nothing.
    if (job.madeAnew.length > 0 || source.sourceBytes < leastLearned.bytes || tookMs < leastLearned.ms) return;
    const kind = kindOfExport(job, job.result.is);
    this.#paces = { ...this.#paces, [kind]: learned(this.#paces[kind], { ...source, tookMs, resultBytes }) };
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

  /**
   * The vault is locked: as `pause`, and nothing of the list stays in memory, which the next `begin` takes up again. What
   * the disk refuses stays.
   */
  async lock(): Promise<void> {
    await this.pause();
    await this.#beginning;
    const { memory } = this.#options;
    if (!memory || (this.#entries.length > 0 && !(await this.#keep()))) return;
    this.#entries = [];
    this.#beginning = null;
    memory.lock();
  }

  /** Ends what runs and waits for that; it is done after the next `begin`. May be called twice. */
  async close(): Promise<void> {
    await this.#keep();
    this.#closed = true;
    for (const { job } of this.#entries) this.cancel(job.id);
    await this.#working;
  }

  #waitAgain(entry: QueuedExport): void {
    entry.again = false;
    entry.cancel = new AbortController();
    this.#set(entry, { state: 'waiting', wasLocked: true });
  }

  #find(id: string): QueuedExport | undefined {
    return this.#entries.find(({ job }) => job.id === id);
  }

  #set(entry: QueuedExport, progress: ExportState): void {
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
    const entries: QueuedExport[] = [];
    for (const stored of document.jobs) if (!known.has(stored.id)) entries.push(await revived(stored, this.#now));
    this.#entries = [...entries, ...this.#entries];
    this.#tell();
  }

  /** False where it could not be written. */
  async #keep(): Promise<boolean> {
    if (this.#closed) return false;
    const jobs = this.#entries.slice(-mostExports).map(remembered);
    return (await this.#options.memory?.write({ version: 2, jobs })) ?? true;
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

  async #run(entry: QueuedExport): Promise<void> {
    const { on } = this.#options;
    this.#set(entry, {
      ...{ state: 'running', doneFraction: 0, bytesWritten: 0 },
      ...{ expectedBytes: null, timesRealTime: null, leftMs: null },
    });
    const done = { fraction: 0 };
    try {
      const written = await this.#write(entry, done);
      if (written.ok) {
        entry.result = withoutKeys(entry.result);
        this.#set(entry, { state: 'done', ...written.value, finishedMs: this.#now() });
      } else if (!this.#closed && (entry.again || this.#options.vault.identity === null)) this.#waitAgain(entry);
      else if (written.problem.code === 'cancelled')
        this.#set(entry, { state: 'cancelled', doneFraction: done.fraction });
      else this.#set(entry, { state: 'failed', problem: written.problem });
    } catch (error) {
      this.#set(entry, { state: 'failed', problem: { code: 'defect', id: on.defect?.(error) ?? '' } });
      if (!on.defect) throw error;
    }
  }

  async #write(entry: QueuedExport, done: { fraction: number }): Promise<Outcome<WrittenExport>> {
    const { library, vault } = this.#options;
    const { id, fromMs, toMs, folder, cameras } = entry.job;
    const recorded: { id: CameraId; name: string }[] = [];
    const sum = { recordedMs: 0, gaps: 0 };
    const shares: ExportShare[] = [];
    for (const camera of cameras) {
      const share = await shareOf(library, camera.id, { fromMs, toMs });
      if (share.recordedMs <= 0) continue;
      recorded.push(camera);
      sum.recordedMs += share.recordedMs;
      sum.gaps += share.gaps;
      shares.push(share);
    }
    entry.job = { ...entry.job, ...sum, madeAnew: [] };
    if (recorded.length === 0) return bad({ code: 'notRecorded' });
    const rate = new ExportRate(sum.recordedMs, this.#now);
    const common = {
      ...{ id, library, vault, cameras: recorded, fromMs, toMs, folder, signal: entry.cancel.signal },
      onProgress: (progress: { doneFraction: number; bytesWritten: number }) => {
        // What is done stays done: a second look at a file is no step back.
        done.fraction = Math.max(done.fraction, progress.doneFraction);
        const told = rate.tell({ ...progress, doneFraction: done.fraction });
        if (entry.job.progress.state === 'running') this.#set(entry, { state: 'running', ...told });
      },
      onPlacing: async (placing: StoredExport['placing']) => {
        entry.placing = placing;
        await this.#keep();
      },
    };
    const written = await this.#writeAs(entry, common);
    if (written.ok) this.#learn(entry, sourceOf(shares, entry.job.timeLapseMs), rate.tookMs, written.value.sizeBytes);
    return written;
  }

  #writeAs(entry: QueuedExport, common: EvidenceJob): Promise<Outcome<WrittenExport>> {
    const { ffmpeg, writeEvidence } = this.#options;
    if (entry.result.is === 'evidence') {
      return writeEvidence ? writeEvidence(common) : Promise.resolve(bad({ code: 'gone' }));
    }
    const { cut, burnsIn, sound, timeLapseMs } = entry.job;
    return writeExport({
      ...{
        ...common,
        ffmpeg,
        cut,
        burnsIn,
        sound,
        timeLapseMs,
        sealed: entry.result.is === 'sealed',
        sealTo: sealer(entry.result),
      },
      onMadeAnew: (cameraId) => (entry.job = { ...entry.job, madeAnew: [...entry.job.madeAnew, cameraId] }),
    });
  }
}
