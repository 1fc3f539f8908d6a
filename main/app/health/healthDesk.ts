/**
 * Answers how the cameras were recorded: the library's stretches of time, the clocks, and when the vault will be full,
 * in one report. Removed cameras are not in it: nobody wants them recorded any more.
 */
import type { HealthCell, HealthReport } from '../../contract/health.ts';
import type { Camera, Settings, VaultStatus } from '../../contract/model.ts';
import { fullnessOf } from '../../core/library/fullness.ts';
import { Health } from '../../core/library/health.ts';
import { bytesADay, type CutCell, gapTotals } from '../../core/library/healthCells.ts';
import type { Library } from '../../core/library/library.ts';
import { floorOf, roomOf } from '../../core/library/retention.ts';
import type { Vault } from '../../core/vault/folder.ts';
import { LateStore } from '../lateStore.ts';
import { ClockBook } from './clockBook.ts';
import { clocksFile, noClocks, readClocks } from './clockDocument.ts';

export interface HealthDeskOptions {
  vault: Vault;
  library: Library;
  cameras: () => readonly Camera[];
  settings: () => Settings;
  status: () => Promise<VaultStatus>;
  on: {
    /** More is known than was answered. */
    changed: (complete: boolean) => void;
    defect: (error: unknown) => void;
  };
}

export class HealthDesk {
  readonly clocks: ClockBook;
  readonly #options: HealthDeskOptions;
  readonly #health: Health;

  constructor(options: HealthDeskOptions) {
    this.#options = options;
    const { vault, library, on } = options;
    this.#health = new Health({ library, isOpen: () => vault.identity !== null, on });
    this.clocks = new ClockBook(
      new LateStore(vault, { file: clocksFile, initial: noClocks, parse: readClocks }),
      on.defect,
    );
  }

  /** Of the stretches between the bounds: see `healthBounds`. */
  async report(bounds: readonly number[]): Promise<HealthReport> {
    const cameraIds = this.#options.cameras().map(({ id }) => id);
    const found = await this.#health.cells(cameraIds, bounds);
    const [fromMs = 0, toMs = 0] = [bounds[0], bounds.at(-1)];
    const cameras: HealthReport['cameras'] = [];
    for (const { cameraId, cells } of found) {
      cameras.push({ cameraId, cells: cells.map(toldOf), clock: await this.clocks.over(cameraId, fromMs, toMs) });
    }
    return {
      cameras,
      gaps: gapTotals(found),
      vault: await this.#vault(bytesADay(found)),
      complete: found.every(({ cells }) => !cells.includes(null)),
    };
  }

  /** Every stretch of the last report is known. */
  async looked(): Promise<void> {
    await this.#health.looked();
  }

  async lock(): Promise<void> {
    await Promise.all([this.#health.lock(), this.clocks.lock()]);
  }

  async close(): Promise<void> {
    await this.#health.close();
    await this.clocks.write();
  }

  async #vault(aDayBytes: number | null): Promise<HealthReport['vault']> {
    const { vault, settings, status } = this.#options;
    const { usedBytes, keepBytes, freeBytes, oldestMs } = await status();
    const room = await roomOf(vault.folder).catch(() => null);
    const days = this.#options
      .cameras()
      .map(({ keepDays }) => (keepDays === 'room' ? null : (keepDays ?? settings().keepDays)));
    const fullness = fullnessOf({
      ...{ usedBytes, keepBytes, freeBytes, aDayBytes },
      floorBytes: room ? floorOf(room.totalBytes) : 0,
      keepDays: days.reduce<number | null>(
        (most, one) => (one === null || most === null ? null : Math.max(most, one)),
        0,
      ),
      oldestAgeMs: oldestMs === null ? 0 : Math.max(0, Date.now() - oldestMs),
    });
    return { usedBytes, keepBytes, aDayBytes, fullness };
  }
}

function toldOf(cell: CutCell | null): HealthCell | null {
  if (!cell) return null;
  const { recordedMs, sizeBytes, gaps } = cell;
  return { recordedMs, sizeBytes, gaps };
}
