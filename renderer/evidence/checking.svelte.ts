/** The check of a pack as the page shows it: nothing chosen yet, running, done, or not to be done. */
import { readFingerprint } from '../../main/contract/evidence/manifest.ts';
import { byManifestName } from '../../main/contract/evidence/pack.ts';
import { type PackReport, verifyPack } from '../../main/contract/evidence/verifyPack.ts';
import type { ChosenFile } from './chosenFiles.ts';

export type CheckState =
  | { state: 'waiting' }
  | { state: 'running'; doneFraction: number }
  | { state: 'done'; report: PackReport; files: ReadonlyMap<string, ChosenFile> }
  | { state: 'stopped' }
  | { state: 'unreadable' };

const leastStep = 1 / 400;

export class Checking {
  state = $state.raw<CheckState>({ state: 'waiting' });
  /** As the user noted it. */
  noted = $state('');
  #stop = new AbortController();

  /** null: nothing to compare with, or no fingerprint. */
  get comparison(): 'same' | 'other' | 'bad' | null {
    if (this.noted.trim() === '' || this.state.state !== 'done') return null;
    const noted = readFingerprint(this.noted);
    if (noted === null) return 'bad';
    return this.state.report.fingerprint === noted ? 'same' : 'other';
  }

  async check(giving: ChosenFile[] | Promise<ChosenFile[]>): Promise<void> {
    this.#stop.abort();
    const stop = (this.#stop = new AbortController());
    this.state = { state: 'running', doneFraction: 0 };
    try {
      const files = await giving;
      const report = await verifyPack(files, {
        signal: stop.signal,
        onProgress: (done, all) => {
          if (!stop.signal.aborted) this.#tell(all === 0 ? 0 : done / all);
        },
      });
      if (stop.signal.aborted) return;
      const { byName } = byManifestName(files);
      this.state = { state: 'done', report, files: byName };
    } catch {
      if (this.#stop === stop) this.state = { state: stop.signal.aborted ? 'stopped' : 'unreadable' };
    }
  }

  /** Told of every piece of a video; what nobody sees is not shown. */
  #tell(doneFraction: number): void {
    const { state } = this;
    if (state.state === 'running' && doneFraction - state.doneFraction < leastStep) return;
    this.state = { state: 'running', doneFraction };
  }

  stop(): void {
    this.#stop.abort();
    this.state = { state: 'stopped' };
  }
}
