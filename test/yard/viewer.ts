/**
 * Sends one stream to one connection at the camera's own pace: frame k is due at the start plus k frame times, so a late
 * timer never makes the stream drift. A reader that is too slow loses frames up to a later keyframe, and a reader that
 * stays too slow loses its connection; memory stays bounded. Leaves requests and sessions to rtspConnection.ts.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { CameraState } from './cameraState.ts';
import { clipFrames } from './clips.ts';
import type { Film, Track } from './film.ts';
import { addressed, type TrackAddress } from './packets.ts';

/** Bytes that may wait for a slow reader before frames are left out. */
const waitingBytesAtMost = 2 * 1024 * 1024;
const slowForMs = 10_000;
const reportEveryMs = 5000;
/** After a pause of the whole process longer than this, frames are skipped instead of sent in one burst. */
const lateAtMostMs = 1000;

interface Sent {
  track: Track;
  address: TrackAddress;
  /** RTP time of the track's first frame. */
  firstTime: number;
  /** Position in the track's loop of its first frame. */
  firstPosition: number;
  /** Frames due so far. */
  count: number;
  packets: number;
  bytes: number;
}

export interface RtpInfo {
  track: Track;
  sequence: number;
  time: number;
}

export class Viewer {
  private readonly socket: Socket;
  private readonly film: Film;
  private readonly state: CameraState;
  private readonly sents: Sent[];
  private readonly notePush: (position: number) => void;
  private timer: NodeJS.Timeout | null = null;
  private startMs = 0;
  private startClockMs = 0;
  private reportMs = 0;
  private dropping = false;
  private droppingSinceMs = 0;
  private ended = false;
  /** Video frames that were not sent because the reader was too slow. */
  framesLeftOut = 0;

  /** `livePosition` is where the camera's picture is now: 0 and up, in frames. `agent` is what the viewer calls itself. */
  constructor(
    socket: Socket,
    film: Film,
    state: CameraState,
    channels: Map<Track, number>,
    livePosition: number,
    agent = '',
  ) {
    this.socket = socket;
    this.notePush = film.pushes.viewer(agent);
    this.film = film;
    this.state = state;
    const { keyframeEvery, framesPerSecond } = film.plan;
    const live = livePosition % clipFrames;
    const first = state.plan.rtsp.startsWithKeyframe ? live - (live % keyframeEvery) : live;
    this.sents = [...channels].map(([track, channel]) => ({
      track,
      address: { channel, sequence: randomBytes(2).readUInt16BE(), source: randomBytes(4).readUInt32BE() },
      firstTime: randomBytes(4).readUInt32BE(),
      firstPosition:
        track.kind === 'video'
          ? first
          : Math.floor(((first / framesPerSecond) * track.ticksPerSecond) / track.ticksPerFrame) % track.frames.length,
      count: 0,
      packets: 0,
      bytes: 0,
    }));
  }

  get rtpInfo(): RtpInfo[] {
    return this.sents.map(({ track, address, firstTime }) => ({ track, sequence: address.sequence, time: firstTime }));
  }

  start(): void {
    this.startMs = performance.now();
    this.startClockMs = this.state.nowMs();
    this.reportMs = this.startMs;
    this.tick();
  }

