/**
 * Kills the app's core with SIGKILL at random moments, starts it again on the same vault, and checks after each restart
 * what promise P5 says: nothing older than the bound is missing, what was finished stays as it was, recording goes on by
 * itself, every document is one that was written. Four kinds of moments: anywhere in the start, at a change that the
 * start makes in the folder (recovery), anywhere while recording, and at a change while recording (a name, an index).
 */
import { globSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readOpenName } from '../../main/core/library/recordingName.ts';
import type { Identity } from '../../main/core/vault/keys.ts';
import { Archive, checked } from './archive.ts';
import type { CoreProcess } from './coreProcess.ts';
import { Names } from './names.ts';
import type { TestPlace } from './place.ts';
import { camerasAVault } from './plans.ts';
import type { Chance } from './random.ts';
import { breaksBound, type KnownFilm, lossOf, type Sent } from './truth.ts';

export const moments = ['starting', 'recovering', 'recording', 'changing'] as const;
export type Moment = (typeof moments)[number];

/** One camera in one life of the app. */
export type KillRow = {
  vault: number;
  kill: number;
  moment: Moment;
  aliveMs: number;
  camera: number;
  bitsPerSecond: number;
  keptPictures: number;
  lostMs: number;
  lostBytes: number;
  /** What the kill left in the folder besides what is finished. */
  leftovers: string;
};

export interface KillRun {
  place: TestPlace;
  vault: number;
  kills: number;
  /** No kill begins after it. */
  untilMs: number;
  chance: Chance;
  sent: Sent;
  films: readonly KnownFilm[];
  bitsPerSecond: readonly number[];
  /** Of this vault's first camera among the yard's. */
  firstCamera: number;
  identity: Identity;
  progress: (text: string) => void;
}

export interface KillResult {
  kills: number;
  rows: KillRow[];
  /** In sentences. */
  breaches: string[];
  archive: Archive;
}

interface PastLife {
  kill: number;
  moment: Moment;
  startedMs: number;
  killMs: number;
  sinceMs: Map<string, number>;
  leftovers: string;
}

const recordingLengthsMs = [1000, 2500, 60_000] as const;
/** Changes on the disk (beginnings and ends) that it takes to die: a start with recovery makes about as many. */
const mostChanges = 160;
/** A start that takes longer than any should, for the first guess. */
const firstStartMs = 3000;

export async function runKills(run: KillRun): Promise<KillResult> {
  const work = new Kills(run);
  for (let kill = 1; kill <= run.kills && Date.now() < run.untilMs; kill++) await work.oneLife(kill);
  await work.lastLife();
  return { kills: work.kills, rows: work.rows, breaches: work.breaches, archive: work.archive };
}

class Kills {
  kills = 0;
  readonly rows: KillRow[] = [];
  readonly breaches: string[] = [];
  readonly archive: Archive;
  readonly #run: KillRun;
  readonly #names: Names;
  #pending: PastLife[] = [];
  #groups: { pid: number; killMs: number }[] = [];
  #startMs = firstStartMs;
  #checks = 0;

