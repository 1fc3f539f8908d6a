/**
 * One run: the app's core as a process of its own with a vault on a small disk, four simulated cameras, and a plan of what
 * goes wrong. Everything that is done is written down at the moment it is done; at the end the timeline of each camera is
 * asked, before and after a restart, and compared with that.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CameraEvent } from '../../main/contract/cameraEvents.ts';
import { mergeShort } from '../../main/contract/mergeSpans.ts';
import { unpackSpans } from '../../main/contract/timeline.ts';
import type { Span } from '../../main/contract/model.ts';
import type { Outcome } from '../../main/contract/problems.ts';
import { daysOfWeek, firstPlan, type RecordingPlan } from '../../main/contract/recordingPlan.ts';
import type { RecorderLimits } from '../../main/core/recorder/recorder.ts';
import type { Fault } from '../yard/plans.ts';
import type { YardProcess } from '../yard/yardProcess.ts';
import { type CoreProcess, valueOf } from './coreProcess.ts';
import { Disk } from './disks.ts';
import { FakedClock } from './fakedClock.ts';
import type { Link } from './link.ts';
import { Goings } from './goings.ts';
import { Chance } from './random.ts';
import { compareEvents, type EventFigures, type Raised } from './storyEvents.ts';
import { TestPlace } from './place.ts';
import { type Condition, type Level, type Stretch, type Told, type Truth, truthOf } from './story.ts';
import { type Comparison, compare } from './storyCheck.ts';
import { type CameraAct, camerasInARun, type CommonAct, type Plan, type Wish } from './storyPlan.ts';
import type { Sent } from './truth.ts';

const limits: Partial<RecorderLimits> = {
  ...{ recordingMs: 4000, retryMs: 500, roomBytes: 1_000_000, queueMs: 3000 },
};
const diskBytes = { tmpfs: 64_000_000, ext4: 64_000_000 };
/** What waits in memory may be lost to a kill and to a disk that takes no more (DESIGN P5). */
const lossMs = 2000;
/** On a disk in memory that was taken away, the open recording is written on until it ends. */
const writtenOnMs = 4000 + 2000;
/** Pictures that follow each other no further apart were sent without a break. */
const breakMs = 600;
const dayMs = 86_400_000;
/** A try to connect that takes no longer is not told apart from what was before it. */
const connectMs = 3000;
/** An app that is told to close has closed after this. */
const [usualMs, closesWithinMs] = [1000, 3000];

export interface CameraResult {
  camera: number;
  cameraId: string;
  comparison: Comparison;
  truth: Truth;
  spans: Span[];
  stretches: Stretch[];
  events: EventFigures;
}

export interface RunResult {
  plan: Plan;
  cameras: CameraResult[];
  /** What else is wrong, in sentences. */
  faults: string[];
  acts: string[];
}

export interface RunOptions {
  yard: YardProcess;
  sent: Sent;
  /** Of the first of its cameras in the yard. */
  firstCamera: number;
  /** Between this computer and the yard; left out: nothing is. */
  link?: Link | undefined;
}

export async function runStory(plan: Plan, options: RunOptions): Promise<RunResult> {
  const run = new Run(plan, options);
  try {
    return await run.play();
  } finally {
    await run.end();
  }
}

