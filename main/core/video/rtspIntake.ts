/**
 * Our own way to take in a stream for the screen: RTSP over one TCP or TLS connection, pictures closed at the RTP marker
 * bit, so that none waits for the next as in ffmpeg's parser (40 ms at 25 pictures a second). Credentials stay in this
 * process and go to the camera's own host only; no redirect is followed. What it does not speak ends it with
 * `elsewhere`: ffmpeg may. Never throws for what a camera sends; nothing here tries again.
 */
import type { AudioConfig, VideoConfig } from '../../contract/stream.ts';
import { controlUri, isToken } from '../wire/controlUri.ts';
import { asksInClear, readRtspPlace, RtspConversation, RtspTrouble, type RtspPlace } from '../wire/rtspConversation.ts';
import type { RtspReply } from '../wire/rtspReply.ts';
import type { SignInMemory } from '../wire/signInMemory.ts';
import { readSessionDescription, type DescribedTrack } from '../wire/sessionDescription.ts';
import { CameraClockWatch } from './cameraClock.ts';
import type { Clock } from './clock.ts';
import type { IntakeListener, MediaIntake } from './intake.ts';
import type { IntakeEnd } from './intakeEnd.ts';
import type { StreamSource } from './intakeScript.ts';
import { MediaError } from './mediaError.ts';
import { receiverReport } from './rtp/receiverReport.ts';
import { RtpClock } from './rtp/rtpClock.ts';
import { readRtpPacket, readSenderReport, type SenderReport } from './rtp/rtpPacket.ts';
import type { TrackListener, TrackReader, Unit } from './rtp/track.ts';
import { chooseSound, chooseVideo, type ChosenTrack } from './rtp/tracks.ts';
import { endOfTrouble } from './rtspEnd.ts';

const answerWithinMs = 10_000;
const usualSessionSeconds = 60;
const shortestSessionSeconds = 2;
const reportEveryMs = 5000;
/** Cameras tell their clock every few seconds; more than this says nothing more. */
const cameraClockEveryMs = 1000;

interface Lane {
  kind: 'video' | 'audio';
  channel: number;
  payloadType: number;
  reader: TrackReader;
  clock: RtpClock;
  /** Of the last packet: what a receiver's report tells. */
  source: number;
  highestSequence: number;
  /** A sender's report that came before the first picture, whose time it needs. */
  early: { report: SenderReport; arrivalMs: number } | null;
}

interface Session {
  uri: string;
  headers: Record<string, string>;
  keepAlive: 'GET_PARAMETER' | 'OPTIONS';
  keepAliveEveryMs: number;
}

export interface RtspIntakeOptions {
  source: StreamSource;
  sound: boolean;
  clock: Clock;
  /** Of earlier connections to the same camera. */
  signInMemory?: SignInMemory | undefined;
}

export class RtspIntake implements MediaIntake {
  readonly ended: Promise<IntakeEnd>;
  readonly #options: RtspIntakeOptions;
  readonly #on: IntakeListener;
  readonly #place: RtspPlace | null;
  readonly #talk: RtspConversation | null;
  readonly #lanes: Lane[] = [];
  readonly #cameraClock = new CameraClockWatch();
  readonly #settle: (end: IntakeEnd) => void;
  #session: Session | null = null;
  #firstArrivalMs: number | null = null;
  #ticks: NodeJS.Timeout | null = null;
  #lastAskedMs = 0;
  #lastReportMs = 0;
  #lastClockMs = -Infinity;
  #keepingAlive = false;
  #ended = false;

  constructor(options: RtspIntakeOptions, on: IntakeListener) {
    this.#options = options;
    this.#on = on;
    const { promise, resolve } = Promise.withResolvers<IntakeEnd>();
    this.ended = promise;
    this.#settle = resolve;
    this.#place = readRtspPlace(options.source.url);
    const { credentials, allowsClearPassword = false } = options.source;
    const listener = {
      media: (channel: number, bytes: Uint8Array) => this.#media(channel, bytes),
      ended: (trouble: RtspTrouble) => this.#end(endOfTrouble(trouble)),
    };
    this.#talk =
      this.#place &&
      new RtspConversation(this.#place, credentials, allowsClearPassword, listener, options.signInMemory);
    void this.#start();
  }

  get bytes(): number {
    return this.#talk?.bytes ?? 0;
  }

  close(): Promise<void> {
    this.#end({ cause: 'closed', text: '' });
    return Promise.resolve();
  }

  async #start(): Promise<void> {
    try {
      await this.#play();
    } catch (error) {
      // `ended` of the conversation has said why, or says it in a moment.
      if (error instanceof RtspTrouble) this.#end(endOfTrouble(error));
      // A RangeError is a length that a reader forgot to check, as in #media.
      else if (error instanceof MediaError || error instanceof RangeError)
        this.#end({ cause: 'garbage', text: error.message, elsewhere: true });
      else throw error;
    }
  }

