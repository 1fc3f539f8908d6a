/**
 * What really happened to one camera, as those know it who did it: when the injector switched what off, what the camera
 * really sent, which recordings went, and what the clock was set to. From that follows what the timeline must tell of
 * each moment (storyTeller.ts), and how far from each edge it may be told, without asking the program anything.
 *
 * Of several reasons the one nearest to the user counts: paused, closed, asleep, the disk, the network, the camera, and
 * only then that an event is awaited. A disk counts from the first picture on that it did not take. After a reason ended,
 * the gap keeps it until pictures come again, and between two reasons of the camera until it is asked again: nobody can
 * know sooner.
 */
import type { GapCause } from '../../main/contract/model.ts';
import { type Setting, wallOf } from './fakedClock.ts';
import { Teller, unnoticedMs } from './storyTeller.ts';

export type Told = GapCause | 'recorded';

/** Nearest to the user first. */
export type Level = 'user' | 'app' | 'computer' | 'disk' | 'network' | 'camera' | 'event';

/** Something is wrong from `fromMs` to `toMs` (epoch ms of the computer, however its clock is set). */
export interface Condition {
  level: Level;
  cause: GapCause;
  fromMs: number;
  toMs: number;
  /** How far the told edge may lie from the true one, before and behind it: what only later can be known. */
  beginsWithinMs?: number;
  endsWithinMs?: number;
  /** So much of what is sent meanwhile still waits, and is recorded afterwards: it counts from then on. */
  holdsMs?: number;
  /** Nobody is left to tell what was not noticed yet: a camera that fell silent shortly before. */
  tellsNothing?: true;
  /** Nobody can know whether it was so: it may be told, or as recorded. */
  orRecorded?: true;
}

export interface Stretch {
  fromMs: number;
  toMs: number;
}

export interface Story {
  conditions: readonly Condition[];
  /** When pictures were sent to the recording. */
  sent: readonly Stretch[];
  /** When somebody connected to the camera. */
  asked: readonly number[];
  clock: readonly Setting[];
  /** What was recorded and deleted since, by the faked clock. */
  deleted: readonly Stretch[];
  /** From then to `fromMs` cameras are added and tried: what of that is recorded is not looked at. */
  launchedMs: number;
  fromMs: number;
  toMs: number;
}

/** By the faked clock: every moment may be told as one of these. */
export interface Chapter extends Stretch {
  told: ReadonlySet<Told>;
  /** Time that never was: the clock was set forward over it. */
  leap?: true;
}

/** An edge between two chapters, and how far from it either side may be told. */
export interface Edge {
  atMs: number;
  beforeMs: number;
  afterMs: number;
  told: ReadonlySet<Told>;
  /** The clock was set: what either time of a moment that was there twice says. */
  clock?: true;
  /** Of gaps only: what is recorded must be told as such. */
  gapsOnly?: true;
}

export interface Truth {
  /** In order of what really happened: where the clock was set back, the same moment is there twice. */
  chapters: Chapter[];
  edges: Edge[];
}

/** Physics: a picture is known when it is there, a fragment is half a second, a connection begins at a keyframe. */
const usualEdgeMs = 1000;
/** The clock is looked at once a second, and the next run begins at a keyframe. */
const clockEdgeMs = 2500;

/** What waits to be sealed when a camera falls silent is as much as 64 KiB. */
const waitingMs = 3000;

export function truthOf(given: Story): Truth {
  const story = { ...given, conditions: given.conditions.map((one) => heldBack(one, given.sent)) };
  const truth: Truth = { chapters: [], edges: [] };
  const teller = new Teller(story);
  const cuts = cutsOf(story);
  for (const [nth, fromMs] of cuts.entries()) {
    const toMs = cuts[nth + 1];
    if (toMs === undefined) break;
    const told = teller.told(fromMs, toMs);
    const offsetMs = wallOf(story.clock, fromMs) - fromMs;
    addLeap(truth, story, { fromMs, offsetMs, told });
    add(truth, { fromMs: fromMs + offsetMs, toMs: toMs + offsetMs, told }, edgeAt(story, fromMs));
    if (story.conditions.some((one) => one.tellsNothing && one.fromMs === fromMs)) addSilence(truth, told);
  }
  const added = { beforeMs: 0, afterMs: story.fromMs - story.launchedMs, told: new Set<Told>(['recorded']) };
  truth.edges.push({ atMs: wallOf(story.clock, story.launchedMs), ...added });
  addUntaken(truth, story);
  for (const gone of story.deleted) markDeleted(truth, gone);
  return truth;
}

function heldBack(condition: Condition, sent: readonly Stretch[]): Condition {
  let leftMs = condition.holdsMs ?? 0;
  if (leftMs === 0) return condition;
  for (const one of sent) {
    const fromMs = Math.max(one.fromMs, condition.fromMs);
    const lengthMs = Math.min(one.toMs, condition.toMs) - fromMs;
    if (lengthMs <= 0) continue;
    if (lengthMs > leftMs) return { ...condition, fromMs: fromMs + leftMs };
    leftMs -= lengthMs;
  }
  return { ...condition, fromMs: condition.toMs };
}

