/**
 * Exports everything: the recordings of the vault, or of some cameras, as plain MP4 files of at most an hour in dated
 * folders, with a list of gaps and, where recordings are damaged, one of what is missing. One job at a time, which is
 * remembered sealed: after a kill it goes on where it was, what has its name is complete and is never written again,
 * and hidden unfinished files are removed. Trouble is a state; a damaged recording is no trouble. Asking where to save
 * is left to others.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { LeavingState } from '../../contract/leaving.ts';
import type { CameraId } from '../../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../../contract/problems.ts';
import type { Library } from '../library/library.ts';
import { type Run, SoleRun, type StoppedBy } from '../library/soleRun.ts';
import type { Vault } from '../vault/folder.ts';
import type { Ffmpeg } from '../video/ffmpeg.ts';
import type { Memory } from './exportsDocument.ts';
import { type LeavingDocument, mostLosses, type StoredCamera, type StoredLeaving } from './leavingDocument.ts';
import { findLeavingFolder, makeLeavingFolder } from './leavingFolder.ts';
import { type GroupProgress, nextGroup, settlePlacing, writeGroup } from './leavingGroup.ts';
import { recordingsBefore, writeCameraEnd } from './leavingLists.ts';
import { LeavingPace, told } from './leavingPace.ts';
import { removeLeftovers } from './places.ts';
import { folderNames } from './stamps.ts';

export interface LeavingOptions {
  ffmpeg: Ffmpeg;
  library: Library;
  vault: Vault;
  memory: Memory<LeavingDocument>;
  now?: () => number;
  /** Of one processor, for reading the recordings. */
  share?: number;
  on: { changed: (state: LeavingState) => void; defect: (error: unknown) => string };
}

export interface LeavingRequest {
  /** It may be there, empty, or its parent must be. */
  folder: string;
  cameras: { id: CameraId; name: string }[];
  everything: boolean;
}

const tellEveryMs = 500;

export class Leaving {
  readonly #options: LeavingOptions;
  readonly #now: () => number;
  #job: StoredLeaving | null = null;
  #state: LeavingState = { state: 'never' };
  readonly #run = new SoleRun();
  #beginning: Promise<void> | null = null;
  #closed = false;