  async #play(): Promise<void> {
    if (!this.#place || !this.#talk) {
      this.#end({ cause: 'failed', text: 'not an address of a stream', elsewhere: true });
      return;
    }
    const { uri } = this.#place;
    const reply = await this.#talk.ask('DESCRIBE', uri, { Accept: 'application/sdp' }, answerWithinMs);
    if (!this.#isGood('DESCRIBE', reply)) return;
    this.#on.answered();
    const description = readSessionDescription(reply.body);
    const video = chooseVideo(description);
    if (!video) {
      this.#end({ cause: 'codec', text: 'the stream is not spoken here', elsewhere: true });
      return;
    }
    const base = reply.headers.get('content-base')?.[0] ?? reply.headers.get('content-location')?.[0] ?? uri;
    const session = await this.#setUp(base, video, this.#options.sound ? chooseSound(description) : null);
    if (!session) return;
    session.uri = controlUri(description.control, base, uri);
    this.#session = session;
    const played = await this.#talk.ask(
      'PLAY',
      session.uri,
      { ...session.headers, Range: 'npt=0.000-' },
      answerWithinMs,
    );
    if (!this.#isGood('PLAY', played)) return;
    this.#lastAskedMs = this.#lastReportMs = this.#options.clock.steadyMs();
    this.#ticks = setInterval(() => this.#tick(), 1000);
    this.#ticks.unref();
  }

