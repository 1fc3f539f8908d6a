/**
 * A stream of one camera, ready to be sent: its clip cut into packets once, the words of its session description, and a
 * record of when each frame was last pushed. Loading makes the clip when it is not there yet.
 */
import { readFile } from 'node:fs/promises';
import { isParameterSet, nalType, splitAccessUnits, type AccessUnit } from './annexB.ts';
import { clipFrames, soundClip, soundRate, videoClip } from './clips.ts';
import { frameNumberOf, positionsAtMost } from './frameNumber.ts';
import { aacPayload, frameOfPayloads, splitAdts, videoPayloads, type PacketFrame } from './packets.ts';
import type { CameraPlan, SoundKind, StreamPlan } from './plans.ts';

export type Role = 'main' | 'sub';

export interface Track {
  kind: 'video' | 'audio';
  frames: PacketFrame[];
  /** RTP clock. */
  ticksPerSecond: number;
  ticksPerFrame: number;
  /** Lines of its media description, without the control attribute. */
  description: string[];
}

export interface Film {
  role: Role;
  plan: StreamPlan;
  clipMark: number;
  tracks: Track[];
  units: AccessUnit[];
  pushes: Pushes;
}

/** Viewers whose pushes are remembered, the newest; a reader that comes back every minute must not fill the memory. */
const viewersAtMost = 8;

export interface ViewerPushes {
  /** What the viewer calls itself (RTSP's User-Agent). */
  agent: string;
  /** [frame number, wall ms], in order of time. */
  pushes: [number, number][];
}

/** When each frame number was last written, to anybody and to each viewer: each begins at its own place in the loop. */
export class Pushes {
  private readonly clipMark: number;
  private readonly times = new Float64Array(positionsAtMost);
  private readonly viewers: { agent: string; times: Float64Array }[] = [];

  constructor(clipMark: number) {
    this.clipMark = clipMark;
  }

  /** Returns what notes that a position in the loop is being written to this viewer. */
  viewer(agent: string): (position: number) => void {
    const times = new Float64Array(positionsAtMost);
    this.viewers.push({ agent, times });
    if (this.viewers.length > viewersAtMost) this.viewers.shift();
    return (position) => {
      const nowMs = performance.timeOrigin + performance.now();
      this.times[position] = nowMs;
      times[position] = nowMs;
    };
  }

  /** Wall time in milliseconds, with fractions; null when it was never pushed. */
  at(position: number): number | null {
    return this.times[position] || null;
  }

  /** [frame number, wall ms] of everything pushed since then, in order of time. */
  since(fromMs: number): [number, number][] {
    return this.younger(this.times, fromMs);
  }

  /** The same of each viewer that got something since then. */
  byViewer(fromMs: number): ViewerPushes[] {
    return this.viewers
      .map(({ agent, times }) => ({ agent, pushes: this.younger(times, fromMs) }))
      .filter(({ pushes }) => pushes.length > 0);
  }

  private younger(times: Float64Array, fromMs: number): [number, number][] {
    const list: [number, number][] = [];
    times.forEach((timeMs, position) => {
      if (timeMs > fromMs) list.push([frameNumberOf(this.clipMark, position), timeMs]);
    });
    return list.sort((a, b) => a[1] - b[1]);
  }
}

export function clipMarkFor(scene: number, role: Role): number {
  return (scene % 16) * 2 + (role === 'sub' ? 1 : 0);
}

export async function loadFilm(plan: CameraPlan, role: Role, stream: StreamPlan, signal: AbortSignal): Promise<Film> {
  const { video, profile, widthPixels, heightPixels, framesPerSecond, keyframeEvery, bitsPerSecond } = stream;
  const clipMark = clipMarkFor(plan.scene, role);
  const size = { widthPixels, heightPixels, framesPerSecond, keyframeEvery, bitsPerSecond };
  const file = await videoClip({ video, profile, ...size, scene: plan.scene, clipMark }, signal);
  const units = splitAccessUnits(video, await readFile(file));
  if (units.length !== clipFrames || !units[0]?.keyframe) throw new Error(`clip ${file} holds ${units.length} frames`);
  const tracks = [videoTrack(plan, stream, units)];
  if (stream.sound) tracks.push(await soundTrack(stream.sound, clipFrames / framesPerSecond, signal));
  return { role, plan: stream, clipMark, tracks, units, pushes: new Pushes(clipMark) };
}

