/**
 * What the app tells of a run: the timeline of each camera from before the first moment to behind the last that the clock
 * ever showed, by each of the questions that the timeline has, and the motion that it heard. Throws when the app answers
 * with a problem: it runs, and nothing is wrong any more.
 */
import type { CameraEvent } from '../../main/contract/cameraEvents.ts';
import { mergeShort } from '../../main/contract/mergeSpans.ts';
import type { Span } from '../../main/contract/model.ts';
import { unpackSpans } from '../../main/contract/timeline.ts';
import { valueOf } from './coreProcess.ts';
import type { FakedClock } from './fakedClock.ts';
import type { Stretch, Told } from './story.ts';
import type { Scene } from './storyScene.ts';

const dayMs = 86_400_000;

/** Before everything that the clock ever came to. */
export function earliestAsked(clock: FakedClock): number {
  return clock.shownMs.earliestMs - 3_600_000;
}

function everything({ clock }: Scene): Stretch {
  return { fromMs: earliestAsked(clock), toMs: clock.shownMs.latestMs + 1000 };
}

/** Of each camera, in their order. */
export async function askSpans(scene: Scene): Promise<Span[][]> {
  const all: Span[][] = [];
  for (const cameraId of scene.place.cameraIds) {
    const answer = await scene.app.core.call('library.spans', { cameraId, ...everything(scene) });
    all.push(valueOf(answer, 'library.spans'));
  }
  return all;
}

/**
 * The same by the timeline's other questions: all cameras at once, from far away, merged. Tells in sentences what differs
 * from `spans`.
 */
export async function askOtherwise(scene: Scene, spans: readonly Span[][]): Promise<string[]> {
  const found: string[] = [];
  const { cameraIds } = scene.place;
  const { nowMs } = scene.clock;
  const month = { fromMs: scene.plan.startMs - 20 * dayMs, toMs: nowMs + 20 * dayMs };
  const narrow = { fromMs: earliestAsked(scene.clock), toMs: nowMs + 1000 };
  for (const [span, leastMs] of [
    [narrow, 0],
    [month, 0],
    [month, 3000],
  ] as const) {
    const answer = await scene.app.core.call('library.overview', { cameraIds, ...span, leastMs });
    const all = unpackSpans(valueOf(answer, 'library.overview'));
    for (const [camera, cameraId] of cameraIds.entries()) {
      const told = all.find((one) => one.cameraId === cameraId)?.spans ?? [];
      // What is asked later goes on a little further.
      const untilMs = nowMs - 10_000;
      if (!toldAlike(told, mergeShort(spans[camera] ?? [], leastMs), untilMs))
        found.push(
          `camera ${camera}: the overview of ${span === month ? 'a month' : 'the run'} merged to ${leastMs} ms differs`,
        );
    }
  }
  return found;
}

/** All motion of all cameras. */
export async function askEvents(scene: Scene): Promise<CameraEvent[]> {
  const { cameraIds } = scene.place;
  const asked = { cameraIds, ...everything(scene), kinds: ['motion' as const], most: 1000 };
  return valueOf(await scene.app.core.call('events.list', asked), 'events.list').events;
}

export function clipTo(spans: readonly Span[], toMs: number): Span[] {
  return spans.filter(({ fromMs }) => fromMs < toMs).map((span) => ({ ...span, toMs: Math.min(span.toMs, toMs) }));
}

/** Up to that moment both tell the same. */
export function toldAlike(one: readonly Span[], other: readonly Span[], untilMs: number): boolean {
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