/** A disk failed before the silence of a camera was noticed: what waited of it was not taken, and is the disk's. */
function addUntaken(truth: Truth, { conditions, clock }: Story): void {
  const disks = conditions.filter(({ level }) => level === 'disk');
  for (const silent of conditions.filter(({ level }) => level === 'camera' || level === 'network')) {
    for (const disk of disks) {
      const laterMs = disk.fromMs - silent.fromMs;
      if (laterMs < 0 || laterMs > unnoticedMs) continue;
      const told = new Set<Told>([disk.cause, silent.cause, 'recorded']);
      truth.edges.push({ atMs: wallOf(clock, silent.fromMs), beforeMs: waitingMs, afterMs: laterMs, told });
    }
  }
}

/** The program died now: a camera that fell silent shortly before is told as closed, and what waited of it is lost. */
function addSilence(truth: Truth, told: ReadonlySet<Told>): void {
  const nowMs = truth.chapters.at(-1)?.fromMs ?? 0;
  const last = truth.chapters.at(-2);
  if (!(last?.told.has('lost') || last?.told.has('network')) || nowMs - last.fromMs > unnoticedMs) return;
  const either = new Set<Told>([...told, 'lost', 'recorded']);
  truth.edges.push({ atMs: last.fromMs, beforeMs: waitingMs, afterMs: nowMs - last.fromMs, told: either });
}

/** The moments at which something changed, in order, the first and last of the story among them. */
function cutsOf({ conditions, sent, asked, clock, fromMs, toMs }: Story): number[] {
  const all = [
    ...conditions.flatMap((one) => [one.fromMs, one.toMs]),
    ...sent.flatMap((one) => [one.fromMs, one.toMs]),
    ...asked,
    ...clock.map(({ realMs }) => realMs),
  ];
  const inside = all.filter((atMs) => atMs > fromMs && atMs < toMs);
  return [...new Set([fromMs, ...inside, toMs])].sort((one, other) => one - other);
}

/** The clock was set forward at `fromMs`: the time between never was. */
function addLeap(
  truth: Truth,
  { clock }: Story,
  next: { fromMs: number; offsetMs: number; told: ReadonlySet<Told> },
): void {
  const last = truth.chapters.at(-1);
  const set = clock.some(({ realMs }) => realMs === next.fromMs);
  if (!last || !set) return;
  const atMs = next.fromMs + next.offsetMs;
  const told = last.told.has('recorded') ? new Set<Told>(['clock']) : last.told;
  // When its time comes again, a gap there may still be told by what was known before the clock was set back.
  if (atMs < last.toMs) {
    const kept = new Set<Told>([...told, 'clock']);
    truth.edges.push({ atMs: last.toMs, beforeMs: clockEdgeMs, afterMs: 60_000, told: kept, gapsOnly: true });
  }
  if (atMs > last.toMs) add(truth, { fromMs: last.toMs, toMs: atMs, told, leap: true }, clockEdge);
}

type Near = Pick<Edge, 'beforeMs' | 'afterMs' | 'clock'>;
const clockEdge: Near = { beforeMs: clockEdgeMs, afterMs: clockEdgeMs, clock: true };

function edgeAt({ conditions, clock }: Story, realMs: number): Near {
  const begins = conditions.filter((one) => one.fromMs === realMs).map((one) => one.beginsWithinMs ?? usualEdgeMs);
  const ends = conditions.filter((one) => one.toMs === realMs).map((one) => one.endsWithinMs ?? usualEdgeMs);
  const set = clock.some((one) => one.realMs === realMs) ? [clockEdgeMs] : [];
  const withinMs = Math.max(usualEdgeMs, ...begins, ...ends, ...set);
  return { beforeMs: withinMs, afterMs: withinMs, ...(set.length > 0 && { clock: true }) };
}

function add(truth: Truth, chapter: Chapter, near: Near): void {
  const last = truth.chapters.at(-1);
  if (last && last.toMs === chapter.fromMs && last.leap === chapter.leap && sameTold(last.told, chapter.told)) {
    last.toMs = chapter.toMs;
    return;
  }
  if (last) {
    const told = new Set([...last.told, ...chapter.told]);
    truth.edges.push({ atMs: chapter.fromMs, ...near, told });
    if (last.toMs !== chapter.fromMs) truth.edges.push({ atMs: last.toMs, ...near, told });
  }
  truth.chapters.push({ ...chapter });
}

function sameTold(one: ReadonlySet<Told>, other: ReadonlySet<Told>): boolean {
  return one.size === other.size && [...one].every((told) => other.has(told));
}

function markDeleted(truth: Truth, gone: Stretch): void {
  truth.chapters = truth.chapters.flatMap((chapter) => {
    const fromMs = Math.max(chapter.fromMs, gone.fromMs);
    const toMs = Math.min(chapter.toMs, gone.toMs);
    if (!chapter.told.has('recorded') || toMs <= fromMs) return [chapter];
    return [
      { ...chapter, toMs: fromMs },
      { fromMs, toMs, told: new Set<Told>(['deleted']) },
      { ...chapter, fromMs: toMs },
    ].filter((one) => one.toMs > one.fromMs);
  });
  const told = new Set<Told>(['deleted', 'recorded']);
  for (const atMs of [gone.fromMs, gone.toMs])
    truth.edges.push({ atMs, beforeMs: usualEdgeMs, afterMs: usualEdgeMs, told });
}
