/**
 * Finds out what a camera is before it is added: asks it by ONVIF, or by RTSP where that was given or where ONVIF is
 * off, and looks at each of its streams. Connects only to the host that it is given. Keeps nothing; every ending is an
 * outcome. A refusal ends everything at once, because cameras lock users out who try too often.
 */
import type { Moves, StreamInfo } from '../../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../../contract/problems.ts';
import { onvifPath, streamUrl } from './address.ts';
import type { KnownStream, StoredCamera } from './cameraDocument.ts';
import type { Credentials } from '../wire/digest.ts';
import { OnvifCamera, speaksOnvif, type DeviceWords, type OnvifPlace } from './onvif.ts';
import { chooseProfiles, type Profile } from './profiles.ts';
import { PtzHead, ptzPlace } from './ptzHead.ts';
import { probeRtsp } from './rtspProbe.ts';

/** A stream with the address to ask for it, without credentials. */
export interface ReachedStream {
  info: StreamInfo;
  url: string;
}

export interface Reached extends DeviceWords {
  kind: 'onvif' | 'rtsp';
  scheme: 'http' | 'https' | 'rtsp' | 'rtsps';
  host: string;
  port: number;
  /** Of the ONVIF device service, or of the RTSP stream. */
  path: string;
  /** '' where the camera does not say. */
  name: string;
  reachedInMs: number;
  clockOffsetMs: number | null;
  streams: ReachedStream[];
  /** null where it cannot be moved. */
  moves: Moves | null;
  events: boolean;
  /** A JPEG by the camera's own snapshot address; null when there is none. */
  snapshot: (signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer> | null>;
}

/** How to sign in. */
export interface WayIn {
  credentials: Credentials | null;
  /** The user allows that the password goes to this camera in the clear; not said: no. */
  allowsClearPassword?: boolean;
}

export interface RtspPlace {
  scheme: 'rtsp' | 'rtsps';
  host: string;
  port: number;
  path: string;
}

/** Where makers put ONVIF when it is not at 80. */
const onvifPorts = [80, 8080, 8000, 8899, 2020];
const rtspPorts = [554, 8554];
/** Of makers whose cameras come with ONVIF off; the main stream of each. */
const commonPaths = [
  '/Streaming/Channels/101',
  '/cam/realmonitor?channel=1&subtype=0',
  '/h264Preview_01_main',
  '/stream1',
  '/axis-media/media.amp',
  '/live/ch00_0',
  '/live/main',
  '/live',
  '/11',
  '/',
];

/**
 * Asks an ONVIF camera everything. `mayBeElsewhere`: the user gave no port, so the other usual ports and RTSP are
 * tried too.
 */
export async function reachOnvif(
  place: OnvifPlace,
  mayBeElsewhere: boolean,
  way: WayIn,
  signal: AbortSignal,
): Promise<Outcome<Reached>> {
  const found = mayBeElsewhere ? await findOnvif(place, signal) : good(place);
  if (!found.ok) {
    if (!mayBeElsewhere || endsSearch(found.problem)) return found;
    return (await reachCommonPaths(place.host, way, signal)) ?? found;
  }
  const opened = await OnvifCamera.open(found.value, way.credentials, signal);
  if (!opened.ok) return opened;
  const camera = opened.value;
  const streams = await readStreams(camera, signal);
  if (!streams.ok) return streams;
  const [looked, { name, moves }] = await Promise.all([
    lookAtStreams(streams.value.streams, way, signal),
    lookAround(camera, streams.value, signal),
  ]);
  if (!looked.ok) return looked;
  const { scheme, host, port, path } = found.value;
  return good({
    ...camera.device,
    kind: 'onvif',
    ...{ scheme, host, port, path },
    name,
    reachedInMs: camera.reachedInMs,
    clockOffsetMs: camera.clockOffsetMs,
    streams: looked.value,
    moves,
    events: camera.has('events'),
    snapshot: (wait) => camera.snapshot(streams.value.main, wait),
  });
}

/** What is asked beside its streams, one after the other: some cameras take one question at a time. */
async function lookAround(
  camera: OnvifCamera,
  { profiles, main }: ReadStreams,
  signal: AbortSignal,
): Promise<{ name: string; moves: Moves | null }> {
  const name = await camera.name(signal);
  const place = camera.has('ptz') ? ptzPlace(profiles, main) : null;
  const head = place === null ? null : await PtzHead.open(camera, place, signal);
  return { name, moves: head?.ok === true ? (head.value?.moves ?? null) : null };
}

export interface ReadStreams {
  streams: ReachedStream[];
  main: Profile;
  /** All that the camera has. */
  profiles: Profile[];
}

/** The camera's main stream and, where it has one, its sub stream, as ONVIF tells of them. */
export async function readStreams(camera: OnvifCamera, signal: AbortSignal): Promise<Outcome<ReadStreams>> {
  const profiles = await camera.profiles(signal);
  if (!profiles.ok) return profiles;
  const chosen = chooseProfiles(profiles.value);
  if (chosen === null) return bad({ code: 'noStreams' });
  let mainProfile = chosen.main;
  let main = await camera.streamAddress(mainProfile, signal);
  const hasNone = !main.ok && (main.problem.code === 'noStreams' || main.problem.code === 'notACamera');
  if (hasNone && chosen.sub !== null) {
    mainProfile = chosen.sub;
    main = await camera.streamAddress(mainProfile, signal);
  }
  if (!main.ok) return main.problem.code === 'notACamera' ? bad({ code: 'noStreams' }) : main;
  const streams: ReachedStream[] = [{ info: streamInfo(mainProfile, 'main'), url: main.value.url }];
  if (chosen.sub !== null && chosen.sub !== mainProfile) {
    const sub = await camera.streamAddress(chosen.sub, signal);
    // A camera that names the main stream's address for both has one stream.
    if (sub.ok && sub.value.url !== main.value.url) {
      streams.push({ info: streamInfo(chosen.sub, 'sub'), url: sub.value.url });
    }
  }
  return good({ streams, main: mainProfile, profiles: profiles.value });
}

function streamInfo(profile: Profile, role: StreamInfo['role']): StreamInfo {
  const { video, widthPixels, heightPixels, framesPerSecond, bitsPerSecond, audio } = profile;
  return { role, video, widthPixels, heightPixels, framesPerSecond, bitsPerSecond, audio };
}

/** What RTSP says of a stream goes before what ONVIF says: Media1 has no word for H.265, and profiles go stale. */
export async function lookAtStreams(
  streams: readonly ReachedStream[],
  way: WayIn,
  signal: AbortSignal,
): Promise<Outcome<ReachedStream[]>> {
  const looked: ReachedStream[] = [];
  for (const { info, url } of streams) {
    const probed = await probeRtsp({ url, ...way }, signal);
    if (!probed.ok) {
      // A sub stream that does not answer is left out; the main stream must.
      if (info.role === 'main' || isRefusal(probed.problem)) return probed;
      continue;
    }
    const { stream } = probed.value;
    const sized = stream.widthPixels > 0;
    looked.push({
      url,
      info: {
        role: info.role,
        video: stream.video === 'unknown' ? info.video : stream.video,
        widthPixels: sized ? stream.widthPixels : info.widthPixels,
        heightPixels: sized ? stream.heightPixels : info.heightPixels,
        framesPerSecond: stream.framesPerSecond ?? info.framesPerSecond,
        bitsPerSecond: info.bitsPerSecond ?? stream.bitsPerSecond,
        audio: stream.audio,
      },
    });
  }
  return good(looked);
}

/** All usual places at once; the first that speaks ONVIF, or else one that wants a password before it says so. */
async function findOnvif(place: OnvifPlace, signal: AbortSignal): Promise<Outcome<OnvifPlace>> {
  const others = onvifPorts.filter((port) => port !== place.port).map((port) => ({ ...place, port, path: onvifPath }));
  const places: OnvifPlace[] = [place, ...others, { ...place, scheme: 'https', port: 443, path: onvifPath }];
  const found = new AbortController();
  const all = AbortSignal.any([signal, found.signal]);
  const asked = places.map(async (one) => ({ one, answer: await speaksOnvif(one, all) }));
  try {
    const speaking = asked.map(async (question) => {
      const { one, answer } = await question;
      if (!answer.ok) throw new Error(answer.problem.code);
      return one;
    });
    return good(await Promise.any(speaking));
  } catch {
    const answers = await Promise.all(asked);
    const saying = (code: string) => answers.find(({ answer }) => !answer.ok && answer.problem.code === code);
    const guarded = saying('passwordRefused');
    if (guarded !== undefined) return good(guarded.one);
    const told = saying('cancelled') ?? saying('noSuchHost') ?? saying('noNetwork') ?? saying('notACamera');
    if (told?.answer.ok === false) return told.answer;
    return bad({ code: 'noAnswer', host: place.host, port: place.port });
  } finally {
    found.abort();
  }
}

/** null when no RTSP answers there either. */
async function reachCommonPaths(host: string, way: WayIn, signal: AbortSignal): Promise<Outcome<Reached> | null> {
  const tried = await Promise.all(rtspPorts.map((port) => reachCommonPathsAt(host, port, way, signal)));
  const answers = tried.filter((one) => one !== null);
  return answers.find((one) => one.ok) ?? answers[0] ?? null;
}

async function reachCommonPathsAt(
  host: string,
  port: number,
  way: WayIn,
  signal: AbortSignal,
): Promise<Outcome<Reached> | null> {
  let answered: Outcome<Reached> | null = null;
  for (const path of commonPaths) {
    const reached = await reachRtsp({ scheme: 'rtsp', host, port, path }, way, signal);
    if (reached.ok || isRefusal(reached.problem)) return reached;
    if (reached.problem.code !== 'noStreams') break;
    answered = reached;
  }
  return answered;
}

/** Cameras lock users out who try too often. */
function isRefusal({ code }: Problem): boolean {
  return code === 'passwordRefused' || code === 'passwordInClear';
}

/** Looks at one RTSP address. */
export async function reachRtsp(place: RtspPlace, way: WayIn, signal: AbortSignal): Promise<Outcome<Reached>> {
  const url = streamUrl(place);
  const probed = await probeRtsp({ url, ...way }, signal);
  if (!probed.ok) return probed;
  return good({
    ...{ maker: '', model: '', firmware: '', serial: '', name: '' },
    kind: 'rtsp',
    ...place,
    reachedInMs: probed.value.reachedInMs,
    clockOffsetMs: null,
    streams: [{ info: { role: 'main', ...probed.value.stream }, url }],
    moves: null,
    events: false,
    snapshot: () => Promise.resolve(null),
  });
}

/** Whether a camera on the list takes these credentials. `secretPath`: its path, where that holds a password. */
export async function reachStored(
  camera: StoredCamera,
  secretPath: string | null,
  credentials: Credentials | null,
  signal: AbortSignal,
): Promise<Outcome<unknown>> {
  const { scheme, host, port, allowsClearPassword } = camera;
  const way = { credentials, allowsClearPassword };
  if (scheme === 'rtsp' || scheme === 'rtsps') {
    return reachRtsp({ scheme, host, port, path: secretPath ?? camera.servicePath }, way, signal);
  }
  return reachOnvif({ scheme, host, port, path: camera.servicePath }, false, way, signal);
}

/** For the store: the address without its host, which may change with the camera's. */
export function knownStream({ info, url }: ReachedStream): KnownStream | null {
  const match = /^(rtsps?):\/\/(?:\[[^\]]*\]|[^:/]*):(\d{1,5})(\/.*)$/.exec(url);
  if (match === null) return null;
  const scheme = match[1] === 'rtsps' ? 'rtsps' : 'rtsp';
  return { role: info.role, scheme, port: Number(match[2]), path: match[3] ?? '/' };
}

/** Other ports and protocols of the same host would say the same. */
function endsSearch({ code }: Problem): boolean {
  return code === 'noSuchHost' || code === 'noNetwork' || code === 'cancelled';
}
