/**
 * What is done to all cameras of a run at once: to the app, the computer and its clock, the disk, the network. Each act is
 * really done, is over when its promise resolves, and is in the book with how far from it the timeline may tell its edges.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { connectMs, lossMs, queueMs, recordingMs } from './storyApp.ts';
import type { CommonAct } from './storyPlan.ts';
import type { Scene } from './storyScene.ts';
import { deleteTheRest, wishPrivacy } from './storyWishes.ts';

/** On a disk in memory that was taken away, the open recording is written on until it ends. */
const writtenOnMs = recordingMs + 2000;

export async function doToAll(scene: Scene, act: CommonAct): Promise<void> {
  const { app, clock, book } = scene;
  book.note(JSON.stringify(act));
  switch (act.do) {
    case 'close':
    case 'kill':
      await app.alone(() => app.stop(act.do, () => pause(act.forMs)));
      break;
    case 'nextDay':
      await app.alone(() => app.stop('close', async () => clock.set(clock.offsetMs + act.byMs)));
      break;
    case 'sleep':
      await app.alone(() => sleep(scene, act.forMs));
      break;
    case 'linkDown':
    case 'addressLost':
      await networkGone(scene, act.do, act.forMs);
      break;
    case 'clock':
      clock.set(clock.offsetMs + act.byMs);
      break;
    case 'diskFull':
      await diskFull(scene, act.forMs);
      break;
    case 'diskGone':
    case 'diskError':
      await diskGone(scene, act.do, act.forMs);
      break;
    case 'diskHangs':
      await app.alone(() => diskHangs(scene, act.forMs));
      break;
    case 'delete':
      await app.alone(() => deleteTheRest(scene));
      break;
    case 'privacy':
      await wishPrivacy(scene, act.forMs);
      break;
  }
}

async function sleep(scene: Scene, forMs: number): Promise<void> {
  const { core } = scene.app;
  await scene.book.during(
    'all',
    ['computer', 'asleep'],
    async () => {
      const wake = scene.breaks(() => core.resume());
      core.suspend();
      await pause(forMs);
      await wake();
    },
    { beginsWithinMs: 1500, endsWithinMs: connectMs + 500 },
  );
}

/** Its network is looked at every second, and with it back every camera is tried. */
async function networkGone(scene: Scene, how: 'linkDown' | 'addressLost', forMs: number): Promise<void> {
  const { link } = scene.options;
  if (!link) throw new Error('there is no link that could be cut');
  const mend = scene.breaks(() => (how === 'linkDown' ? link.up() : link.giveAddress()));
  await scene.book.during(
    'all',
    ['network', 'network'],
    async () => {
      if (how === 'linkDown') link.down();
      else link.loseAddress();
      await pause(forMs);
      await mend();
    },
    { beginsWithinMs: 1500, endsWithinMs: connectMs + 1000 },
  );
}

/** Somebody else fills the disk, and whatever room is made, at once. */
async function diskFull({ book, disk }: Scene, forMs: number): Promise<void> {
  await book.during(
    'all',
    ['disk', 'diskFull'],
    async () => {
      const untilMs = Date.now() + forMs;
      while (Date.now() < untilMs) {
        disk.fill();
        await pause(50);
      }
      disk.empty();
    },
    // Filling it takes a second, and what goes by the rule makes room meanwhile.
    { beginsWithinMs: lossMs + 1000, endsWithinMs: 2000 },
  );
}

async function diskGone({ book, disk }: Scene, how: 'diskGone' | 'diskError', forMs: number): Promise<void> {
  const beginsWithinMs = how === 'diskGone' ? writtenOnMs : lossMs;
  await book.during(
    'all',
    ['disk', 'diskGone'],
    async () => {
      if (how === 'diskGone') disk.unplug();
      else disk.abort();
      await pause(forMs);
      // A disk with an error is taken out and checked.
      if (how === 'diskError') disk.unplug();
      disk.plugIn();
    },
    { beginsWithinMs, endsWithinMs: 2000 },
  );
}

/** The disk answers nothing: what waits for it is recorded afterwards, and what no more can wait is not. */
async function diskHangs(scene: Scene, forMs: number): Promise<void> {
  const { place } = scene.disk;
  execFileSync('fsfreeze', ['-f', place]);
  const thaw = scene.breaks(() => spawnSync('fsfreeze', ['-u', place]));
  const condition = scene.book.tell('all', {
    ...{ level: 'disk', cause: 'notKeptUp', fromMs: Date.now(), holdsMs: queueMs },
    ...{ beginsWithinMs: 1500, endsWithinMs: 2500 },
  });
  await pause(forMs);
  await thaw();
  condition.toMs = Date.now();
}