function videoTrack(plan: CameraPlan, stream: StreamPlan, units: AccessUnit[]): Track {
  const { parameterSets, aggregates } = plan.rtsp;
  const { video } = stream;
  const frames = units.map((unit) => {
    const nals = parameterSets === 'sdpOnly' ? unit.nals.filter((nal) => !isParameterSet(video, nal)) : unit.nals;
    const payloads = videoPayloads(video, { nals, keyframe: unit.keyframe }, aggregates);
    return frameOfPayloads(payloads, 96, unit.keyframe);
  });
  const sets = parameterSets === 'streamOnly' ? [] : (units[0]?.nals ?? []).filter((nal) => isParameterSet(video, nal));
  return {
    kind: 'video',
    frames,
    ticksPerSecond: 90_000,
    ticksPerFrame: 90_000 / stream.framesPerSecond,
    description: [
      'm=video 0 RTP/AVP 96',
      `b=AS:${Math.ceil(stream.bitsPerSecond / 1000)}`,
      `a=rtpmap:96 ${video === 'H.264' ? 'H264' : 'H265'}/90000`,
      ...(video === 'H.264' ? [h264Format(sets)] : h265Format(sets)),
      `a=framerate:${stream.framesPerSecond}`,
      `a=x-dimensions:${stream.widthPixels},${stream.heightPixels}`,
    ],
  };
}

function h264Format(sets: Uint8Array[]): string {
  const profile = sets.find((set) => nalType('H.264', set) === 7);
  const level = profile ? `;profile-level-id=${Buffer.from(profile.subarray(1, 4)).toString('hex').toUpperCase()}` : '';
  const list = sets.map((set) => Buffer.from(set).toString('base64')).join(',');
  return `a=fmtp:96 packetization-mode=1${level}${list && `;sprop-parameter-sets=${list}`}`;
}

function h265Format(sets: Uint8Array[]): string[] {
  const names = new Map([
    [32, 'sprop-vps'],
    [33, 'sprop-sps'],
    [34, 'sprop-pps'],
  ]);
  const list = sets.map((set) => `${names.get(nalType('H.265', set)) ?? ''}=${Buffer.from(set).toString('base64')}`);
  return list.length > 0 ? [`a=fmtp:96 ${list.join(';')}`] : [];
}

async function soundTrack(kind: SoundKind, seconds: number, signal: AbortSignal): Promise<Track> {
  const bytes = await readFile(await soundClip(kind, seconds, signal));
  if (kind === 'AAC') return aacTrack(bytes);
  // 40 ms a packet: 320 samples of one byte.
  const samples = 320;
  const payloadType = kind === 'PCMU' ? 0 : 8;
  const frames: PacketFrame[] = [];
  for (let offset = 0; offset + samples <= bytes.length; offset += samples) {
    frames.push(frameOfPayloads([bytes.subarray(offset, offset + samples)], payloadType, true));
  }
  const description = [`m=audio 0 RTP/AVP ${payloadType}`, `a=rtpmap:${payloadType} ${kind}/8000`];
  return { kind: 'audio', frames, ticksPerSecond: soundRate(kind), ticksPerFrame: samples, description };
}

function aacTrack(bytes: Uint8Array): Track {
  const sound = splitAdts(bytes);
  const config = Buffer.from(sound.description).toString('hex').toUpperCase();
  return {
    kind: 'audio',
    frames: sound.frames.map((frame) => frameOfPayloads([aacPayload(frame)], 97, true)),
    ticksPerSecond: sound.samplesPerSecond,
    ticksPerFrame: 1024,
    description: [
      'm=audio 0 RTP/AVP 97',
      `a=rtpmap:97 MPEG4-GENERIC/${sound.samplesPerSecond}/${sound.channels}`,
      `a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=${config}`,
    ],
  };
}