class Run {
  readonly #plan: Plan;
  readonly #options: RunOptions;
  readonly #base = mkdtempSync(path.join(tmpdir(), 'nightjar-story-'));
  readonly #disk: Disk;
  readonly #place: TestPlace;
  readonly #clock: FakedClock;
  readonly #conditions: { camera: number | 'all'; condition: Condition }[] = [];
  readonly #acts: string[] = [];
  readonly #healing = new Set<() => unknown>();
  readonly #raised: Raised[][];
  readonly #over = new AbortController();
  #goings: Goings | null = null;
  #core: CoreProcess | null = null;
  #launchedMs = 0;
  /** The cameras are added. */
  #beganMs = 0;
  #latestMs = 0;
  /** Who stops the app, or calls it, goes alone. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(plan: Plan, options: RunOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#raised = plan.cameras.map(() => []);
    this.#disk =
      plan.disk === 'tmpfs' ? Disk.tmpfs(diskBytes.tmpfs) : (Disk.ext4(diskBytes.ext4) ?? Disk.tmpfs(diskBytes.tmpfs));
    this.#place = new TestPlace(path.join(this.#base, 'user'), this.#disk.place);
    this.#clock = new FakedClock(plan.startMs - Date.now());
  }

  async play(): Promise<RunResult> {
    const { common, cameras, restMs } = this.#plan;
    this.#launchedMs = Date.now();
    this.#core = this.#launch();
    const { yard, firstCamera } = this.#options;
    await this.#place.settle(this.#core, yard.cameras.slice(firstCamera, firstCamera + camerasInARun));
    this.#beganMs = Date.now();
    this.#goings = new Goings(this.#place.vaultFolder);
    await this.#core.recording(camerasInARun);
    const raising = Promise.all(cameras.map((_, camera) => this.#raiseMotion(camera)));
    await Promise.all([
      this.#inOrder(common, (act) => this.#common(act)),
      ...cameras.map((acts, camera) => this.#inOrder(acts, (act) => this.#camera(camera, act))),
    ]);
    await pause(restMs);
    this.#over.abort();
    await raising;
    return await this.#judge();
  }

  /** Leaves nothing behind, and the cameras well. */
  async end(): Promise<void> {
    this.#over.abort();
    for (const heal of this.#healing) await heal();
    await this.#core?.end();
    this.#goings?.close();
    await this.#place.remove().catch(() => undefined);
    this.#disk.remove();
    this.#clock.remove();
    rmSync(this.#base, { recursive: true, force: true });
  }

  #launch(): CoreProcess {
    const environment = { ...this.#clock.environment, TZ: this.#plan.timeZone };
    return this.#place.start(limits, { environment });
  }

  #app(): CoreProcess {
    if (!this.#core) throw new Error('the app is not running');
    return this.#core;
  }

  async #inOrder<Act extends { afterMs: number }>(
    acts: readonly Act[],
    act: (one: Act) => Promise<void>,
  ): Promise<void> {
    for (const one of acts) {
      await pause(one.afterMs);
      await act(one);
    }
  }

  /** Before everything that the clock ever came to. */
  get #earliestMs(): number {
    return Math.min(...this.#clock.settings.map(({ realMs, offsetMs }) => realMs + offsetMs)) - 3_600_000;
  }

  #alone<Value>(step: () => Promise<Value>): Promise<Value> {
    const turn = this.#turn.then(step);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #note(text: string): void {
    this.#acts.push(
      `${((Date.now() - this.#beganMs) / 1000).toFixed(2)} s, ${new Date(this.#clock.nowMs).toISOString()}: ${text}`,
    );
  }

  #tell(camera: number | 'all', what: Omit<Condition, 'toMs'> & { toMs?: number }): Condition {
    const condition = { toMs: Infinity, ...what };
    this.#conditions.push({ camera, condition });
    return condition;
  }

  /** Something is wrong while this is done. */
  async #while(
    camera: number | 'all',
    [level, cause]: [Level, Condition['cause']],
    step: (condition: Condition) => Promise<unknown>,
    within: Pick<Condition, 'beginsWithinMs' | 'endsWithinMs' | 'tellsNothing'> = {},
  ): Promise<void> {
    const condition = this.#tell(camera, { level, cause, fromMs: Date.now(), ...within });
    await step(condition);
    condition.toMs = Date.now();
  }

  async #common(act: CommonAct): Promise<void> {
    this.#note(JSON.stringify(act));
    switch (act.do) {
      case 'close':
      case 'kill': {
        await this.#alone(() => this.#stopApp(act.do, () => pause(act.forMs)));
        return;
      }
      case 'nextDay': {
        await this.#alone(() => this.#stopApp('close', async () => this.#clock.set(this.#clock.offsetMs + act.byMs)));
        return;
      }
      case 'sleep': {
        await this.#alone(() => this.#sleep(act.forMs));
        return;
      }
      case 'linkDown':
      case 'addressLost': {
        await this.#networkGone(act.do, act.forMs);
        return;
      }
      case 'clock':
        this.#setClock(act.byMs);
        return;
      case 'diskFull': {
        await this.#diskFull(act.forMs);
        return;
      }
      case 'diskGone':
      case 'diskError': {
        await this.#diskGone(act.do, act.forMs);
        return;
      }
      case 'diskHangs': {
        await this.#alone(() => this.#diskHangs(act.forMs));
        return;
      }
      case 'delete': {
        await this.#alone(() => this.#delete());
        return;
      }
      case 'privacy': {
        await this.#privacy(act.forMs);
        return;
      }
    }
  }

  #setClock(byMs: number): void {
    this.#latestMs = Math.max(this.#latestMs, this.#clock.nowMs);
    this.#clock.set(this.#clock.offsetMs + byMs);
  }

  async #stopApp(how: 'close' | 'kill', meanwhile: () => Promise<unknown>): Promise<void> {
    const core = this.#app();
    // It records until it has closed: its connections first, and on a machine with much to do that takes its time.
    const within: Pick<Condition, 'beginsWithinMs' | 'tellsNothing'> =
      how === 'kill' ? { beginsWithinMs: lossMs, tellsNothing: true } : {};
    const beganMs = Date.now();
    await this.#while(
      'all',
      ['app', 'closed'],
      async (condition) => {
        if (how === 'kill') core.kill();
        else {
          await core.close();
          condition.beginsWithinMs = Math.min(closesWithinMs, Math.max(usualMs, Date.now() - beganMs));
        }
        await core.end();
        await meanwhile();
        this.#core = this.#launch();
        await this.#core.until('the vault is open', () => this.#core?.state === 'open');
      },
      { ...within, endsWithinMs: connectMs },
    );
  }

  async #sleep(forMs: number): Promise<void> {
    const core = this.#app();
    await this.#while(
      'all',
      ['computer', 'asleep'],
      async () => {
        core.suspend();
        this.#healing.add(() => core.resume());
        await pause(forMs);
        core.resume();
        this.#healing.clear();
      },
      { beginsWithinMs: 1500, endsWithinMs: connectMs + 500 },
    );
  }

  /** Its network is looked at every second, and with it back every camera is tried. */
  async #networkGone(how: 'linkDown' | 'addressLost', forMs: number): Promise<void> {
    const { link } = this.#options;
    if (!link) throw new Error('there is no link that could be cut');
    const heal = (): void => (how === 'linkDown' ? link.up() : link.giveAddress());
    this.#healing.add(heal);
    await this.#while(
      'all',
      ['network', 'network'],
      async () => {
        if (how === 'linkDown') link.down();
        else link.loseAddress();
        await pause(forMs);
        heal();
      },
      { beginsWithinMs: 1500, endsWithinMs: connectMs + 1000 },
    );
    this.#healing.delete(heal);
  }

  /** Somebody else fills the disk, and whatever room is made, at once. */
  async #diskFull(forMs: number): Promise<void> {
    await this.#while(
      'all',
      ['disk', 'diskFull'],
      async () => {
        const untilMs = Date.now() + forMs;
        while (Date.now() < untilMs) {
          this.#disk.fill();
          await pause(50);
        }
        this.#disk.empty();
      },
      // Filling it takes a second, and what goes by the rule makes room meanwhile.
      { beginsWithinMs: lossMs + 1000, endsWithinMs: 2000 },
    );
  }

  async #diskGone(how: 'diskGone' | 'diskError', forMs: number): Promise<void> {
    const beginsWithinMs = how === 'diskGone' ? writtenOnMs : lossMs;
    await this.#while(
      'all',
      ['disk', 'diskGone'],
      async () => {
        if (how === 'diskGone') this.#disk.unplug();
        else this.#disk.abort();
        await pause(forMs);
        // A disk with an error is taken out and checked.
        if (how === 'diskError') this.#disk.unplug();
        this.#disk.plugIn();
      },
      { beginsWithinMs, endsWithinMs: 2000 },
    );
  }

  /** The disk answers nothing: what waits for it is recorded afterwards, and what no more can wait is not. */
  async #diskHangs(forMs: number): Promise<void> {
    const { place } = this.#disk;
    const thaw = (): unknown => spawnSync('fsfreeze', ['-u', place]);
    execFileSync('fsfreeze', ['-f', place]);
    this.#healing.add(thaw);
    const condition = this.#tell('all', {
      ...{ level: 'disk', cause: 'notKeptUp', fromMs: Date.now(), holdsMs: limits.queueMs ?? 0 },
      ...{ beginsWithinMs: 1500, endsWithinMs: 2500 },
    });
    await pause(forMs);
    thaw();
    this.#healing.delete(thaw);
    condition.toMs = Date.now();
  }

  /** Protects what each camera recorded until ten seconds ago, and deletes the rest. */
  async #delete(): Promise<void> {
    const core = this.#app();
    const toMs = this.#clock.nowMs - 10_000;
    const protecting = { cameraIds: this.#place.cameraIds, fromMs: this.#earliestMs, toMs, name: 'Kept' };
    if (!(await core.call('clips.protect', protecting)).ok) return;
    for (const cameraId of this.#place.cameraIds) await core.call('library.remove', { cameraId, clips: 'keep' });
  }

  async #camera(camera: number, act: CameraAct): Promise<void> {
    this.#note(`camera ${camera}: ${JSON.stringify(act)}`);
    switch (act.do) {
      case 'pause':
        await this.#pauseCamera(camera, act.forMs);
        return;
      case 'modeOff':
      case 'noHours':
        await this.#planCamera(camera, act.do, act.forMs);
        return;
      case 'reboot':
        await this.#while(camera, ['camera', 'lost'], () => this.#reboot(camera, act.forMs));
        break;
      case 'cut':
        await this.#while(camera, ['camera', 'lost'], () => this.#cutNetwork(camera, act.forMs));
        break;
      case 'password':
        await this.#while(camera, ['camera', 'refused'], () => this.#fault(camera, { password: 'another' }, act.forMs));
        break;
      default:
        await this.#while(camera, ['camera', 'lost'], () => this.#fault(camera, faultOf(act.do), act.forMs));
    }
    if (act.thenTry)
      await this.#alone(async () => {
        await this.#app().call('cameras.tryNow', { cameraId: this.#place.cameraIds[camera] ?? '' });
      });
  }

  async #fault(camera: number, fault: Fault, forMs: number, atLast?: () => Promise<unknown>): Promise<void> {
    const { yard } = this.#options;
    const at = this.#yardCamera(camera);
    const heal = (): Promise<unknown> => yard.command({ camera: at, fault: null });
    this.#healing.add(heal);
    await yard.command({ camera: at, fault });
    await pause(forMs);
    await atLast?.();
    await heal();
    this.#healing.delete(heal);
  }

  /** Gone, and back with nothing remembered. (The yard's own reboot keeps its other cameras' commands waiting.) */
  async #reboot(camera: number, forMs: number): Promise<void> {
    await this.#fault(camera, { drop: true }, forMs, () =>
      this.#options.yard.command({ camera: this.#yardCamera(camera), reboot: true, forMs: 1 }),
    );
  }

  /** Nothing that the camera sends arrives any more, answers to a connection neither. */
  async #cutNetwork(camera: number, forMs: number): Promise<void> {
    const host = this.#options.yard.cameras[this.#yardCamera(camera)]?.host ?? '';
    const rule = (what: 'add' | 'del'): unknown =>
      spawnSync('ip', ['rule', what, 'pref', '5', 'from', host, 'blackhole']);
    const heal = (): unknown => rule('del');
    this.#healing.add(heal);
    rule('add');
    await pause(forMs);
    heal();
    this.#healing.delete(heal);
  }

  async #pauseCamera(camera: number, forMs: number): Promise<void> {
    const cameraId = this.#place.cameraIds[camera] ?? '';
    const set = (paused: boolean): Promise<Outcome<unknown>> =>
      this.#app().call('cameras.setPaused', { cameraId, paused });
    await this.#wish(camera, { cause: 'paused', forMs, set });
  }

  /** By its plan it is recorded never, or in no hour of the week. */
  async #planCamera(camera: number, wish: Wish, forMs: number): Promise<void> {
    const cameraId = this.#place.cameraIds[camera] ?? '';
    const name = this.#options.yard.cameras[this.#yardCamera(camera)]?.name ?? '';
    const wished: RecordingPlan =
      wish === 'modeOff'
        ? { ...firstPlan, mode: 'off' }
        : { ...firstPlan, hours: Array.from({ length: daysOfWeek }, () => 0) };
    const set = (isOn: boolean): Promise<Outcome<unknown>> =>
      this.#app().call('cameras.edit', {
        ...{ cameraId, name, recordsSound: true, keepDays: null, plan: isOn ? wished : firstPlan },
      });
    await this.#wish(camera, { cause: wish === 'modeOff' ? 'off' : 'schedule', forMs, set });
  }

  async #privacy(forMs: number): Promise<void> {
    const set = (isOn: boolean): Promise<Outcome<unknown>> =>
      isOn ? this.#app().call('privacy.start', { lasts: { is: 'open' } }) : this.#app().call('privacy.end', undefined);
    await this.#wish('all', { cause: 'privacy', forMs, set });
  }

  async #wish(
    camera: number | 'all',
    wish: { cause: Condition['cause']; forMs: number; set: (isOn: boolean) => Promise<Outcome<unknown>> },
  ): Promise<void> {
    let fromMs = 0;
    const began = await this.#alone(async () => {
      fromMs = Date.now();
      return await wish.set(true);
    });
    // On a disk that takes no writing the list of cameras cannot be changed.
    if (!began.ok) return;
    const condition = this.#tell(camera, { level: 'user', cause: wish.cause, fromMs, endsWithinMs: connectMs });
    await pause(wish.forMs);
    while (!(await this.#alone(() => wish.set(false))).ok) await pause(300);
    condition.toMs = Date.now();
  }

  /** Something moves now and then, until the run is over. */
  async #raiseMotion(camera: number): Promise<void> {
    const chance = new Chance(this.#plan.seed * 16 + camera);
    const { signal } = this.#over;
    const at = { camera: this.#yardCamera(camera) };
    const wait = async (ms: number): Promise<unknown> => await pause(ms, undefined, { signal }).catch(() => undefined);
    await wait(chance.between(4000, 8000));
    while (!signal.aborted) {
      const fromMs = Date.now();
      // The yard's own answer, in the form that test/yard/run.ts states.
      const { subscribers } = (await this.#options.yard.command({ ...at, motion: true })) as { subscribers: number };
      await wait(chance.between(800, 2500));
      await this.#options.yard.command({ ...at, motion: false });
      this.#raised[camera]?.push({ fromMs, toMs: Date.now(), heard: subscribers > 0 });
      await wait(chance.between(6000, 11_000));
    }
  }

  #yardCamera(camera: number): number {
    return this.#options.firstCamera + camera;
  }

  async #judge(): Promise<RunResult> {
    const faults: string[] = [];
    const before = await this.#ask();
    const stoppedMs = this.#clock.nowMs;
    const sentUntilMs = Date.now();
    // Once more from the disk, and behind everything that the clock ever came to.
    await this.#alone(() =>
      this.#stopApp('close', async () => {
        const behindMs = this.#latestMs - this.#clock.nowMs;
        if (behindMs > 0) this.#clock.set(this.#clock.offsetMs + behindMs + 2000);
      }),
    );
    const toMs = Date.now();
    const spans = await this.#ask();
    faults.push(...(await this.#askOtherwise(spans)));
    const events = await this.#askEvents();
    await this.#options.sent.ask();
    const cameras: CameraResult[] = [];
    for (const [camera, cameraId] of this.#place.cameraIds.entries()) {
      const told = spans[camera] ?? [];
      if (!sameUntil(before[camera] ?? [], told, stoppedMs - 5000))
        faults.push(`camera ${camera}: told otherwise after a restart`);
      const conditions = this.#conditions
        .filter((one) => one.camera === camera || one.camera === 'all')
        .map(({ condition }) => condition);
      const stretches = without(
        this.#stretches(camera, sentUntilMs),
        conditions.filter(({ level }) => level === 'camera' || level === 'network'),
      );
      const truth = truthOf({
        conditions,
        sent: stretches,
        asked: await this.#asked(camera),
        clock: this.#clock.settings,
        deleted: this.#goings?.of(cameraId) ?? [],
        ...{ launchedMs: this.#launchedMs, fromMs: this.#beganMs, toMs },
      });
      const comparison = compare(truth, clipTo(told, toMs + this.#clock.offsetMs), toMs + this.#clock.offsetMs);
      faults.push(...comparison.unsound.map((text) => `camera ${camera}: ${text}`));
      const own = events.filter((event) => event.cameraId === cameraId);
      const heard = compareEvents(this.#raised[camera] ?? [], own, { conditions, clock: this.#clock.settings });
      const { odd, ...figures } = heard;
      if (odd.length > 0) faults.push(`camera ${camera}: events ${JSON.stringify(figures)}: ${odd.join(', ')}`);
      cameras.push({ camera, cameraId, comparison, truth, spans: told, stretches, events: heard });
    }
    return { plan: this.#plan, cameras, faults, acts: this.#acts };
  }

  async #ask(): Promise<Span[][]> {
    const core = this.#app();
    const all: Span[][] = [];
    for (const cameraId of this.#place.cameraIds) {
      const span = { fromMs: this.#earliestMs, toMs: Math.max(this.#latestMs, this.#clock.nowMs) + 1000 };
      all.push(valueOf(await core.call('library.spans', { cameraId, ...span }), 'library.spans'));
    }
    return all;
  }

  /** The same by the timeline's other questions: all cameras at once, from far away, merged. */
  async #askOtherwise(spans: readonly Span[][]): Promise<string[]> {
    const found: string[] = [];
    const { cameraIds } = this.#place;
    const nowMs = this.#clock.nowMs;
    const month = { fromMs: this.#plan.startMs - 20 * dayMs, toMs: nowMs + 20 * dayMs };
    const narrow = { fromMs: this.#earliestMs, toMs: nowMs + 1000 };
    for (const [span, leastMs] of [
      [narrow, 0],
      [month, 0],
      [month, 3000],
    ] as const) {
      const answer = await this.#app().call('library.overview', { cameraIds, ...span, leastMs });
      const all = unpackSpans(valueOf(answer, 'library.overview'));
      for (const [camera, cameraId] of cameraIds.entries()) {
        const told = all.find((one) => one.cameraId === cameraId)?.spans ?? [];
        // What is asked later goes on a little further.
        const untilMs = nowMs - 10_000;
        if (!sameUntil(told, mergeShort(spans[camera] ?? [], leastMs), untilMs))
          found.push(
            `camera ${camera}: the overview of ${span === month ? 'a month' : 'the run'} merged to ${leastMs} ms differs`,
          );
      }
    }
    return found;
  }

  async #askEvents(): Promise<CameraEvent[]> {
    const { cameraIds } = this.#place;
    const span = { fromMs: this.#earliestMs, toMs: Math.max(this.#latestMs, this.#clock.nowMs) + 1000 };
    const listed = await this.#app().call('events.list', { cameraIds, ...span, kinds: ['motion'], most: 1000 });
    return valueOf(listed, 'events.list').events;
  }

  #stretches(camera: number, toMs: number): Stretch[] {
    const found: Stretch[] = [];
    for (const { atMs } of this.#options.sent.between(this.#yardCamera(camera), this.#beganMs - 10_000, toMs)) {
      const last = found.at(-1);
      // A picture lasts until the next.
      if (last && atMs - last.toMs <= breakMs) last.toMs = atMs + 40;
      else found.push({ fromMs: atMs, toMs: atMs + 40 });
    }
    return found;
  }

  async #asked(camera: number): Promise<number[]> {
    // The yard's own answer, in the form that test/yard/run.ts states.
    const answer = (await this.#options.yard.command({ camera: this.#yardCamera(camera), asked: true })) as {
      asked: number[];
    };
    return answer.asked.filter((atMs) => atMs >= this.#beganMs);
  }
}

function faultOf(act: CameraAct['do']): Fault {
  if (act === 'off') return { drop: true };
  if (act === 'freeze') return { freeze: true };
  return act === 'garbage' ? { garbage: 'rtsp' } : { notAnswering: true };
}

/** What a camera sends while something is wrong with it are no pictures, or they do not arrive. */
function without(stretches: readonly Stretch[], cuts: readonly Stretch[]): Stretch[] {
  return cuts.reduce<Stretch[]>(
    (left, cut) =>
      left.flatMap(({ fromMs, toMs }) =>
        [
          { fromMs, toMs: Math.min(toMs, cut.fromMs) },
          { fromMs: Math.max(fromMs, cut.toMs), toMs },
        ].filter((one) => one.toMs > one.fromMs),
      ),
    [...stretches],
  );
}

function clipTo(spans: readonly Span[], toMs: number): Span[] {
  return spans.filter(({ fromMs }) => fromMs < toMs).map((span) => ({ ...span, toMs: Math.min(span.toMs, toMs) }));
}

/** Told alike up to that moment. */
function sameUntil(one: readonly Span[], other: readonly Span[], untilMs: number): boolean {
  const text = (spans: readonly Span[]): string =>
    JSON.stringify(
      clipTo(spans, untilMs).map((span): [number, number, Told] => [
        span.fromMs,
        span.toMs,
        span.kind === 'gap' ? span.cause : span.kind,
      ]),
    );
  return text(one) === text(other);
}
