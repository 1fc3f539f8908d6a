/**
 * Searching recordings for motion in a region of the picture. Times are UTC milliseconds; places in the picture are
 * shares of its width and height, from its upper left corner.
 */
import * as v from 'valibot';
import type { CameraId } from './model.ts';
import type { Problem } from './problems.ts';

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
export const motionPoint = v.strictObject({ x: share, y: share });
export type MotionPoint = v.InferOutput<typeof motionPoint>;

export const mostCorners = 32;
export const motionRegion = v.pipe(v.array(motionPoint), v.minLength(3), v.maxLength(mostCorners));

/** 1: much has to change, and clearly. 5: little is enough. */
export const sensitivities = [1, 2, 3, 4, 5] as const;
export type Sensitivity = (typeof sensitivities)[number];
export const sensitivity = v.picklist(sensitivities);

/** No more are kept: a search that finds so many is asked too much. */
export const mostHits = 1000;

export interface MotionQuestion {
  cameraId: CameraId;
  fromMs: number;
  toMs: number;
  /** A polygon's corners. */
  region: MotionPoint[];
  sensitivity: Sensitivity;
}

export interface MotionHit {
  fromMs: number;
  toMs: number;
  /** Of the region, at the moment at which most changed: 0 to 1. */
  changed: number;
}

/** What was found so far, in order of time. `more`: the search ended because there were too many. */
export interface MotionFound {
  question: MotionQuestion;
  hits: MotionHit[];
  /** Recorded time that was looked at. */
  searchedMs: number;
  more: boolean;
}

export type MotionState =
  | { state: 'none' }
  /** `leftMs`: null while nothing can be said. */
  | ({ state: 'searching'; doneFraction: number; leftMs: number | null } & MotionFound)
  /** `unread`: recordings that do not open or cannot be decoded. */
  | ({ state: 'done'; unread: number } & MotionFound)
  | ({ state: 'stopped' } & MotionFound)
  | ({ state: 'failed'; problem: Problem } & MotionFound);
