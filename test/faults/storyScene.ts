/**
 * Where one run plays: the app with its vault on a small disk, a clock that can be set, and four cameras of a yard that
 * other runs use before and after. `clear` leaves nothing behind and the cameras well, whenever it is called: who breaks
 * something says before how it is mended (`breaks`).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { YardProcess } from '../yard/yardProcess.ts';
import { Disk } from './disks.ts';
import { FakedClock } from './fakedClock.ts';
import { Goings } from './goings.ts';
import type { Link } from './link.ts';
import { TestPlace } from './place.ts';
import type { Stretch } from './story.ts';
import { StoryApp } from './storyApp.ts';
import { Book } from './storyBook.ts';
import { camerasInARun, type Plan } from './storyPlan.ts';
import type { Sent } from './truth.ts';

const diskBytes = { tmpfs: 64_000_000, ext4: 64_000_000 };

export interface RunOptions {
  yard: YardProcess;
  sent: Sent;
  /** Of the first of its cameras in the yard. */
  firstCamera: number;
  /** Between this computer and the yard; left out: nothing is. */
  link?: Link | undefined;
}

export class Scene {
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly disk: Disk;
  readonly place: TestPlace;
  readonly clock: FakedClock;
  readonly book: Book;
  readonly app: StoryApp;
  readonly #base = mkdtempSync(path.join(tmpdir(), 'nightjar-story-'));
  readonly #broken = new Set<() => unknown>();
  readonly #over = new AbortController();
  #goings: Goings | null = null;

  constructor(plan: Plan, options: RunOptions) {
    this.plan = plan;
    this.options = options;
    this.disk =
      plan.disk === 'tmpfs' ? Disk.tmpfs(diskBytes.tmpfs) : (Disk.ext4(diskBytes.ext4) ?? Disk.tmpfs(diskBytes.tmpfs));
    this.place = new TestPlace(path.join(this.#base, 'user'), this.disk.place);
    this.clock = new FakedClock(plan.startMs - Date.now());
    this.book = new Book(this.clock);
    this.app = new StoryApp({ place: this.place, clock: this.clock, timeZone: plan.timeZone, book: this.book });
  }

  /** The app's first run, with the cameras added: resolves when all are recorded. */
  async begin(): Promise<void> {
    const { yard, firstCamera } = this.options;
    this.book.launchedMs = Date.now();
    const core = this.app.launch();
    await this.place.settle(core, yard.cameras.slice(firstCamera, firstCamera + camerasInARun));
    this.book.beganMs = Date.now();
    this.#goings = new Goings(this.place.vaultFolder);
    await core.recording(camerasInARun);
  }

  /** Nothing is to be done any more; what is being done is ended well. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  end(): void {
    this.#over.abort();
  }

  /** Says how that which is about to be broken is mended: by calling what is returned, or at the end of the run. */
  breaks(mend: () => unknown): () => Promise<void> {
    this.#broken.add(mend);
    return async () => {
      await mend();
      this.#broken.delete(mend);
    };
  }

  /** The app's id of a camera of the run, 0 to 3. */
  idOf(camera: number): string {
    return this.place.cameraIds[camera] ?? '';
  }

  /** Which of the yard's cameras it is. */
  inYard(camera: number): number {
    return this.options.firstCamera + camera;
  }

  /** To a camera of the yard; the answers are said in test/yard/run.ts. */
  command(camera: number, what: object): Promise<unknown> {
    return this.options.yard.command({ camera: this.inYard(camera), ...what });
  }

  /** What of a camera was recorded and deleted since, by the faked clock. */
  deletedOf(cameraId: string): Stretch[] {
    return this.#goings?.of(cameraId) ?? [];
  }

  async clear(): Promise<void> {
    this.end();
    for (const mend of this.#broken) await mend();
    await this.app.end();
    this.#goings?.close();
    await this.place.remove().catch(() => undefined);
    this.disk.remove();
    this.clock.remove();
    rmSync(this.#base, { recursive: true, force: true });
  }
}