  /** null when it ended at it. */
  async #setUp(
    base: string,
    video: ChosenTrack<VideoConfig>,
    sound: ChosenTrack<AudioConfig> | null,
  ): Promise<Session | null> {
    const picture = this.#lane('video', video.track, (on) =>
      video.read({ ...on, config: (config) => this.#on.video(config) }),
    );
    const session = await this.#setUpTrack(base, video.track, picture, {});
    if (!session || !sound) return session;
    return (await this.#setUpSound(base, sound, session.headers)) ?? session;
  }

  /** null where it cannot be had: the pictures come without it. */
  async #setUpSound(
    base: string,
    sound: ChosenTrack<AudioConfig>,
    headers: Record<string, string>,
  ): Promise<Session | null> {
    let lane: Lane;
    try {
      lane = this.#lane('audio', sound.track, (on) =>
        sound.read({ ...on, config: (config) => this.#on.audio(config) }),
      );
    } catch (error) {
      if (error instanceof MediaError) return null;
      throw error;
    }
    const session = await this.#setUpTrack(base, sound.track, lane, headers);
    if (!session) this.#dropLane(lane);
    return session;
  }

  #dropLane(lane: Lane): void {
    const at = this.#lanes.indexOf(lane);
    if (at !== -1) this.#lanes.splice(at, 1);
  }

  #lane(
    kind: Lane['kind'],
    track: DescribedTrack,
    read: (on: Pick<TrackListener<never>, 'unit'>) => TrackReader,
  ): Lane {
    const lane: Lane = {
      kind,
      channel: this.#lanes.length * 2,
      payloadType: track.payloadType,
      reader: read({ unit: (unit) => this.#unit(lane, unit) }),
      clock: new RtpClock(track.clockRate),
      source: 0,
      highestSequence: 0,
      early: null,
    };
    this.#lanes.push(lane);
    return lane;
  }

  async #setUpTrack(
    base: string,
    track: DescribedTrack,
    lane: Lane,
    headers: Record<string, string>,
  ): Promise<Session | null> {
    if (!this.#talk || !this.#place) return null;
    const uri = controlUri(track.control, base, this.#place.uri);
    const transport = `RTP/AVP/TCP;unicast;interleaved=${lane.channel}-${lane.channel + 1}`;
    const reply = await this.#talk.ask('SETUP', uri, { ...headers, Transport: transport }, answerWithinMs);
    if (lane.kind === 'audio' && (reply.status < 200 || reply.status >= 300)) return null;
    if (!this.#isGood('SETUP', reply)) return null;
    // The camera has the last word on the channels.
    const given = /interleaved\s*=\s*(\d{1,3})/i.exec(reply.headers.get('transport')?.[0] ?? '')?.[1];
    if (given !== undefined && Number(given) <= 254) lane.channel = Number(given);
    const [id = '', timeout = ''] = (reply.headers.get('session')?.[0] ?? '').split(';');
    const seconds = Number(/timeout\s*=\s*(\d{1,5})/i.exec(timeout)?.[1] ?? usualSessionSeconds);
    return {
      uri,
      headers: isToken(id) ? { Session: id.trim() } : headers,
      keepAlive: /GET_PARAMETER/.test(reply.headers.get('public')?.[0] ?? 'GET_PARAMETER')
        ? 'GET_PARAMETER'
        : 'OPTIONS',
      keepAliveEveryMs: Math.max(shortestSessionSeconds, seconds) * 400,
    };
  }

  /** Ends it for a reply that refuses. */
  #isGood(method: string, reply: RtspReply): boolean {
    const { status } = reply;
    if (status >= 200 && status < 300) return true;
    const text = `${method} was answered with ${status}`;
    const { credentials, allowsClearPassword } = this.#options.source;
    const keepsToDigest = credentials !== null && allowsClearPassword !== true;
    const inClear = keepsToDigest && this.#place !== null && asksInClear(this.#place, reply);
    if (status === 401 || status === 403) this.#end({ cause: 'refused', text, inClear });
    // 461: no TCP. What another way of asking may do better; a redirect is not followed by anybody.
    else if (status >= 300 && status < 400) this.#end({ cause: 'failed', text });
    else this.#end({ cause: 'closed', text, elsewhere: status === 461 || status === 400 || status === 501 });
    return false;
  }

  #media(channel: number, bytes: Uint8Array): void {
    const lane = this.#lanes.find((one) => one.channel === channel || one.channel + 1 === channel);
    if (!lane) return;
    try {
      if (lane.channel === channel) this.#packet(lane, bytes);
      else this.#report(lane, bytes);
    } catch (error) {
      // A RangeError is a length that a reader forgot to check: the camera's bytes are the occasion.
      if (!(error instanceof MediaError || error instanceof RangeError)) throw error;
      // Sound that cannot be read costs the sound.
      if (lane.kind === 'audio') this.#dropLane(lane);
      else this.#end({ cause: 'garbage', text: error.message, elsewhere: true });
    }
  }

  #packet(lane: Lane, bytes: Uint8Array): void {
    const packet = readRtpPacket(bytes);
    if (!packet || packet.payloadType !== lane.payloadType) return;
    lane.highestSequence = packet.sequence;
    lane.source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(8);
    lane.reader.push(packet);
  }

  #report(lane: Lane, bytes: Uint8Array): void {
    if (lane.kind !== 'video') return;
    const report = readSenderReport(bytes);
    if (report) this.#tellClock(lane, report, this.#options.clock.wallMs());
  }

  #tellClock(lane: Lane, report: SenderReport, arrivalMs: number): void {
    const streamMs = lane.clock.peekMs(report.timestamp);
    lane.early = streamMs === null ? { report, arrivalMs } : null;
    const nowMs = this.#options.clock.steadyMs();
    if (streamMs === null || nowMs - this.#lastClockMs < cameraClockEveryMs) return;
    this.#lastClockMs = nowMs;
    const told = { cameraMs: report.wallMs, streamMs, arrivalMs };
    const clock = this.#cameraClock.report(told, this.#talk?.roundTripMs ?? Infinity);
    if (clock) this.#on.cameraClock?.(clock);
  }

  #unit(lane: Lane, { keyframe, timestamp, data }: Unit): void {
    const arrivalMs = this.#options.clock.steadyMs();
    this.#firstArrivalMs ??= arrivalMs;
    // Each track has a clock of its own: they meet where their first packets arrived.
    const timeMs = lane.clock.timeMs(timestamp, arrivalMs - this.#firstArrivalMs);
    this.#on.frame({ track: lane.kind, keyframe, timeMs, data });
    if (lane.early) this.#tellClock(lane, lane.early.report, lane.early.arrivalMs);
  }

  #tick(): void {
    const session = this.#session;
    if (!session || !this.#talk) return;
    const nowMs = this.#options.clock.steadyMs();
    if (nowMs - this.#lastReportMs >= reportEveryMs) {
      this.#lastReportMs = nowMs;
      for (const { channel, source, highestSequence } of this.#lanes) {
        if (source !== 0) this.#talk.send(channel + 1, receiverReport(source, highestSequence));
      }
    }
    if (!this.#keepingAlive && nowMs - this.#lastAskedMs >= session.keepAliveEveryMs) {
      this.#lastAskedMs = nowMs;
      void this.#keepAlive(this.#talk, session);
    }
  }

  /** Some cameras never answer this while they stream: whether they are there is seen by their pictures. */
  async #keepAlive(talk: RtspConversation, session: Session): Promise<void> {
    this.#keepingAlive = true;
    try {
      const { uri, headers, keepAliveEveryMs } = session;
      const { status } = await talk.ask(session.keepAlive, uri, headers, keepAliveEveryMs, 'givenUp');
      // Not known there, however that is said: the other question keeps the session as well.
      if (status >= 400 && status !== 454) session.keepAlive = 'OPTIONS';
    } catch (error) {
      // Where it ended the conversation, that has said so.
      if (!(error instanceof RtspTrouble)) this.#end({ cause: 'failed', text: '' });
    } finally {
      this.#keepingAlive = false;
    }
  }

  #end(end: IntakeEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#ticks) clearInterval(this.#ticks);
    this.#talk?.close(this.#session);
    this.#settle(end);
  }
}