  constructor(options: LeavingOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  get state(): LeavingState {
    return this.#state;
  }

  /** Takes up what is remembered and goes on with it; called again, after unlocking, with what waits for that. */
  async begin(): Promise<void> {
    this.#beginning ??= this.#remember();
    await this.#beginning;
    await this.#settled();
    if (this.#job?.end === null) this.#go();
  }

  /** Problems: `gone` while another runs; those of the disk. */
  async start({ folder, cameras, everything }: LeavingRequest): Promise<Outcome<null>> {
    await this.#settled();
    if (this.#run.isGoing) return bad({ code: 'gone' });
    const startedMs = this.#now();
    const names = folderNames(
      cameras.map(({ name }) => name),
      'Camera',
    );
    let totalBytes = 0;
    for (const { id } of cameras)
      totalBytes += (await recordingsBefore(this.#options.library, id, startedMs)).sizeBytes;
    const made = await makeLeavingFolder(folder, startedMs);
    if (!made.ok) return made;
    this.#job = {
      ...{ id: randomBytes(8).toString('hex'), startedMs, folder, everything, totalBytes, current: null, end: null },
      cameras: cameras.map(({ id, name }, at) => ({ id, name, folder: names[at] ?? id, doneMs: 0, ended: false })),
      ...{ doneBytes: 0, files: 0, recordedMs: 0, losses: [], lossCount: 0 },
    };
    this.#go();
    return good(null);
  }

  /** What is complete stays, and it goes on from there. */
  async stop(by: StoppedBy = 'user'): Promise<void> {
    await this.#run.stop(by);
  }

  /** Problems: `gone` when there is nothing to go on with. */
  async resume(): Promise<Outcome<null>> {
    await this.#settled();
    if (!this.#job || this.#job.end?.state === 'done') return bad({ code: 'gone' });
    this.#job.end = null;
    this.#go();
    return good(null);
  }

  /** Nothing happens while it runs. */
  async forget(): Promise<void> {
    await this.#settled();
    if (this.#run.isGoing || !this.#job) return;
    await this.#clean(this.#job);
    this.#job = null;
    await this.#options.memory.write({ job: null });
    this.#set({ state: 'never' });
  }

  /**
   * Leaves out a camera of which nothing is to be known any more; what was exported stays. False where what is remembered
   * may still name it: the vault is locked, or the disk takes no writing.
   */
  async forgetCamera(cameraId: CameraId): Promise<boolean> {
    this.#beginning ??= this.#remember();
    await this.#beginning;
    const ran = this.#run.isGoing;
    await this.stop('close');
    const job = this.#job;
    if (job) {
      job.cameras = job.cameras.filter(({ id }) => id !== cameraId);
      job.losses = job.losses.filter((loss) => loss.cameraId !== cameraId);
      if (job.current?.cameraId === cameraId) job.current = null;
      if (job.cameras.length === 0) this.#job = null;
    }
    // Twice, so that the version before does not name it either.
    const kept = (await this.#keep(this.#job)) && (await this.#keep(this.#job));
    if (ran && this.#job) this.#go();
    else if (!this.#job) this.#set({ state: 'never' });
    return kept;
  }

  /**
   * The vault is locked: it stops, and nothing of it stays in memory, which the next `begin` takes up again. What the disk
   * refuses stays.
   */
  async lock(): Promise<void> {
    await this.stop('lock');
    await this.#beginning;
    const { memory } = this.#options;
    if (this.#job && !(await this.#keep(this.#job))) return;
    this.#job = null;
    this.#state = { state: 'never' };
    this.#beginning = null;
    memory.lock();
  }

  /** It goes on after the next `begin`. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.stop('close');
  }

  async #remember(): Promise<void> {
    const document = await this.#options.memory.read();
    if (!document) {
      this.#beginning = null;
      return;
    }
    this.#job ??= document.job;
    const job = this.#job;
    if (!job || this.#state.state !== 'never') return;
    if (job.end?.state === 'done') this.#set({ state: 'done', job: told(job), finishedMs: job.end.finishedMs });
    else this.#set({ state: 'stopped', job: told(job), by: job.end ? 'user' : 'close' });
  }

  /** A run that has told its end tidies up for a moment yet. */
  async #settled(): Promise<void> {
    if (this.#state.state !== 'running') await this.#run.ended();
  }

  #go(): void {
    const job = this.#job;
    if (this.#closed || !job) return;
    this.#run.begin((run) => {
      const { name = '' } = job.cameras.find(({ ended }) => !ended) ?? {};
      this.#set({ state: 'running', job: told(job), camera: name, bytesPerSecond: null, leftMs: null });
      return this.#work(run, job);
    });
  }

  async #work(run: Run, job: StoredLeaving): Promise<void> {
    try {
      const worked = await this.#allCameras(run, job);
      if (worked.ok) await this.#done(job);
      else if (this.#options.vault.identity === null) this.#set({ state: 'stopped', job: told(job), by: 'lock' });
      else if (worked.problem.code === 'cancelled') await this.#stopped(run, job);
      else this.#set({ state: 'failed', job: told(job), problem: await this.#placeProblem(job, worked.problem) });
    } catch (error) {
      this.#set({ state: 'failed', job: told(job), problem: { code: 'defect', id: this.#options.on.defect(error) } });
    } finally {
      await this.#clean(job);
    }
  }

  async #done(job: StoredLeaving): Promise<void> {
    job.end = { state: 'done', finishedMs: this.#now() };
    job.current = null;
    await this.#keep(job);
    this.#set({ state: 'done', job: told(job), finishedMs: job.end.finishedMs });
  }

  async #stopped(run: Run, job: StoredLeaving): Promise<void> {
    if (run.by === 'user') job.end = { state: 'stopped' };
    await this.#keep(job);
    this.#set({ state: 'stopped', job: told(job), by: run.by });
  }

  async #allCameras(run: Run, job: StoredLeaving): Promise<Outcome<null>> {
    const there = await findLeavingFolder(job.folder);
    if (!there.ok) return there;
    await this.#clean(job);
    await settlePlacing(job);
    await this.#keep(job);
    const tell = this.#teller(job);
    for (const camera of job.cameras) {
      if (camera.ended) continue;
      const done = await this.#oneCamera(run, job, camera, tell);
      if (!done.ok) return done;
    }
    return good(null);
  }

  async #oneCamera(run: Run, job: StoredLeaving, camera: StoredCamera, tell: Tell): Promise<Outcome<null>> {
    const { ffmpeg, library, vault, share } = this.#options;
    for (;;) {
      if (run.signal.aborted) return bad({ code: 'cancelled' });
      if (vault.identity === null) return bad({ code: 'keyMissing' });
      tell(camera, 0);
      const group = await nextGroup(library, job, camera);
      if (!group) break;
      const written = await writeGroup({
        ...{ ffmpeg, library, vault, job, camera, group, signal: run.signal },
        ...(share !== undefined && { share }),
        keep: () => this.#keep(job),
        fed: (progress: GroupProgress) => tell(camera, progress.fedBytes),
        lost: (fromMs, toMs, file) => {
          job.lossCount += 1;
          const loss = { cameraId: camera.id, fromMs: Math.round(fromMs), toMs: Math.round(toMs), file };
          if (job.losses.length < mostLosses) job.losses.push(loss);
        },
      });
      if (!written.ok) return written;
    }
    const listed = await writeCameraEnd(library, job, camera);
    if (!listed.ok) return listed;
    camera.ended = true;
    await this.#keep(job);
    return good(null);
  }

  #teller(job: StoredLeaving): Tell {
    const pace = new LeavingPace(job, this.#now());
    let toldMs = 0;
    return (camera, fedBytes) => {
      const nowMs = this.#now();
      if (nowMs - toldMs < tellEveryMs && this.#state.state === 'running') return;
      toldMs = nowMs;
      this.#set({ state: 'running', camera: camera.name, ...pace.now(fedBytes, nowMs) });
    };
  }

  async #placeProblem(job: StoredLeaving, problem: Problem): Promise<Problem> {
    const there = await findLeavingFolder(job.folder);
    return there.ok ? problem : there.problem;
  }

  /** Removes what is unfinished on the disk. */
  async #clean(job: StoredLeaving): Promise<void> {
    if (job.current) await removeLeftovers(path.join(job.folder, job.current.day), job.id);
  }

  /** False where it could not be written. */
  async #keep(job: StoredLeaving | null): Promise<boolean> {
    return await this.#options.memory.write({ job: structuredClone(job) });
  }

  #set(state: LeavingState): void {
    this.#state = state;
    this.#options.on.changed(state);
  }
}

type Tell = (camera: StoredCamera, fedBytes: number) => void;
