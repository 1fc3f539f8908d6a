/**
 * The end of a run: the app is asked what it tells of each camera, before and after one more restart, and that is compared
 * with what the book and the yard say. What differs is said and counted, never mended; whether it is too much is for the caller.
 */
import type { CameraEvent } from '../../main/contract/cameraEvents.ts';
import type { Span } from '../../main/contract/model.ts';
import { type Condition, type Stretch, type Truth, truthOf } from './story.ts';
import { askEvents, askOtherwise, askSpans, clipTo, toldAlike } from './storyAsk.ts';
import { quietOf } from './storyAwaited.ts';
import { type Comparison, compare } from './storyCheck.ts';
import { compareEvents, type EventFigures, type Raised } from './storyEvents.ts';
import type { Scene } from './storyScene.ts';

/** Pictures that follow each other no further apart were sent without a break. */
const breakMs = 600;

export interface CameraResult {
  camera: number;
  cameraId: string;
  comparison: Comparison;
  truth: Truth;
  spans: Span[];
  stretches: Stretch[];
  events: EventFigures;
}

export interface Judgement {
  cameras: CameraResult[];
  /** What else is wrong, in sentences. */
  faults: string[];
}

/** What the app told of all cameras. */
interface Answers {
  before: Span[][];
  /** The clock then. */
  stoppedMs: number;
  /** Pictures sent later are of the restart; epoch ms of the computer. */
  sentUntilMs: number;
  /** It was stopped until then; epoch ms of the computer. */
  toMs: number;
  after: Span[][];
  events: CameraEvent[];
}

/** `raised`: of each camera, in their order. */
export async function judge(scene: Scene, raised: readonly Raised[][]): Promise<Judgement> {
  const before = await askSpans(scene);
  const stoppedMs = scene.clock.nowMs;
  const sentUntilMs = Date.now();
  await restart(scene);
  const toMs = Date.now();
  const after = await askSpans(scene);
  const faults = await askOtherwise(scene, after);
  const events = await askEvents(scene);
  await scene.options.sent.ask();
  const answers: Answers = { before, stoppedMs, sentUntilMs, toMs, after, events };
  const cameras: CameraResult[] = [];
  for (const camera of scene.place.cameraIds.keys()) {
    const { odd, ...result } = await judgeCamera(scene, { camera, raised: raised[camera] ?? [] }, answers);
    cameras.push(result);
    faults.push(...odd.map((text) => `camera ${camera}: ${text}`));
  }
  return { cameras, faults };
}

/** What is told then comes from the disk; and the clock is behind everything that it ever came to. */
async function restart({ app, clock }: Scene): Promise<void> {
  await app.alone(() =>
    app.stop('close', async () => {
      const behindMs = clock.shownMs.latestMs - clock.nowMs;
      if (behindMs > 0) clock.set(clock.offsetMs + behindMs + 2000);
    }),
  );
}

async function judgeCamera(
  scene: Scene,
  { camera, raised }: { camera: number; raised: Raised[] },
  { before, stoppedMs, sentUntilMs, toMs, after, events }: Answers,
): Promise<CameraResult & { odd: string[] }> {
  const cameraId = scene.idOf(camera);
  const spans = after[camera] ?? [];
  const { book, clock } = scene;
  const conditions = book.conditionsOf(camera);
  const stretches = arrivingOf(sentBy(scene, camera, sentUntilMs), conditions);
  const { settings } = clock;
  const quiet = quietOf(book.awaitedOf(camera), raised, { conditions, clock: settings });
  const truth = truthOf({
    conditions: [...conditions, ...quiet],
    sent: stretches,
    asked: await askedOf(scene, camera),
    clock: settings,
    deleted: scene.deletedOf(cameraId),
    ...{ launchedMs: book.launchedMs, fromMs: book.beganMs, toMs },
  });
  const untilMs = toMs + clock.offsetMs;
  const comparison = compare(truth, clipTo(spans, untilMs), untilMs);
  const own = events.filter((event) => event.cameraId === cameraId);
  const heard = compareEvents(raised, own, { conditions, clock: settings });
  const odd = [...comparison.unsound, ...oddIn(heard)];
  if (!toldAlike(before[camera] ?? [], spans, stoppedMs - 5000)) odd.unshift('told otherwise after a restart');
  return { camera, cameraId, comparison, truth, spans, stretches, events: heard, odd };
}

function oddIn({ odd, ...figures }: EventFigures): string[] {
  return odd.length > 0 ? [`events ${JSON.stringify(figures)}: ${odd.join(', ')}`] : [];
}

/** When the camera sent pictures without a break, by the yard's own record. */
function sentBy(scene: Scene, camera: number, toMs: number): Stretch[] {
  const found: Stretch[] = [];
  const pushes = scene.options.sent.between(scene.inYard(camera), scene.book.beganMs - 10_000, toMs);
  for (const { atMs } of pushes) {
    const last = found.at(-1);
    // A picture lasts until the next.
    if (last && atMs - last.toMs <= breakMs) last.toMs = atMs + 40;
    else found.push({ fromMs: atMs, toMs: atMs + 40 });
  }
  return found;
}

/** What a camera sends while something is wrong with it are no pictures, or they do not arrive. */
function arrivingOf(stretches: readonly Stretch[], conditions: readonly Condition[]): Stretch[] {
  const cuts = conditions.filter(({ level }) => level === 'camera' || level === 'network');
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

/** When somebody connected to the camera; epoch ms of the computer. */
async function askedOf(scene: Scene, camera: number): Promise<number[]> {
  // The yard's own answer, in the form that test/yard/run.ts states.
  const { asked } = (await scene.command(camera, { asked: true })) as { asked: number[] };
  return asked.filter((atMs) => atMs >= scene.book.beganMs);
}
