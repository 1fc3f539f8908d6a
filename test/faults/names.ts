/**
 * Changes a camera's name again and again while the app is killed: after a restart the list must say the last name whose
 * change was answered, or the one that was on its way.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Camera } from '../../main/contract/model.ts';
import type { CoreProcess } from './coreProcess.ts';

export class Names {
  readonly #cameraIds: readonly string[];
  /** What the list may say; at first whatever it says. */
  #may: string[] | null = null;
  #count = 0;
  /** When the app heard of each change and when it answered, by the app's clock; -Infinity and Infinity until then. */
  readonly #changes: { name: string; cameMs: number; answeredMs: number }[] = [];

  constructor(cameraIds: readonly string[]) {
    this.#cameraIds = cameraIds;
  }

  /** Until it is stopped, or the app is gone. */
  keepChanging(core: CoreProcess, everyMs = 0): () => void {
    let stopped = false;
    const change = async (): Promise<void> => {
      const [cameraId = ''] = this.#cameraIds;
      while (!stopped && !core.died) {
        const name = `Name ${++this.#count}`;
        this.#may?.push(name);
        const changed = { name, cameMs: -Infinity, answeredMs: Infinity };
        this.#changes.push(changed);
        const edit = { cameraId, name, recordsSound: true, keepDays: null };
        const { result: edited, cameMs, answeredMs } = await core.timedCall('cameras.edit', edit);
        changed.cameMs = cameMs;
        if (edited.ok) {
          this.#may = [name];
          changed.answeredMs = answeredMs;
        }
        await pause(everyMs);
      }
    };
    void change();
    return () => {
      stopped = true;
    };
  }

  /** The same of a list as it lay on the disk at that moment; before the first change, whatever it says. */
  checkAt(list: readonly Pick<Camera, 'id' | 'name'>[], atMs: number): string[] {
    const answered = this.#changes.findLastIndex(({ answeredMs }) => answeredMs < atMs);
    if (answered === -1) return [];
    const may = this.#changes.slice(answered).filter(({ cameMs }) => cameMs <= atMs);
    const name = list.find(({ id }) => id === this.#cameraIds[0])?.name ?? 'nothing';
    return may.some((one) => one.name === name)
      ? []
      : [`a camera is called ${name}, not ${may.map((one) => one.name).join(' or ')}`];
  }

  /** In sentences, what is wrong with the list of cameras. */
  async check(core: CoreProcess): Promise<string[]> {
    const list = await core.call('cameras.list', undefined);
    const missing = this.#cameraIds.filter((cameraId) => !list.some(({ id }) => id === cameraId));
    const name = list.find(({ id }) => id === this.#cameraIds[0])?.name ?? '';
    const wrong = missing.map((cameraId) => `camera ${cameraId} is not on the list any more`);
    if (this.#may && !this.#may.includes(name)) wrong.push(`a camera is called ${name}, not ${this.#may.join(' or ')}`);
    this.#may = [name];
    return wrong;
  }
}
