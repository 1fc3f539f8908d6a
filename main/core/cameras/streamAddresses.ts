/**
 * Says where a camera's stream is. An ONVIF camera is asked after every connection that failed or ended, because it may
 * have been given another codec, port or path since; a first connection, which somebody waits to look at, is made to
 * where it was a few minutes ago. A camera whose ONVIF is slow or silent is reached at the address it last named. Nothing
 * here throws, and no address holds a credential.
 */
import type { AudioCodec, CameraId, StreamInfo, StreamRole, VideoCodec } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { streamUrl } from './address.ts';
import type { KnownStream, StoredCamera } from './cameraDocument.ts';
import type { CameraSecret } from './credentialStore.ts';
import type { Credentials } from '../wire/digest.ts';
import { OnvifCamera } from './onvif.ts';
import { knownStream, lookAtStreams, readStreams, type Reached, type ReachedStream } from './reach.ts';

/** What an intake needs to connect; the same shape as in video/ffmpeg.ts. */
export interface StreamSource {
  /** rtsp(s)://host:port/path, without credentials. */
  url: string;
  credentials: Credentials | null;
  /** The user allows that the password goes to this camera in the clear. */
  allowsClearPassword: boolean;
  video: VideoCodec;
  audio: AudioCodec | null;
}

export interface FoundStream {
  info: StreamInfo;
  known: KnownStream;
}

interface Answer {
  atMs: number;
  streams: Promise<Outcome<FoundStream[]>>;
}

/** For all who ask at about the same time. */
const answerLifeMs = 10_000;
/** For a first connection: asking takes six questions, 0.1 to 0.8 s with real cameras. */
const trustedLifeMs = 600_000;
/** After this the last known address is taken. */
const patienceMs = 4000;

export class StreamAddresses {
  readonly #answers = new Map<CameraId, Answer>();
  readonly #clockOffsets = new Map<CameraId, number | null>();
  readonly #found: (cameraId: CameraId, streams: FoundStream[]) => Promise<void>;
  readonly #ended: AbortSignal;
  readonly #nowMs: () => number;

  /** `nowMs`: a steady clock. */
  constructor(
    found: (cameraId: CameraId, streams: FoundStream[]) => Promise<void>,
    ended: AbortSignal,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#found = found;
    this.#ended = ended;
    this.#nowMs = nowMs;
  }

  clockOffsetMs(cameraId: CameraId): number | null {
    return this.#clockOffsets.get(cameraId) ?? null;
  }

  /** What a try has just found out need not be asked again. */
  remember(cameraId: CameraId, reached: Reached): void {
    this.#clockOffsets.set(cameraId, reached.clockOffsetMs);
  }

  forget(cameraId: CameraId): void {
    this.#answers.delete(cameraId);
    this.#clockOffsets.delete(cameraId);
  }

  async source(
    camera: StoredCamera,
    role: StreamRole,
    secret: CameraSecret,
    signal: AbortSignal,
    afterFailure: boolean,
  ): Promise<Outcome<StreamSource>> {
    const { credentials } = secret;
    const { allowsClearPassword } = camera;
    if (camera.scheme === 'rtsp' || camera.scheme === 'rtsps') {
      const path = secret.path ?? camera.servicePath;
      const info = camera.streams[0];
      if (info === undefined) return bad({ code: 'noStreams' });
      const url = streamUrl({ scheme: camera.scheme, host: camera.host, port: camera.port, path });
      return good({ url, credentials, allowsClearPassword, video: info.video, audio: info.audio });
    }
    const asked = await this.#ask(camera, credentials, afterFailure ? answerLifeMs : trustedLifeMs);
    if (signal.aborted) return bad({ code: 'cancelled' });
    const streams = asked.ok ? asked.value : lastKnown(camera);
    const chosen = streams.find((stream) => stream.info.role === role) ?? streams[0];
    const isFinal = !asked.ok && (asked.problem.code === 'passwordRefused' || asked.problem.code === 'foreignStream');
    if (!asked.ok && asked.problem.code === 'passwordRefused' && credentials === null)
      return bad({ code: 'passwordMissing' });
    if (!asked.ok && (isFinal || chosen === undefined)) return asked;
    if (chosen === undefined) return bad({ code: 'noStreams' });
    const { info, known } = chosen;
    const url = streamUrl({ scheme: known.scheme, host: camera.host, port: known.port, path: known.path });
    return good({ url, credentials, allowsClearPassword, video: info.video, audio: info.audio });
  }

  /** One question for all who ask within that time. A failure is not kept. */
  #ask(camera: StoredCamera, credentials: Credentials | null, lifeMs: number): Promise<Outcome<FoundStream[]>> {
    const earlier = this.#answers.get(camera.id);
    if (earlier !== undefined && this.#nowMs() - earlier.atMs < lifeMs) return earlier.streams;
    const streams = this.#question(camera, credentials);
    const answer = { atMs: this.#nowMs(), streams };
    this.#answers.set(camera.id, answer);
    return streams.then((outcome) => {
      if (!outcome.ok && this.#answers.get(camera.id) === answer) this.#answers.delete(camera.id);
      return outcome;
    });
  }

  async #question(camera: StoredCamera, credentials: Credentials | null): Promise<Outcome<FoundStream[]>> {
    const signal = AbortSignal.any([this.#ended, AbortSignal.timeout(patienceMs)]);
    const place = {
      // Only ONVIF cameras come here.
      scheme: camera.scheme === 'https' ? ('https' as const) : ('http' as const),
      host: camera.host,
      port: camera.port,
      path: camera.servicePath,
    };
    const opened = await OnvifCamera.open(place, credentials, signal);
    if (!opened.ok) return opened;
    this.#clockOffsets.set(camera.id, opened.value.clockOffsetMs);
    const way = { credentials, allowsClearPassword: camera.allowsClearPassword };
    const read = await readStreams(opened.value, signal);
    if (!read.ok) return read;
    // Only RTSP knows the codec for sure: Media1 has no word for H.265.
    const isAsBefore = read.value.streams.every((reached) => before(reached, camera) !== null);
    const looked = isAsBefore ? null : await lookAtStreams(read.value.streams, way, signal);
    if (looked !== null && !looked.ok) return looked;
    const streams: FoundStream[] = [];
    for (const reached of looked?.value ?? read.value.streams) {
      const known = knownStream(reached);
      if (known !== null) streams.push({ info: before(reached, camera) ?? reached.info, known });
    }
    await this.#found(camera.id, streams);
    return good(streams);
  }
}

/** What is known of that stream, if the camera's word has not changed since; it may hold more than ONVIF tells. */
function before({ info }: ReachedStream, camera: StoredCamera): StreamInfo | null {
  const known = camera.streams.find((one) => one.role === info.role);
  const isSame =
    known?.video === info.video && known.widthPixels === info.widthPixels && known.heightPixels === info.heightPixels;
  return isSame ? known : null;
}

function lastKnown(camera: StoredCamera): FoundStream[] {
  const streams: FoundStream[] = [];
  for (const known of camera.knownStreams) {
    const info = camera.streams.find((one) => one.role === known.role);
    if (info !== undefined) streams.push({ info, known });
  }
  return streams;
}
