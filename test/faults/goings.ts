/**
 * Which finished recordings go from a vault's folder, seen from outside by their names: it is told of each that gets its
 * name, however soon it goes again. A disk that is away takes nothing along.
 */
import { existsSync, type FSWatcher, globSync, watch } from 'node:fs';
import path from 'node:path';
import { readFinishedName } from '../../main/core/library/recordingName.ts';
import type { Stretch } from './story.ts';

const lookEveryMs = 200;

export class Goings {
  readonly #folder: string;
  readonly #timer: NodeJS.Timeout;
  readonly #watchers = new Map<string, FSWatcher>();
  /** All that there ever were, from the vault's folder on. */
  readonly #ever = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
  }

  /** What of a camera was recorded once and is not there any more. */
  of(cameraId: string): Stretch[] {
    const there = this.#look();
    const gone = [...this.#ever].filter((file) => !there.has(file) && file.split(path.sep)[1] === cameraId);
    return gone.flatMap((file) => {
      const span = readFinishedName(path.basename(file));
      return span ? [{ fromMs: span.startMs, toMs: span.endMs }] : [];
    });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#forgetFolders();
  }

  #look(): Set<string> {
    // The watches are of the disk that was there.
    if (!existsSync(path.join(this.#folder, 'vault.json'))) this.#forgetFolders();
    else for (const day of globSync('recordings/*/*', { cwd: this.#folder })) this.#watchDay(day);
    const there = new Set(globSync('recordings/*/*/*-*.mp4.age', { cwd: this.#folder }));
    for (const file of there) this.#ever.add(file);
    return there;
  }

  #watchDay(day: string): void {
    if (this.#watchers.has(day)) return;
    const watcher = watch(path.join(this.#folder, day), (_event, name) => {
      if (name === path.basename(day)) this.#forgetDay(day);
      else if (name !== null && readFinishedName(name)) this.#ever.add(path.join(day, name));
    });
    watcher.on('error', () => undefined);
    this.#watchers.set(day, watcher);
  }

  /** An empty day's folder goes: the next of its name is another, to be watched anew. */
  #forgetDay(day: string): void {
    this.#watchers.get(day)?.close();
    this.#watchers.delete(day);
  }

  #forgetFolders(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }
}
