/**
 * What the system's own notifications tell of: the causes, where a click leads, and which of it the user wants. What a
 * notice says may be kept by the system outside the vault, so cameras have names in it only where the user asks for that.
 */
import * as v from 'valibot';
import type { CameraId } from './model.ts';

/**
 * lost: it does not answer, or sends nothing. refused: user name or password. stopped…: nothing is recorded, because the
 * disk is full, because it is gone or takes no writing, because this computer does not keep up, because the stream
 * cannot be recorded. clock: the camera's own is far off. network: this computer has none, and no camera answers.
 * vaultClosed: the vault does not open, or waits for its passphrase, and nothing is recorded before.
 * …Disk: nearly full, though Nightjar deletes the oldest: the vault's, and the one that the system keeps its own on.
 * protected: protected clips take nearly all the room that recordings may.
 */
export const noticeCauses = [
  'lost',
  'refused',
  'stoppedFull',
  'stoppedGone',
  'stoppedBehind',
  'stoppedCodec',
  'clock',
  'network',
  'vaultClosed',
  'vaultDisk',
  'systemDisk',
  'protected',
] as const;
export type NoticeCause = (typeof noticeCauses)[number];

/** Where a click on a notice leads. */
export type NoticePlace = { view: 'camera'; cameraId: CameraId } | { view: 'health' } | { view: 'settings' };

export const noticeMinutesAllowed = { least: 1, most: 60 };

export const noticeWishes = v.strictObject({
  shown: v.boolean(),
  /** How long a camera does not answer before it is told. */
  afterMinutes: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(noticeMinutesAllowed.least),
    v.maxValue(noticeMinutesAllowed.most),
  ),
  /** Cameras by their names, while Nightjar is not locked. */
  names: v.boolean(),
});
export type NoticeWishes = v.InferOutput<typeof noticeWishes>;

export const firstNoticeWishes: NoticeWishes = { shown: true, afterMinutes: 2, names: false };
