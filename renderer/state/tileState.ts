/**
 * What a tile says about its camera, from what is known: pure, so that every case can be tried. An old picture is never
 * taken for a live one, and an attempt to connect to a lost camera leaves it lost until the camera answers.
 */
import type {
  Camera,
  LossCause,
  RefusalCode,
  StreamInfo,
  StreamRole,
  StreamState,
  VideoCodec,
} from '../../main/contract/model.ts';
import type { Privacy } from '../../main/contract/privacy.ts';

export type TileState =
  | { is: 'live' }
  /** `awaited`: it has just come back into sight, and its next picture is on its way: old, and nothing is amiss yet. */
  | { is: 'stale'; ageMs: number; pictureMs: number; awaited: boolean }
  | { is: 'lost'; sinceMs: number; cause: LossCause; nextTryMs: number }
  | { is: 'refused'; sinceMs: number; code: RefusalCode }
  | { is: 'connecting'; sinceMs: number; answered: boolean }
  /** `alone`: the camera has no other stream. `paused`: it is not recorded either, because the user paused it. */
  | {
      is: 'notShown';
      codec: VideoCodec;
      widthPixels: number;
      heightPixels: number;
      alone: boolean;
      paused: boolean;
    }
  | { is: 'off' }
  /** Everything is paused by the user. */
  | { is: 'private'; untilMs: number | null };

/** What a `LivePicture` knows. */
export interface PictureFacts {
  stream: StreamState | null;
  trouble: Extract<StreamState, { state: 'lost' | 'refused' }> | null;
  notShown: { role: StreamRole; widthPixels: number; heightPixels: number } | null;
  shown: object | null;
  pictureMs: number | null;
  staleAfterMs: number;
  /** Since when it has a place on screen; null while it has none. Out of sight nothing is decoded. */
  inSightSinceMs: number | null;
}

export function tileState(
  camera: Camera,
  /** The state of the recorded stream, for as long as the shown one has said nothing. */
  recorded: StreamState | null,
  picture: PictureFacts,
  nowMs: number,
  privacy: Privacy | null = null,
): TileState {
  if (privacy) return { is: 'private', untilMs: privacy.untilMs };
  const stream = picture.stream ?? recorded ?? { state: 'off' };
  switch (stream.state) {
    case 'off':
      return { is: 'off' };
    case 'lost':
    case 'refused':
      return troubled(stream);
    case 'connecting':
      if (picture.trouble !== null && !stream.answered) return troubled({ ...picture.trouble, nextTryMs: nowMs });
      return { is: 'connecting', sinceMs: stream.sinceMs, answered: stream.answered };
    case 'live':
      if (picture.notShown !== null && picture.shown === null) return notShown(camera, picture.notShown);
      return shown(stream.sinceMs, picture, nowMs);
  }
}

function troubled(trouble: Extract<StreamState, { state: 'lost' | 'refused' }>): TileState {
  return trouble.state === 'refused'
    ? { is: 'refused', sinceMs: trouble.sinceMs, code: trouble.code }
    : { is: 'lost', sinceMs: trouble.sinceMs, cause: trouble.cause, nextTryMs: trouble.nextTryMs };
}

function shown(liveSinceMs: number, facts: PictureFacts, nowMs: number): TileState {
  const { pictureMs, staleAfterMs, inSightSinceMs } = facts;
  if (pictureMs === null) return { is: 'connecting', sinceMs: liveSinceMs, answered: true };
  const ageMs = nowMs - pictureMs;
  if (ageMs < staleAfterMs) return { is: 'live' };
  // The picture is from before the connection: this connection has brought none yet.
  if (pictureMs < liveSinceMs) return { is: 'connecting', sinceMs: liveSinceMs, answered: true };
  const inSightMs = nowMs - (inSightSinceMs ?? nowMs);
  return { is: 'stale', ageMs, pictureMs, awaited: ageMs > inSightMs && inSightMs < staleAfterMs };
}

function notShown(camera: Camera, what: NonNullable<PictureFacts['notShown']>): TileState {
  const info = streamOf(camera, what.role);
  return {
    is: 'notShown',
    codec: info?.video ?? 'unknown',
    widthPixels: what.widthPixels || (info?.widthPixels ?? 0),
    heightPixels: what.heightPixels || (info?.heightPixels ?? 0),
    alone: camera.streams.length < 2,
    paused: camera.paused || camera.plan.mode === 'off',
  };
}

export function streamOf(camera: Camera, role: StreamRole): StreamInfo | null {
  return camera.streams.find((stream) => stream.role === role) ?? null;
}

/** From this many tiles on, the sub stream serves whatever the screen's density: decoding nine main streams does not. */
const manyTiles = 9;

/**
 * The stream for a place this wide, in the screen's own pixels: the main one where the sub one would look coarse.
 * `pinned`: the one that the user wants there whatever its size; null where that is left to the size.
 */
export function roleFor(
  camera: Camera,
  widthPixels: number,
  tilesOnScreen: number,
  pinned: StreamRole | null = null,
): StreamRole {
  const main = streamOf(camera, 'main');
  const sub = streamOf(camera, 'sub');
  if (sub === null) return 'main';
  if (main === null) return 'sub';
  if (pinned !== null) return pinned;
  if (tilesOnScreen >= manyTiles) return 'sub';
  const subWidth = sub.widthPixels || 640;
  return widthPixels > subWidth * 1.25 ? 'main' : 'sub';
}
