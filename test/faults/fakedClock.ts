/**
 * The clock of another process, set from here: libfaketime reads a file at every look at the clock. Steady clocks and the
 * times of files stay the computer's. Keeps what it was set to and when, so that a moment is known by both clocks.
 */
import { globSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');

/** Why tests with such a clock are skipped; false where they run. */
export const faketimeRefused: string | false = library === undefined ? 'libfaketime is not here' : false;

/** From `realMs` on (epoch ms of the computer) that clock is ahead by `offsetMs`. */
export interface Setting {
  realMs: number;
  offsetMs: number;
}

/** What that clock showed at this moment. */
export function wallOf(settings: readonly Setting[], realMs: number): number {
  const setting = settings.findLast((one) => one.realMs <= realMs) ?? settings[0];
  return realMs + (setting?.offsetMs ?? 0);
}

export class FakedClock {
  readonly settings: Setting[] = [];
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'nightjar-clock-'));

  /** `offsetMs`: whole seconds. */
  constructor(offsetMs = 0) {
    this.set(offsetMs);
  }

  /** For the process whose clock it is. What that starts gets this clock too, unless it takes LD_PRELOAD away. */
  get environment(): NodeJS.ProcessEnv {
    return {
      ...{ LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: this.#file, FAKETIME_NO_CACHE: '1' },
      ...{ FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' },
    };
  }

  get offsetMs(): number {
    return this.settings.at(-1)?.offsetMs ?? 0;
  }

  /** What that clock shows now. */
  get nowMs(): number {
    return Date.now() + this.offsetMs;
  }

  /** The earliest and the latest that it ever showed, until now. */
  get shownMs(): { earliestMs: number; latestMs: number } {
    const { settings } = this;
    const untilMs = settings.map((_, nth) => settings[nth + 1]?.realMs ?? Date.now());
    return {
      earliestMs: Math.min(...settings.map(({ realMs, offsetMs }) => realMs + offsetMs)),
      latestMs: Math.max(...settings.map(({ offsetMs }, nth) => (untilMs[nth] ?? 0) + offsetMs)),
    };
  }

  set(offsetMs: number): void {
    const seconds = Math.round(offsetMs / 1000);
    writeFileSync(`${this.#file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    // In one step: who reads sees the old line or the new one.
    renameSync(`${this.#file}.new`, this.#file);
    this.settings.push({ realMs: Date.now(), offsetMs: seconds * 1000 });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #file(): string {
    return path.join(this.#folder, 'clock');
  }
}
