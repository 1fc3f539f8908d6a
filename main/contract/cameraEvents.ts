/**
 * What cameras tell of what they see and hear: motion, a person, a digital input. Times are by this computer's clock
 * (main/app/cameraEvents.ts says how a camera's own time counts).
 */
import type { CameraId } from './model.ts';

/** `other`: the camera's own rule or alarm of which Nightjar does not know what it means; its topic says it. */
export const eventKinds = [
  'motion',
  'person',
  'vehicle',
  'animal',
  'face',
  'package',
  'line',
  'sound',
  'doorBell',
  'input',
  'tamper',
  'other',
] as const;
export type EventKind = (typeof eventKinds)[number];

export interface CameraEvent {
  /** 16 hexadecimal digits, random. */
  id: string;
  cameraId: CameraId;
  kind: EventKind;
  /** Which input, lens or rule, in the camera's own words: 'DI_00'; '' where it does not say. */
  source: string;
  /** The camera's topic, without prefixes: 'VideoSource/MotionAlarm'. */
  topic: string;
  fromMs: number;
  /** null: it goes on. The same as `fromMs`: it was a moment. */
  toMs: number | null;
  /** It went on until `toMs` at least; then the camera, or Nightjar, was not there to tell its end. */
  endUnknown: boolean;
  /** 1; more where the camera told more of them than are kept apart (main/app/eventBook.ts). */
  count: number;
}

/** `more`: there are more than were asked for; these are the first ones, or the last, as was asked. */
export interface EventList {
  events: CameraEvent[];
  more: boolean;
}

/** The events of one camera as the timeline draws them: pairs of the number of a step from `fromMs` on, and how many began in it. */
export interface EventTicks {
  cameraId: CameraId;
  steps: [step: number, events: number][];
}