  close(): void {
    this.ended = true;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private tick(): void {
    if (this.ended || this.socket.destroyed) return;
    const frameMs = 1000 / this.film.plan.framesPerSecond;
    const nowMs = performance.now();
    this.socket.cork();
    if (nowMs >= this.reportMs) {
      this.report(nowMs);
      this.reportMs += reportEveryMs;
    }
    for (const sent of this.sents) this.sendDue(sent, nowMs);
    this.socket.uncork();
    const next = Math.floor((nowMs - this.startMs) / frameMs) + 1;
    this.timer = setTimeout(() => this.tick(), Math.max(0, this.startMs + next * frameMs - performance.now()));
  }

  private sendDue(sent: Sent, nowMs: number): void {
    const { track } = sent;
    const elapsedS = (nowMs - this.startMs) / 1000;
    // Half a timer's grain early is due as well.
    const due = Math.floor(((elapsedS + 0.0005) * track.ticksPerSecond) / track.ticksPerFrame) + 1;
    const atMost = Math.ceil(((lateAtMostMs / 1000) * track.ticksPerSecond) / track.ticksPerFrame);
    if (due - sent.count > atMost) {
      sent.count = due - 1;
      this.dropping ||= track.kind === 'video';
    }
    for (; sent.count < due; sent.count++) this.send(sent, nowMs);
  }

  private send(sent: Sent, nowMs: number): void {
    const { track, address } = sent;
    const position = (sent.firstPosition + sent.count) % track.frames.length;
    const frame = track.frames[position];
    const { fault } = this.state;
    if (!frame || fault.freeze || this.state.silent || this.leavesOut(track, frame.keyframe, nowMs)) return;
    const bytes = addressed(frame, address, sent.firstTime + sent.count * track.ticksPerFrame);
    if (fault.garbage === 'rtsp') randomBytes(bytes.length).copy(bytes);
    if (fault.garbage === 'rtp') for (const start of frame.packetStarts) spoil(bytes, start);
    if (track.kind === 'video') this.notePush(position);
    this.socket.write(bytes);
    sent.packets += frame.packetStarts.length;
    sent.bytes += frame.payloadBytes;
  }

  /** Whether this frame must not go out: the reader is too slow, or the fault says so. */
  private leavesOut(track: Track, keyframe: boolean, nowMs: number): boolean {
    if (this.socket.writableLength > waitingBytesAtMost && !this.dropping) {
      this.dropping = true;
      this.droppingSinceMs = nowMs;
    }
    if (this.dropping && this.socket.writableLength > waitingBytesAtMost / 2) {
      if (track.kind === 'video') this.framesLeftOut++;
      if (this.droppingSinceMs > 0 && nowMs - this.droppingSinceMs > slowForMs) this.socket.destroy();
      return true;
    }
    if (track.kind === 'audio') return false;
    if (this.dropping && !keyframe) {
      this.framesLeftOut++;
      return true;
    }
    this.dropping = false;
    this.droppingSinceMs = 0;
    return keyframe && this.state.fault.noKeyframes === true;
  }

  /** RTCP sender report and source description of every track: RFC 3550, sections 6.4.1 and 6.5. */
  private report(nowMs: number): void {
    if (this.state.fault.freeze || this.state.silent) return;
    const elapsedS = (nowMs - this.startMs) / 1000;
    const clockMs = this.startClockMs + elapsedS * 1000;
    for (const sent of this.sents) {
      const name = Buffer.from('yard', 'ascii');
      const packet = Buffer.alloc(4 + 28 + 16);
      packet.set([0x24, sent.address.channel + 1, 0, packet.length - 4, 0x80, 200, 0, 6]);
      packet.writeUInt32BE(sent.address.source, 8);
      packet.writeUInt32BE(Math.floor(clockMs / 1000) + 2_208_988_800, 12);
      packet.writeUInt32BE(Math.floor(((clockMs % 1000) / 1000) * 2 ** 32), 16);
      packet.writeUInt32BE(Math.round(sent.firstTime + elapsedS * sent.track.ticksPerSecond) % 2 ** 32, 20);
      packet.writeUInt32BE(sent.packets >>> 0, 24);
      packet.writeUInt32BE(sent.bytes >>> 0, 28);
      packet.set([0x81, 202, 0, 3], 32);
      packet.writeUInt32BE(sent.address.source, 36);
      packet.set([1, name.length, ...name], 40);
      this.socket.write(packet);
    }
  }
}

/** Random bytes in the place of one packet's payload. */
function spoil(bytes: Buffer, start: number): void {
  const payload = bytes.subarray(start + 16, start + 4 + bytes.readUInt16BE(start + 2));
  randomBytes(payload.length).copy(payload);
}