  constructor(run: KillRun) {
    this.#run = run;
    this.#names = new Names(run.place.cameraIds);
    this.archive = new Archive(run.place.vaultFolder, run.identity, (cameraId) => this.#filmOf(cameraId));
  }

  async oneLife(kill: number): Promise<void> {
    const { place, chance, sent } = this.#run;
    const moment = moments[chance.below(moments.length)] ?? 'recording';
    const limits = { recordingMs: chance.oneOf(recordingLengthsMs) };
    const counts: Partial<Record<Moment, number>> = { recovering: 1 + chance.below(mostChanges), changing: 0 };
    const dieAfterChanges = counts[moment];
    const core = place.start(limits, dieAfterChanges === undefined ? {} : { dieAfterChanges });
    try {
      await this.#reach(moment, core);
      if (core.died) this.#breach(kill, 'the app ended by itself');
      const killMs = core.kill();
      await core.ended();
      this.kills += 1;
      await sent.ask();
      const leftovers = leftoversIn(place.vaultFolder);
      const { startedMs, firstSinceMs: sinceMs } = core;
      this.#pending.push({ kill, moment, startedMs, killMs, sinceMs, leftovers });
      this.#groups.push({ pid: core.pid, killMs });
      for (const line of core.log.filter((one) => one.startsWith('defect'))) this.#breach(kill, line);
      await this.#checkCrashed(kill);
    } catch (error) {
      await core.end();
      throw error;
    }
  }

  /** Started once more, and ended as a user ends it: then nothing at all may be wrong. */
  async lastLife(): Promise<void> {
    const { place, kills, identity } = this.#run;
    const core = place.start({ recordingMs: 1000 });
    try {
      await core.recording(camerasAVault);
      await this.#checkRestarted(core);
      await core.close();
    } finally {
      await core.end();
    }
    this.breaches.push(...this.archive.compareHashes());
    const { damage, unexplained, repairable, notes } = await checked(place.vaultFolder, identity);
    for (const { kind, file } of [...damage, ...unexplained, ...repairable, ...notes])
      this.#breach(kills, `after a last start and end the check finds ${kind}: ${file}`);
  }

  async #reach(moment: Moment, core: CoreProcess): Promise<void> {
    const { chance } = this.#run;
    switch (moment) {
      case 'starting':
        await pause(chance.between(0, this.#startMs * 1.1));
        return;
      case 'recovering':
        // It dies at a change of its own; where it makes fewer, here.
        if (await core.recording(camerasAVault)) await Promise.race([core.ended(), pause(500)]);
        return;
      case 'recording':
        await this.#restarted(core);
        await pause(chance.between(0, 4500));
        return;
      case 'changing': {
        await this.#restarted(core);
        const stop = chance.share() < 0.5 ? this.#names.keepChanging(core) : () => undefined;
        core.dieAfter(1 + chance.below(mostChanges));
        await Promise.race([core.ended(), pause(8000)]);
        stop();
      }
    }
  }

  /** Recording goes on by itself; then what went before is looked at. */
  async #restarted(core: CoreProcess): Promise<void> {
    await core.recording(camerasAVault);
    this.#startMs = Date.now() - core.startedMs;
    await this.#checkRestarted(core);
  }

  /** What the kill left, before anything puts it right. */
  async #checkCrashed(kill: number): Promise<void> {
    const { damage, unexplained } = await checked(this.#run.place.vaultFolder, this.#run.identity);
    for (const { kind, file } of [...damage, ...unexplained]) this.#breach(kill, `left ${kind}: ${file}`);
  }

  async #checkRestarted(core: CoreProcess): Promise<void> {
    const { place, kills } = this.#run;
    const past = this.#pending;
    this.#pending = [];
    const last = past.at(-1)?.kill ?? kills;
    for (const sentence of await this.archive.look(core.startedMs)) this.#breach(last, sentence);
    if (this.#checks++ % 10 === 9) for (const sentence of this.archive.compareHashes()) this.#breach(last, sentence);
    for (const file of globSync('recordings/*/*/*.part', { cwd: place.vaultFolder })) {
      const open = readOpenName(path.basename(file));
      if (open && open.startMs < core.startedMs) this.#breach(last, `${file} was not put right`);
    }
    for (const line of core.log.filter((one) => one.startsWith('recovery')))
      if (!line.includes('unexplained=0') || !line.includes('waiting=0')) this.#breach(last, line);
    for (const sentence of await this.#names.check(core)) this.#breach(last, sentence);
    for (const life of past) this.#judge(life);
    this.#checkGroups();
    this.#run.progress(`vault ${this.#run.vault}: ${last} of ${kills}`);
  }

  #judge(life: PastLife): void {
    const { place, sent, firstCamera, bitsPerSecond, vault } = this.#run;
    for (const [camera, cameraId] of place.cameraIds.entries()) {
      const { startedMs, killMs, kill, moment, leftovers } = life;
      const recordings = this.archive.of(cameraId).filter(({ startMs }) => startMs >= startedMs && startMs <= killMs);
      const recorded = recordings.flatMap(({ pictures }) => pictures);
      const sinceMs = life.sinceMs.get(cameraId);
      if (recorded.length === 0 && sinceMs === undefined) continue;
      const loss = lossOf(sent.between(firstCamera + camera, startedMs, killMs), recorded, {
        ...{ sinceMs: sinceMs ?? killMs, endMs: killMs },
        sizeOf: (position) => (this.#filmOf(cameraId)?.sizeOf(position) ?? 0) * this.#overhead(cameraId),
      });
      const lostMs = Math.round(loss.lostMs);
      const lostBytes = Math.round(loss.lostBytes);
      this.rows.push({
        ...{ vault, kill, moment, aliveMs: Math.round(killMs - startedMs), camera },
        ...{ bitsPerSecond: bitsPerSecond[camera] ?? 0, keptPictures: loss.kept, lostMs, lostBytes, leftovers },
      });
      if (breaksBound(loss)) this.#breach(kill, `camera ${camera} lost ${lostMs} ms, ${lostBytes} bytes`);
      if (sinceMs !== undefined && loss.lateMs > 1000)
        this.#breach(kill, `camera ${camera}: its first ${Math.round(loss.lateMs)} ms are missing`);
      if (loss.holes > 0) this.#breach(kill, `camera ${camera}: ${loss.holes} pictures are missing before others`);
    }
  }

  /** Bytes in a recording for one byte of coded picture: the sound, and what the boxes take. */
  #overhead(cameraId: string): number {
    const own = this.archive.of(cameraId);
    const plain = own.reduce((sum, one) => sum + one.plainBytes, 0);
    const pictures = own.reduce((sum, one) => sum + one.pictureBytes, 0);
    return pictures > 0 ? plain / pictures : 1;
  }

  /** What a killed app had started ends by itself: its pipes are gone. */
  #checkGroups(): void {
    this.#groups = this.#groups.filter(({ pid, killMs }) => {
      if (!isAlive(-pid)) return false;
      if (Date.now() - killMs < 20_000) return true;
      this.breaches.push('what a killed app had started still runs 20 s later');
      process.kill(-pid, 'SIGKILL');
      return false;
    });
  }

  #filmOf(cameraId: string): KnownFilm | undefined {
    return this.#run.films[this.#run.place.cameraIds.indexOf(cameraId)];
  }

  #breach(kill: number, sentence: string): void {
    this.breaches.push(`vault ${this.#run.vault}, kill ${kill}: ${sentence}`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Kinds of unfinished files and how many: '4 part, 1 new'. */
export function leftoversIn(vaultFolder: string): string {
  const names = readdirSync(vaultFolder, { recursive: true, encoding: 'utf8' });
  const kinds: [string, RegExp][] = [
    ['part', /\/\d+\.mp4\.age\.part$/],
    ['again', /\.again\.mp4\.age\.part$/],
    ['new', /\.new$/],
  ];
  const counted = kinds.map(([kind, form]) => [kind, names.filter((name) => form.test(name)).length] as const);
  const between = names.filter(
    (name) => name.endsWith('.json.age.previous') && !names.includes(name.replace(/\.previous$/, '')),
  ).length;
  return [...counted, ['between two renames', between] as const]
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');
}
