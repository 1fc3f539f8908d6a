/**
 * The check of the open vault, one at a time: at most 30 % of a processor, stopped by the user, by locking or by the
 * end, its last result remembered sealed, and while the vault is locked nowhere else. Tells its whole state, at most twice
 * a second. Never throws after start.
 */
import {
  type CheckState,
  type CheckTally,
  type Finding,
  mostToldFindings,
  type ToldFinding,
  weightOf,
} from '../contract/check.ts';
import type { CameraId } from '../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../contract/problems.ts';
import type { CheckedForm } from '../core/library/checkDocument.ts';
import type { Library } from '../core/library/library.ts';
import { Pace } from '../core/library/pace.ts';
import { type Run, SoleRun, type StoppedBy } from '../core/library/soleRun.ts';
import { checkVault } from '../core/recorder/checkVault.ts';
import type { Vault } from '../core/vault/folder.ts';
import { type CheckDocument, checkFile, readCheck } from './checkDocument.ts';
import { LateStore } from './lateStore.ts';

export interface CheckingOptions {
  vault: Vault;
  library: Library;
  documents: Readonly<Record<string, CheckedForm<unknown>>>;
  /** '' for a camera that nobody knows. */
  nameOf: (cameraId: CameraId) => string;
  tellFinding: (finding: Finding, nameOf: CheckingOptions['nameOf']) => ToldFinding;
  on: { changed: (state: CheckState) => void; defect: (error: unknown) => string };
  /** Of one processor, above 0. */
  share?: number;
  settleMs?: number;
  now?: () => number;
}

const usualShare = 0.3;
const tellEveryMs = 500;
/** A rate is worth telling after this much time. */
const rateAfterMs = 1500;

export class Checking {
  readonly #options: CheckingOptions;
  readonly #now: () => number;
  readonly #store: LateStore<CheckDocument>;
  readonly #openedMs: number;
  #state: CheckState = { state: 'never' };
  /** As it is remembered. */
  #last: CheckDocument['last'] = null;
  readonly #run = new SoleRun();
  #locks = 0;
  #closed = false;

  constructor(options: CheckingOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#openedMs = this.#now();
    this.#store = new LateStore(options.vault, { file: checkFile, initial: { last: null }, parse: readCheck });
  }

  /** The one that runs, or the last one. */
  async state(): Promise<CheckState> {
    const locks = this.#locks;
    const read = this.#last === null ? await this.#store.read() : null;
    // It may have been locked meanwhile.
    if (read && locks === this.#locks) this.#last = read.last;
    return this.#state.state === 'never' && this.#last ? this.#last : this.#state;
  }

  /** Nothing happens while one runs. Problems: `keyMissing` when the vault is locked. */
  start(repair: boolean): Outcome<null> {
    if (this.#run.isGoing || this.#closed) return good(null);
    if (this.#options.vault.identity === null) return bad({ code: 'keyMissing' });
    this.#run.begin((run) => this.#work(run, repair));
    return good(null);
  }

  async stop(by: StoppedBy = 'user'): Promise<void> {
    await this.#run.stop(by);
  }

  /** The vault is locked: it stops, and nothing of it stays in memory. */
  async lock(): Promise<void> {
    await this.stop('lock');
    this.#locks += 1;
    this.#last = null;
    this.#state = { state: 'never' };
    this.#store.lock();
  }

  /**
   * Forgets the last check, which may name a camera of which nothing is to be known any more. False where what is
   * remembered may still name it: the vault is locked, or the disk takes no writing.
   */
  async forget(): Promise<boolean> {
    await this.stop();
    this.#last = null;
    // Twice, so that the version before does not name it either.
    const kept = (await this.#store.write({ last: null })) && (await this.#store.write({ last: null }));
    this.#set({ state: 'never' });
    return kept;
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.stop('close');
  }

  async #work(run: Run, repair: boolean): Promise<void> {
    const startedMs = this.#now();
    let tally: CheckTally = {
      ...{ startedMs, repair, files: 0, bytes: 0, findings: [], repaired: 0 },
      counts: { damage: 0, repairable: 0, note: 0 },
    };
    this.#set({ state: 'running', tally, doneFraction: 0, bytesPerSecond: null, leftMs: null });
    try {
      const { vault, library, documents, settleMs, share = usualShare } = this.#options;
      const { identity } = vault;
      if (identity === null) throw new Error('locked between two lines');
      // To be there when locking ends it: then it can be opened no more.
      await this.#store.read();
      const expectedBytes = Math.max(1, await library.usedBytes());
      const pace = new Pace(share);
      const found: Finding[] = [];
      let toldMs = 0;
      const checked = await checkVault(vault.folder, identity, {
        ...{ documents, repair, signal: run.signal },
        inUse: { vault, library, openedMs: this.#openedMs, ...(settleMs !== undefined && { settleMs }) },
        began: () => {
          tally.files += 1;
        },
        found: (findings) => found.push(...findings),
        worked: async (bytes) => {
          tally.bytes += bytes;
          if (this.#now() - toldMs > tellEveryMs) {
            toldMs = this.#now();
            tally = this.#taken(tally, found);
            this.#set(this.#running(tally, expectedBytes));
          }
          await pace.rest(run.signal);
        },
      });
      if (checked.ok) {
        tally = { ...this.#taken(tally, checked.value.findings), repaired: checked.value.repaired.length };
        await this.#end({ state: 'done', tally, finishedMs: this.#now() });
      } else if (checked.problem.code === 'cancelled') {
        const by = run.signal.aborted ? run.by : 'lock';
        await this.#end({ state: 'stopped', tally: this.#taken(tally, found), finishedMs: this.#now(), by });
      } else this.#fail(tally, checked.problem);
    } catch (error) {
      this.#fail(tally, { code: 'defect', id: this.#options.on.defect(error) });
    }
  }

  #running(tally: CheckTally, expectedBytes: number): CheckState {
    // The sealed files are a little longer than what they hold, and new ones come: never 100 % before the end.
    const doneFraction = Math.min(0.99, tally.bytes / expectedBytes);
    const tookMs = this.#now() - tally.startedMs;
    if (tookMs < rateAfterMs) return { state: 'running', tally, doneFraction, bytesPerSecond: null, leftMs: null };
    const bytesPerSecond = tally.bytes / (tookMs / 1000);
    const leftBytes = Math.max(0, expectedBytes - tally.bytes);
    const leftMs = bytesPerSecond > 0 ? (leftBytes / bytesPerSecond) * 1000 : null;
    return { state: 'running', tally, doneFraction, bytesPerSecond, leftMs };
  }

  /** The tally with these findings in it, as many as are told. */
  #taken(tally: CheckTally, findings: readonly Finding[]): CheckTally {
    const counts = { damage: 0, repairable: 0, note: 0 };
    const told: ToldFinding[] = [];
    for (const finding of findings) {
      const weight = weightOf(finding);
      counts[weight] += 1;
      if (counts[weight] <= mostToldFindings) told.push(this.#options.tellFinding(finding, this.#options.nameOf));
    }
    return { ...tally, findings: told, counts };
  }

  async #end(state: Extract<CheckState, { state: 'done' | 'stopped' }>): Promise<void> {
    await this.#store.write({ last: state });
    this.#set(state);
  }

  #fail(tally: CheckTally, problem: Problem): void {
    this.#set({ state: 'failed', tally, finishedMs: this.#now(), problem });
  }

  #set(state: CheckState): void {
    this.#state = state;
    this.#options.on.changed(state);
  }
}
