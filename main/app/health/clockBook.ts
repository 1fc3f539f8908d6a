/**
 * Keeps how far each camera's clock was off, as its stream told while it was recorded: a row a camera and day, in a
 * sealed document with a proof, so that nobody else can have written it. What is measured while the vault is locked stays
 * in memory, and is written with what is there when it is open again; a program that ends locked forgets it. What the disk
 * refuses is written the next time.
 */
import type { HealthClock } from '../../contract/health.ts';
import type { CameraId, CameraStatus } from '../../contract/model.ts';
import type { LateStore } from '../lateStore.ts';
import { type ClockDay, type ClockDocument, clockOver, joined, withMeasurement } from './clockDocument.ts';

const writeEveryMs = 15 * 60_000;

export class ClockBook {
  readonly #memory: LateStore<ClockDocument>;
  readonly #defect: (error: unknown) => void;
  readonly #now: () => number;
  /** What is not on the disk yet. */
  readonly #fresh = new Map<CameraId, ClockDay[]>();
  /** As it is on the disk, or would be: read once, for every report asks for it. */
  #kept: ClockDocument | null = null;
  /** The disk refused the last version. */
  #refused = false;
  #locks = 0;
  #writing: Promise<void> = Promise.resolve();
  #writtenMs: number;

  constructor(memory: LateStore<ClockDocument>, defect: (error: unknown) => void, now: () => number = Date.now) {
    this.#memory = memory;
    this.#defect = defect;
    this.#now = now;
    this.#writtenMs = now();
  }

  /** Takes up what the statuses tell, of cameras that answer. */
  note(statuses: readonly CameraStatus[]): void {
    const atMs = this.#now();
    for (const { cameraId, stream, clockOffsetMs, clockUncertaintyMs } of statuses) {
      if (stream.state !== 'live' || clockOffsetMs === null) continue;
      const measured = { atMs, offsetMs: clockOffsetMs, uncertaintyMs: clockUncertaintyMs };
      this.#fresh.set(cameraId, withMeasurement(this.#fresh.get(cameraId) ?? [], measured));
    }
    if (Math.abs(atMs - this.#writtenMs) >= writeEveryMs) this.write().catch(this.#defect);
  }

  /** What was measured on the days of that span. */
  async over(cameraId: CameraId, fromMs: number, toMs: number): Promise<HealthClock | null> {
    await this.#writing;
    const kept = (await this.#read())?.cameras[cameraId] ?? [];
    return clockOver(joined(kept, this.#fresh.get(cameraId) ?? []), fromMs, toMs);
  }

  /** Nothing of that camera is to be known any more. False where what is remembered may still name it. */
  async forgetCamera(cameraId: CameraId): Promise<boolean> {
    this.#fresh.delete(cameraId);
    const without = (kept: ClockDocument['cameras']): ClockDocument['cameras'] =>
      Object.fromEntries(Object.entries(kept).filter(([id]) => id !== cameraId));
    // Twice, so that the version before does not name it either.
    return (await this.#change(without)) && (await this.#change(without));
  }

  /** Writes what is new; nothing while the vault is locked. */
  async write(): Promise<void> {
    if (this.#fresh.size === 0 && !this.#refused) return;
    await this.#change((kept) => kept);
  }

  /** The vault is locked: nothing of what was opened stays in memory once it is written. */
  async lock(): Promise<void> {
    await this.write().catch(this.#defect);
    this.#locks += 1;
    this.#kept = null;
    this.#memory.lock();
  }

  /** null while the vault is locked and it was not read before. */
  async #read(): Promise<ClockDocument | null> {
    if (this.#kept) return this.#kept;
    const locks = this.#locks;
    const kept = await this.#memory.read();
    // It may have been locked meanwhile.
    if (locks === this.#locks) this.#kept = kept;
    return kept;
  }

  /** Takes up what is new, too. False where it could not be written. */
  #change(step: (kept: ClockDocument['cameras']) => ClockDocument['cameras']): Promise<boolean> {
    const changed = this.#writing.then(async () => {
      this.#writtenMs = this.#now();
      const kept = await this.#read();
      if (!kept) return false;
      const cameras = { ...step(kept.cameras) };
      const taken = [...this.#fresh];
      for (const [cameraId, rows] of taken) cameras[cameraId] = joined(cameras[cameraId] ?? [], rows);
      this.#kept = { cameras };
      this.#refused = !(await this.#memory.write(this.#kept));
      if (this.#refused) return false;
      for (const [cameraId, rows] of taken) if (this.#fresh.get(cameraId) === rows) this.#fresh.delete(cameraId);
      return true;
    });
    this.#writing = changed.then(
      () => undefined,
      () => undefined,
    );
    return changed;
  }
}
